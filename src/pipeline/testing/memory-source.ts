import { throwIfAborted } from '../errors.ts';
import { allocateSamples } from '../ingest/layout.ts';
import type { BandRole, Raster, Samples, SampleType, Scene, SceneSource, Sensor, Window } from '../scene.ts';
import { cropPlane } from '../windows.ts';
import { NO_METADATA } from './metadata.ts';

/** A scene described by a function per pixel, for tests. */
export interface SyntheticScene {
  readonly width: number;
  readonly height: number;
  readonly roles: readonly BandRole[];
  readonly sampleType?: SampleType;
  readonly scale?: number;
  readonly offset?: number;
  readonly nodata?: number | null;
  readonly sensor?: Sensor;
  readonly name?: string;
  /** Native sample of a band, given as its position in `roles`. */
  readonly sample: (x: number, y: number, band: number) => number;
}

export interface MemorySource extends SceneSource {
  /** All samples of the scene, band by band. */
  readonly bands: readonly Samples[];
  /** Windows read so far. */
  readonly reads: Window[];
}

/** A SceneSource whose samples lie in memory. */
export function memorySource(synthetic: SyntheticScene): MemorySource {
  const { width, height, roles, sampleType = 'uint16', scale = 1e-4, offset = 0, nodata = null } = synthetic;
  const bands = roles.map((_, band): Samples => {
    const plane = allocateSamples(sampleType, width * height);
    for (let i = 0; i < plane.length; i++) {
      plane[i] = synthetic.sample(i % width, Math.floor(i / width), band);
    }
    return plane;
  });
  const scene: Scene = {
    name: synthetic.name ?? 'synthetic',
    grid: {
      width,
      height,
      transform: [500000, 10, 0, 4000000, 0, -10],
      crs: { code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' },
    },
    bands: roles.map((role, index) => ({ index, role, description: '', scale, offset })),
    sampleType,
    nodata,
    sensor: synthetic.sensor ?? 'unknown',
    byteLength: bands.reduce((sum, band) => sum + band.byteLength, 0),
    decisions: [],
    notices: [],
    metadata: { ...NO_METADATA, gdalNodata: nodata === null ? null : String(nodata) },
  };
  const all = roles.map((_, index) => index);
  const grid = { x: 0, y: 0, width, height };
  const reads: Window[] = [];
  return {
    scene,
    bands,
    reads,
    async read(window, indices = all, signal): Promise<Raster> {
      throwIfAborted(signal);
      const inside = window.x >= 0 && window.y >= 0 && window.x + window.width <= width;
      if (!inside || window.y + window.height > height) throw new Error('window outside the grid');
      reads.push(window);
      return { window, bands: indices.map((index) => cropPlane(bands[index], grid, window)) };
    },
    async readDecimated(window, w, h, indices = all, signal): Promise<Raster> {
      throwIfAborted(signal);
      const pick = (band: Samples): Samples => {
        const out = allocateSamples(sampleType, w * h);
        for (let i = 0; i < out.length; i++) {
          const x = window.x + Math.floor((((i % w) + 0.5) * window.width) / w);
          const y = window.y + Math.floor(((Math.floor(i / w) + 0.5) * window.height) / h);
          out[i] = band[y * width + x];
        }
        return out;
      };
      return {
        window: { ...window, width: w, height: h },
        bands: indices.map((index) => pick(bands[index])),
      };
    },
  };
}
