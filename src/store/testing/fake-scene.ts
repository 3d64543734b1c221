import type { RunReport, RunSettings } from '../../pipeline/events.ts';
import { phrase } from '../../pipeline/phrase.ts';
import { type BandRole, MASK_CLASS, PROVENANCE, type Scene } from '../../pipeline/scene.ts';
import type { DisplayPixels, DisplayRequest, PixelProbe } from '../../services/engine.ts';
import type { SampleScene } from '../state.ts';

export const fakeSample: SampleScene = {
  name: 'Sample',
  scene: new URL('https://example.org/sample.tif'),
  truth: new URL('https://example.org/truth.tif'),
};

const ROLES: readonly BandRole[] = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22'];

export function fakeScene(name = 'scene.tif', size = 512): Scene {
  return {
    name,
    grid: {
      width: size,
      height: size,
      transform: [300_000, 30, 0, 4_100_000, 0, -30],
      crs: { code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' },
    },
    bands: ROLES.map((role, index) => ({
      index,
      role,
      description: `B${index + 1}`,
      scale: 1e-4,
      offset: 0,
    })),
    sampleType: 'uint16',
    nodata: 0,
    sensor: 'landsat-oli',
    byteLength: size * size * 12,
    decisions: [
      {
        subject: 'sensor',
        text: phrase('Landsat 8/9 OLI'),
        because: phrase('six bands named as its products name them'),
      },
      {
        subject: 'radiometry',
        text: phrase('reflectance = DN × 0.0001'),
        because: phrase('usual for 16-bit surface reflectance'),
      },
    ],
    notices: [],
    metadata: {
      geoTags: {},
      gdalMetadata: null,
      gdalNodata: '0',
      photometricInterpretation: 1,
      extraSamples: [],
      otherTags: {},
    },
  };
}

export function fakeReport(tiles: number, settings: RunSettings): RunReport {
  const score = (psnr: number, ssim: number, mae: number, sam: number) => ({
    ...{ pixels: 9000, psnr, ssim, mae, sam, rmse: mae * 1.3, ndvi: mae * 2, coverage: null },
  });
  return {
    scene: 'scene.tif',
    shares: {
      observed: 0.71,
      thinCorrected: 0.12,
      shadowCorrected: 0.09,
      generated: 0.08,
      otherDates: 0,
      otherDatesChanged: 0,
      leftCloudy: 0,
    },
    dates: [],
    meanConfidence: 68.2,
    tiles: { total: tiles, repaired: tiles },
    backend: 'wasm',
    seconds: 12.4,
    settings,
    evaluation: {
      reference: 'truth.tif',
      warped: false,
      before: {
        thin: score(19.3, 0.61, 0.094, 9.8),
        shadow: score(24.1, 0.7, 0.051, 6.1),
        thick: score(9.8, 0.21, 0.31, 14.2),
        repaired: score(15.1, 0.5, 0.14, 10.3),
      },
      after: {
        thin: score(31.2, 0.9, 0.021, 3.1),
        shadow: score(30.1, 0.88, 0.024, 3.6),
        thick: score(23.7, 0.61, 0.05, 6.4),
        repaired: score(28.4, 0.82, 0.03, 4.2),
      },
    },
    notices: [],
  };
}

const PROVENANCE_OF: Record<number, number> = {
  [MASK_CLASS.clear]: PROVENANCE.observed,
  [MASK_CLASS.thin]: PROVENANCE.thinCorrected,
  [MASK_CLASS.thick]: PROVENANCE.generated,
  [MASK_CLASS.shadow]: PROVENANCE.shadowCorrected,
};

const CLOUDS = [
  [150, 140, 70],
  [360, 200, 95],
  [220, 390, 80],
] as const;

function opacityAt(x: number, y: number): number {
  return Math.max(
    0,
    ...CLOUDS.map(([cx, cy, radius]) => {
      const wobble = 1 + 0.2 * Math.sin(Math.atan2(y - cy, x - cx) * 5);
      return Math.min(1, 2 * (1 - Math.hypot(x - cx, y - cy) / (radius * wobble)));
    }),
  );
}

function classAt(x: number, y: number): number {
  const opacity = opacityAt(x, y);
  if (opacity > 0.7) return MASK_CLASS.thick;
  if (opacity > 0.05) return MASK_CLASS.thin;
  return opacityAt(x - 40, y - 40) > 0.3 ? MASK_CLASS.shadow : MASK_CLASS.clear;
}

/** Reflectance of one band. */
function sample(x: number, y: number, band: number, clear: boolean): number {
  const field = ((Math.floor(x / 37) * 7 + Math.floor((y + x / 9) / 29) * 13) % 11) / 11;
  const relief = Math.sin(x / 41 + Math.sin(y / 53)) * Math.cos(y / 67);
  const green = 0.5 + 0.5 * relief;
  const ground =
    [0.05, 0.08 + 0.02 * green, 0.12 - 0.05 * green, 0.16 + 0.2 * green, 0.2, 0.13][band] + 0.09 * field;
  if (clear) return ground;
  const shade = classAt(x, y) === MASK_CLASS.shadow ? 0.5 : 1;
  const opacity = opacityAt(x, y);
  return ground * shade * (1 - opacity) + 0.45 * opacity;
}

/** What is known of a pixel once all is repaired. */
export function fakeProbe(x: number, y: number): PixelProbe {
  const before = ROLES.map((_, band) => Math.round(1e4 * sample(x, y, band, false)));
  const after = ROLES.map((_, band) => Math.round(1e4 * sample(x, y, band, true)));
  const mask = classAt(x, y);
  return {
    x,
    y,
    before,
    after,
    mask,
    provenance: PROVENANCE_OF[mask],
    confidence: mask === 0 ? 100 : 71,
    place: null,
  };
}

/** The scene or a layer of its result, as the display worker gives it. @param known where mask and result are there already */
export function paint(
  request: DisplayRequest,
  scene: Scene,
  known: (x: number, y: number, set: 'mask' | 'result') => boolean,
): DisplayPixels {
  const { layer, window, width, height, bands } = request;
  const image = layer === 'before' || layer === 'after';
  const channels = image ? bands.length + 1 : 2;
  const data = image
    ? new Float32Array(width * height * channels)
    : new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = window.x + Math.floor(((column + 0.5) * window.width) / width);
      const y = window.y + Math.floor(((row + 0.5) * window.height) / height);
      if (x < 0 || y < 0 || x >= scene.grid.width || y >= scene.grid.height) continue;
      const at = (row * width + column) * channels;
      if (image) {
        const clear = layer === 'after' && known(x, y, 'result');
        bands.forEach((band, i) => {
          data[at + i] = sample(x, y, band, clear);
        });
        data[at + bands.length] = 1;
      } else {
        const mask = classAt(x, y);
        data[at] =
          layer === 'mask' ? mask : layer === 'provenance' ? PROVENANCE_OF[mask] : mask === 0 ? 100 : 70;
        data[at + 1] = known(x, y, layer === 'mask' ? 'mask' : 'result') ? 255 : 0;
      }
    }
  }
  return { width, height, channels, data };
}
