import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '../evaluate/random.ts';
import { allocateSamples } from '../ingest/layout.ts';
import { blobSink } from '../output/blob-sink.ts';
import { type CogSpec, type WriteOptions, writeCog } from '../output/cog-writer.ts';
import type { Samples, SampleType } from '../scene.ts';
import { cropPlane } from '../windows.ts';
import { NO_METADATA } from './metadata.ts';

/** Largest and smallest values that the pattern reaches. */
const RANGE: Record<SampleType, readonly [number, number]> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
  float32: [-1e6, 1e6],
  float64: [-1e12, 1e12],
};

/** What is to be written, and its samples plane by plane: bands, then the mask if it has one. */
export interface PatternedImage {
  readonly spec: CogSpec;
  readonly planes: readonly Samples[];
}

/** Texture over the whole range of the sample type; a share of the pixels is no data, each band by itself. */
export function patterned(
  sampleType: SampleType,
  {
    width = 300,
    height = 212,
    bands = 3,
    tileSize = 64,
    nodata = null as number | null,
    hasMask = false,
  } = {},
): PatternedImage {
  const [low, high] = RANGE[sampleType];
  const { uniform: random } = seeded(7);
  const planes = Array.from({ length: bands }, (_, band) => {
    const plane = allocateSamples(sampleType, width * height);
    for (let i = 0; i < plane.length; i++) {
      const wave = 0.5 + 0.3 * Math.sin(i / 11 + band) + 0.19 * (random() * 2 - 1);
      plane[i] = nodata !== null && random() < 0.3 ? nodata : low + (high - low) * wave;
    }
    return plane;
  });
  const mask = new Uint8Array(width * height).map(() => (random() < 0.4 ? 0 : 1));
  const spec: CogSpec = {
    width,
    height,
    bands,
    sampleType,
    tileSize,
    nodata,
    hasMask,
    reductions: planes.map(() => 'average' as const),
    metadata: {
      ...NO_METADATA,
      gdalNodata: nodata === null ? null : String(nodata),
      extraSamples: new Array(bands - 1).fill(0),
    },
  };
  return { spec, planes: hasMask ? [...planes, mask] : planes };
}

/** Written as a cloud-optimised GeoTIFF. */
export async function written({ spec, planes }: PatternedImage, options?: WriteOptions): Promise<Blob> {
  const grid = { x: 0, y: 0, width: spec.width, height: spec.height };
  const sink = blobSink();
  const length = await writeCog(
    spec,
    async (window) => ({ window, bands: planes.map((plane) => cropPlane(plane, grid, window)) }),
    sink,
    options,
  );
  const blob = sink.toBlob();
  if (blob.size !== length) throw new Error(`${length} bytes were told, ${blob.size} written`);
  return blob;
}

/** The path of a file with that content, in some folder. */
export async function savedIn(folder: string, blob: Blob): Promise<string> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.tif`);
  writeFileSync(path, new Uint8Array(await blob.arrayBuffer()));
  return path;
}
