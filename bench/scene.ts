import { blobSink } from '../src/pipeline/output/blob-sink.ts';
import { writeCog } from '../src/pipeline/output/cog-writer.ts';
import type { CarriedMetadata, Samples } from '../src/pipeline/scene.ts';

const BANDS = ['B02', 'B03', 'B04', 'B08', 'B11', 'B12', 'SCL'];
/** Sentinel-2 scene classification: vegetation, and cloud of high probability. */
const SCL = { clear: 4, cloud: 9 };

/**
 * A made-up scene in the manner of Sentinel-2: six bands of smooth ground and a classification band in which
 * exactly `cloudShare` of the pixels are cloud, in fields as wide as cumulus at 10 m.
 */
export async function syntheticScene(size: number, cloudShare: number): Promise<File> {
  const pixels = size * size;
  const cover = new Float32Array(pixels);
  const bands: Samples[] = BANDS.map(() => new Uint16Array(pixels));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      cover[i] = waves(x / 90, y / 90) + 0.4 * waves(y / 31 + 5, x / 37);
      const ground = 1200 + 500 * waves(x / 23, y / 19) + 200 * waves(x / 5, y / 7);
      for (let b = 0; b < 6; b++) bands[b][i] = ground + 300 * b;
    }
  }
  const ranked = Uint32Array.from(cover, (_, i) => i).sort((a, b) => cover[b] - cover[a]);
  bands[6].fill(SCL.clear);
  for (const i of ranked.subarray(0, Math.round(pixels * cloudShare))) {
    bands[6][i] = SCL.cloud;
    for (let b = 0; b < 6; b++) bands[b][i] = 7000 + 200 * b;
  }

  const items = BANDS.map(
    (name, b) => `<Item name="DESCRIPTION" sample="${b}" role="description">${name}</Item>`,
  );
  const metadata: CarriedMetadata = {
    geoTags: {
      33550: [10, 10, 0],
      33922: [0, 0, 0, 600_000, 5_000_000, 0],
      34735: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32632],
    },
    gdalMetadata: `<GDALMetadata>${items.join('')}</GDALMetadata>`,
    gdalNodata: null,
    photometricInterpretation: 1,
    extraSamples: BANDS.slice(1).map(() => 0),
    otherTags: {},
  };
  const sink = blobSink();
  const spec = {
    width: size,
    height: size,
    bands: BANDS.length,
    sampleType: 'uint16',
    nodata: null,
    reductions: BANDS.map((name) => (name === 'SCL' ? 'nearest' : 'average')),
    metadata,
  } as const;
  await writeCog(
    spec,
    async (window) => ({
      window,
      bands: bands.map((band) => {
        const out = new Uint16Array(window.width * window.height);
        for (let row = 0; row < window.height; row++) {
          const from = (window.y + row) * size + window.x;
          out.set(band.subarray(from, from + window.width), row * window.width);
        }
        return out;
      }),
    }),
    sink,
  );
  return new File([sink.toBlob()], 'bench.tif');
}

const waves = (x: number, y: number) =>
  (Math.sin(x) + Math.sin(y * 1.3 + 1) + Math.sin(x * 0.7 - y) + Math.cos(x * 0.4 + y * 0.9)) / 4;
