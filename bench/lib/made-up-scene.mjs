import { loader } from './load.mjs';

/** Bands of the made-up scene: name, mean reflectance of its ground, and how far the ground varies. */
const BANDS = [
  ['B02', 0.06, 0.03],
  ['B03', 0.08, 0.03],
  ['B04', 0.08, 0.05],
  ['B08', 0.28, 0.12],
  ['B11', 0.2, 0.09],
  ['B12', 0.13, 0.07],
];
const PER_REFLECTANCE = 10_000;
/** Clouds are this bright, and gather in fields of this size, as over 10 km at 10 m a pixel. */
const CLOUD_REFLECTANCE = [0.62, 0.62, 0.64, 0.68, 0.5, 0.42];
const CLOUD_FIELD = 1024;
const GROUND_FIELD = 256;
/** Where a cloud's shadow falls, in pixels, and what it leaves of the light. */
const SHADOW = { dx: 28, dy: 18, light: 0.45 };

/**
 * A square Sentinel-2-like scene of six bands in uint16, the same for the same arguments: fractal ground, clouds with thin
 * edges that gather in fields, and their shadows.
 * @param size side in pixels
 * @param cloudShare share of the pixels under cloud, thin edges included, 0..1
 */
export function madeUpScene(size, cloudShare) {
  const cover = fractal(size, CLOUD_FIELD, 16, 1);
  const relief = fractal(size, GROUND_FIELD, 2, 2);
  const green = fractal(size, GROUND_FIELD, 8, 3);
  const threshold = Float32Array.from(cover).sort()[Math.floor(cover.length * (1 - cloudShare))];
  /** Share of the ground's light that a cloud hides: 0 at its edge, all of it some way in. */
  const opacity = cover.map((value) => Math.min(1, Math.max(0, (value - threshold) / 0.12)));
  const bands = BANDS.map(([, mean, spread], b) => {
    const out = new Uint16Array(size * size);
    for (let y = 0, i = 0; y < size; y++) {
      for (let x = 0; x < size; x++, i++) {
        const inShade = opacity[Math.max(0, y - SHADOW.dy) * size + Math.max(0, x - SHADOW.dx)];
        const light = 1 - (1 - SHADOW.light) * inShade;
        const vegetation = b === 3 ? green[i] : -0.3 * green[i];
        const ground = Math.max(0.01, mean + spread * (0.6 * relief[i] + vegetation)) * light;
        const seen = ground + opacity[i] * (CLOUD_REFLECTANCE[b] - ground);
        out[i] = Math.round(seen * PER_REFLECTANCE);
      }
    }
    return out;
  });
  return { size, bands, spec: specOf(size) };
}

/** What `writeCog` needs to know of the scene. */
function specOf(size) {
  const names = BANDS.map(
    ([name], b) => `<Item name="DESCRIPTION" sample="${b}" role="description">${name}</Item>`,
  );
  return {
    width: size,
    height: size,
    bands: BANDS.length,
    sampleType: 'uint16',
    nodata: null,
    reductions: BANDS.map(() => 'average'),
    metadata: {
      geoTags: {
        33550: [10, 10, 0],
        33922: [0, 0, 0, 600_000, 5_000_000, 0],
        34735: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32632],
      },
      gdalMetadata: `<GDALMetadata>${names.join('')}</GDALMetadata>`,
      gdalNodata: null,
      photometricInterpretation: 1,
      extraSamples: BANDS.slice(1).map(() => 0),
      otherTags: {},
    },
  };
}

/** Sum of smooth noise from `coarsest` to `finest` wavelength in pixels, amplitude as the wavelength; about -1..1. */
function fractal(size, coarsest, finest, seed) {
  const out = new Float32Array(size * size);
  let amplitude = 0.5;
  for (let wavelength = coarsest; wavelength >= finest; wavelength /= 2, amplitude *= 0.6) {
    addNoise(out, size, wavelength, amplitude, seed * 7919 + wavelength);
  }
  return out;
}

/** Adds values at the nodes of a lattice, interpolated smoothly between them. */
function addNoise(out, size, wavelength, amplitude, seed) {
  const smooth = Float32Array.from({ length: wavelength }, (_, i) => {
    const t = i / wavelength;
    return t * t * (3 - 2 * t);
  });
  for (let y = 0, i = 0; y < size; y++) {
    const [row, v] = [Math.floor(y / wavelength), smooth[y % wavelength]];
    for (let x = 0; x < size; x++, i++) {
      const [column, u] = [Math.floor(x / wavelength), smooth[x % wavelength]];
      const upper = mix(node(column, row, seed), node(column + 1, row, seed), u);
      const lower = mix(node(column, row + 1, seed), node(column + 1, row + 1, seed), u);
      out[i] += amplitude * mix(upper, lower, v);
    }
  }
}

const mix = (a, b, share) => a + (b - a) * share;

/** A number from -1 to 1 that looks random and is the same each time. */
function node(x, y, seed) {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}

/** Writes {@link madeUpScene} as a cloud-optimised GeoTIFF. */
export async function writeMadeUpScene(path, size, cloudShare) {
  const ours = await loader();
  const { writeCog } = await ours.load('src/pipeline/output/cog-writer.ts');
  const { writeNodeFile } = await ours.load('src/cli/node-sink.ts');
  const { bands, spec } = madeUpScene(size, cloudShare);
  const read = async (window) => ({ window, bands: bands.map((band) => cut(band, size, window)) });
  await writeNodeFile(path, ({ sink, scratch }) => writeCog(spec, read, sink, { scratch }));
  await ours.close();
}

function cut(band, size, { x, y, width, height }) {
  const out = new Uint16Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (y + row) * size + x;
    out.set(band.subarray(from, from + width), row * width);
  }
  return out;
}
