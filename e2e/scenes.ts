import { writeFileSync } from 'node:fs';
import { buildTiff, DATA, field } from '../src/pipeline/testing/tiff-builder.ts';
import { readBands } from './rasters.ts';

/** Rows of a strip: small enough that a scene is read in many pieces. */
const STRIP_ROWS = 64;

/** TIFF's short, long and double. */
type FieldType = 3 | 4 | 12;

interface ByteScene {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly sample: (x: number, y: number, band: number) => number;
  /** Upper left corner in metres of UTM zone 25 south; no georeference if left out. */
  readonly origin?: readonly [east: number, north: number];
  /** Metres, 30 if left out. */
  readonly pixel?: number;
}

/** Writes an uncompressed 8-bit TIFF in strips. */
export function writeScene(path: string, scene: ByteScene): void {
  const { width, height, bands, sample, origin, pixel = 30 } = scene;
  const strips = Math.ceil(height / STRIP_ROWS);
  const stripBytes = STRIP_ROWS * width * bands;
  const dataBytes = height * width * bands;
  const entries: [tag: number, type: FieldType, values: number[]][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, new Array(bands).fill(8)],
    [259, 3, [1]],
    [262, 3, [1]],
    [273, 4, []],
    [277, 3, [bands]],
    [278, 4, [STRIP_ROWS]],
    [279, 4, Array.from({ length: strips }, (_, i) => Math.min(stripBytes, dataBytes - i * stripBytes))],
    [284, 3, [1]],
  ];
  if (bands > 1) entries.push([338, 3, new Array(bands - 1).fill(0)]);
  if (origin) {
    entries.push(
      [33550, 12, [pixel, pixel, 0]],
      [33922, 12, [0, 0, 0, ...origin, 0]],
      // GeoKeys: a projected system whose pixels are areas, EPSG:31985.
      [34735, 3, [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 31985]],
    );
  }
  const size = (type: FieldType) => ({ 3: 2, 4: 4, 12: 8 })[type];
  const directory = 8;
  let next = directory + 2 + entries.length * 12 + 4;
  const placed = entries.map(([tag, type, values]) => {
    const count = tag === 273 ? strips : values.length;
    const at = count * size(type) > 4 ? next : null;
    if (at !== null) next += count * size(type);
    return { tag, type, values, count, at };
  });
  const file = Buffer.alloc(next + dataBytes);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directory, 4);
  file.writeUInt16LE(entries.length, directory);
  placed.forEach(({ tag, type, values, count, at }, i) => {
    const entry = directory + 2 + 12 * i;
    file.writeUInt16LE(tag, entry);
    file.writeUInt16LE(type, entry + 2);
    file.writeUInt32LE(count, entry + 4);
    if (at !== null) file.writeUInt32LE(at, entry + 8);
    const numbers = tag === 273 ? Array.from({ length: strips }, (_, s) => next + s * stripBytes) : values;
    numbers.forEach((value, k) => {
      const position = (at ?? entry + 8) + k * size(type);
      if (type === 12) file.writeDoubleLE(value, position);
      else if (type === 3) file.writeUInt16LE(value, position);
      else file.writeUInt32LE(value, position);
    });
  });
  for (let y = 0, i = next; y < height; y++) {
    for (let x = 0; x < width; x++) for (let band = 0; band < bands; band++) file[i++] = sample(x, y, band);
  }
  writeFileSync(path, file);
}

/** The sample, repeated to the right and cut off below: tiles of the run are 256 pixels wide and high. */
export async function writeSample(path: string, width: number, height: number): Promise<void> {
  const sampleWidth = 349;
  const bands = await readBands('public/samples/landsat7-olinda-simulated-clouds.tif');
  const sample = (x: number, y: number, band: number) => bands[band][y * sampleWidth + (x % sampleWidth)];
  writeScene(path, { width, height, bands: bands.length, sample });
}

/** A strip of land that exceeds what the reader keeps in memory: the run has to go back to the file. */
export function writeLongScene(path: string): void {
  const sample = (x: number, y: number, band: number) => 40 + 10 * band + (((x >> 3) + (y >> 4)) % 20);
  writeScene(path, { width: 512, height: 15_000, bands: 6, sample });
}

/** Two dates of the sample's place, 349 x 352 pixels: what differs between them is the season and where the clouds are. */
export async function writeDates(cloudy: string, other: string): Promise<void> {
  const shape = { width: 349, height: 352, bands: 6, origin: [288_000, 9_120_000] } as const;
  const [clouds, clear] = await Promise.all(
    ['simulated-clouds', 'clear'].map((name) => readBands(`public/samples/landsat7-olinda-${name}.tif`)),
  );
  writeScene(cloudy, { ...shape, sample: (x, y, band) => clouds[band][y * shape.width + x] });
  const inCloud = (x: number, y: number) => Math.hypot(x - 300, y - 40) < 28;
  const season = (value: number, band: number) => Math.min(254, Math.round(0.85 * value + 6 + band));
  const sample = (x: number, y: number, band: number) =>
    inCloud(x, y) ? 235 + ((x * 7 + y * 3) % 15) : season(clear[band][y * shape.width + x], band);
  writeScene(other, { ...shape, sample });
}

/** 64 x 64 pixels of near infrared, red and green, named so, as a file to choose. */
export function infraredScene() {
  const names = ['near infrared', 'red', 'green'];
  const items = names.map(
    (name, i) => `<Item name="DESCRIPTION" sample="${i}" role="description">${name}</Item>`,
  );
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => 40 + 30 * (i % 3) + ((i * 7) % 20));
  const directory = {
    256: field.short(64),
    257: field.short(64),
    258: field.short(8, 8, 8),
    259: field.short(1),
    262: field.short(1),
    273: field.long(DATA),
    277: field.short(3),
    278: field.short(64),
    279: field.long(data.length),
    42112: field.ascii(`<GDALMetadata>${items.join('')}</GDALMetadata>`),
  };
  const buffer = Buffer.from(buildTiff({ directories: [directory], data }));
  return { name: 'infrared.tif', mimeType: 'image/tiff', buffer };
}
