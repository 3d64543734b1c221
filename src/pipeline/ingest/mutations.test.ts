import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PipelineError } from '../errors.ts';
import { fixturePath } from '../testing/fixtures.ts';
import { processorTime } from '../testing/processor-time.ts';
import type { ByteSource } from './byte-source.ts';
import { SAMPLE_ARRAYS } from './layout.ts';
import { openScene } from './open.ts';

/** Sound files of every codec, byte order, and kind of block. */
const FILES = [
  'scaled.tif',
  's2-described.tif',
  'overviews.tif',
  'rgba.tif',
  'float-nan.tif',
  'jpeg-ycbcr.tif',
  'jpeg-bands.tif',
  'lerc-gaps.tif',
  'many-strips-MM.tif',
  'layout-uint16-MM-big-tile-deflate-2-pixel.tif',
  'layout-uint16-II-strip-zstd-2-band.tif',
  'layout-uint8-II-strip-packbits-1-pixel.tif',
  'layout-float64-II-tile-lzw-3-pixel.tif',
  'layout-float32-MM-strip-none-1-pixel.tif',
  'layout-float32-II-tile-lerc_zstd-1-pixel.tif',
].map((name) => new Uint8Array(readFileSync(fixturePath(name))));

const RUNS = 2000;
const BUDGET_MS = 5000;
const BUDGET_BYTES = 64 * 2 ** 20;

/** Near the beginning or the end, where header and directories are, more often than elsewhere. */
const place = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 1023 }) },
  { weight: 3, arbitrary: fc.integer({ min: -1024, max: -1 }) },
  { weight: 1, arbitrary: fc.nat() },
);
const word = fc.oneof(fc.constantFrom(0, 1, 2, 255, 65_535, 0x7fffffff, 0xffffffff), fc.integer());
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), at: place, value: fc.nat(255) }),
  fc.record({ kind: fc.constant('short' as const), at: place, value: word }),
  fc.record({ kind: fc.constant('long' as const), at: place, value: word }),
  fc.record({ kind: fc.constant('cut' as const), at: place, value: fc.nat(64) }),
  fc.record({ kind: fc.constant('copy' as const), at: place, value: fc.nat(4096) }),
);

function mutate(
  file: Uint8Array,
  { kind, at, value }: typeof mutation extends fc.Arbitrary<infer M> ? M : never,
) {
  const position = ((at % file.length) + file.length) % file.length;
  if (kind === 'cut') {
    // The end is missing, or some bytes in the middle.
    const rest = value < 16 ? new Uint8Array(0) : file.subarray(position + value);
    const out = new Uint8Array(position + rest.length);
    out.set(file.subarray(0, position));
    out.set(rest, position);
    return out;
  }
  const out = file.slice();
  const view = new DataView(out.buffer);
  if (kind === 'byte') out[position] = value;
  else if (kind === 'copy') out.copyWithin(position, value % file.length, (value % file.length) + 32);
  else if (kind === 'short' && position + 2 <= out.length) view.setUint16(position, value, file[0] === 0x49);
  else if (position + 4 <= out.length) view.setUint32(position, value, file[0] === 0x49);
  return out;
}

it(`${RUNS} random changes give a scene whose samples fit its grid, or a PipelineError`, {
  timeout: 300_000,
}, async () => {
  let opened = 0;
  const property = fc.asyncProperty(
    fc.nat(FILES.length - 1),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
    async (file, mutations) => {
      const bytes = mutations.reduce<Uint8Array<ArrayBuffer>>(mutate, FILES[file].slice());
      let asked = 0;
      const source: ByteSource = {
        name: 'mutated.tif',
        size: bytes.length,
        async read(position, length) {
          if (!(position >= 0 && length >= 0)) throw new Error(`read of ${length} bytes at ${position}`);
          const part = bytes.slice(position, position + length);
          asked += part.length;
          return part;
        },
      };
      const spent = processorTime();
      try {
        const { scene, read } = await openScene(source);
        const { width, height } = scene.grid;
        const window = { x: width >> 1, y: height >> 1, width: Math.min(9, width - (width >> 1)), height: 1 };
        const raster = await read(window);
        expect(raster.bands).toHaveLength(scene.bands.length);
        for (const samples of raster.bands) {
          expect(samples).toBeInstanceOf(SAMPLE_ARRAYS[scene.sampleType]);
          expect(samples).toHaveLength(window.width);
        }
        opened++;
      } catch (thrown) {
        if (!(thrown instanceof PipelineError)) throw thrown;
        expect(thrown.code).toMatch(/^(file|scene)\//);
      }
      expect(spent()).toBeLessThan(BUDGET_MS);
      expect(asked).toBeLessThan(BUDGET_BYTES);
    },
  );
  await fc.assert(property, { numRuns: RUNS, seed: 20_261_122 });
  expect(opened).toBeGreaterThan(RUNS / 20);
});
