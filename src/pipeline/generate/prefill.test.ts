import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clearPixels } from '../detect/probabilities.ts';
import { addToCoarseField, asLevel, completeCoarseField, createCoarseField } from './coarse-field.ts';
import { fillFrom } from './generate.ts';
import { CLEAR_LIMIT, FILL_MARGIN, prefill, THICK_BLEND, thickBlend } from './prefill.ts';

interface Fixture {
  readonly width: number;
  readonly height: number;
  readonly observed: number[][];
  readonly thin: number[];
  readonly thick: number[];
  readonly valid: number[];
  readonly coarse: number[][];
  readonly filled: number[][];
  readonly base: number[][];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('./fixtures/prefill.json', import.meta.url), 'utf8'),
);
const { width, height } = fixture;
const grid = { width, height, transform: null, crs: { code: 'LOCAL', name: '', units: 'pixels' as const } };
const observed = fixture.observed.map((plane) => Float32Array.from(plane));
const found = {
  thin: Uint8Array.from(fixture.thin),
  thick: Uint8Array.from(fixture.thick),
  shadow: new Uint8Array(width * height),
};
const clear = clearPixels(found, Uint8Array.from(fixture.valid), CLEAR_LIMIT);
const scene = { x: 0, y: 0, width, height };

function worst(got: ArrayLike<number>, wanted: readonly number[]): number {
  expect(got.length).toBe(wanted.length);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0);
}

function sceneField() {
  const field = createCoarseField(grid, observed.length);
  addToCoarseField(field, scene, observed, clear);
  return completeCoarseField(field)!;
}

describe('pre-fill', () => {
  it('equals the one of training: coarse field, fill and base', () => {
    const coarse = sceneField();
    const filled = prefill(asLevel(observed, clear, scene), coarse.planes);
    for (let b = 0; b < observed.length; b++) {
      expect(worst(coarse.planes[b], fixture.coarse[b])).toBeLessThan(1e-6);
      expect(worst(filled[b], fixture.filled[b])).toBeLessThan(2e-6);
      const base = observed[b].map(
        (value, i) => value + THICK_BLEND[found.thick[i]] * (filled[b][i] - value),
      );
      expect(worst(base, fixture.base[b])).toBeLessThan(2e-6);
    }
  });

  it('leaves clear pixels as they are and stays within their range', () => {
    const [filled] = prefill(asLevel(observed, clear, scene), sceneField().planes);
    const known = observed[0].filter((_, i) => clear[i]);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    filled.forEach((value, i) => {
      if (clear[i]) expect(value).toBe(observed[0][i]);
      expect(value).toBeGreaterThanOrEqual(low - 1e-6);
      expect(value).toBeLessThanOrEqual(high + 1e-6);
    });
  });

  it('does not depend on the window, given its margin', () => {
    const size = 448;
    const plane = Float32Array.from(
      { length: size * size },
      (_, i) => 0.2 + 0.1 * Math.sin((i % size) / 11) + 0.1 * Math.cos(i / size / 13),
    );
    const open = Uint8Array.from({ length: size * size }, (_, i) =>
      Math.hypot((i % size) - 224, Math.floor(i / size) - 230) < 150 ? 0 : 1,
    );
    const seen = (x: number, y: number, w: number, h: number) => {
      const cut = <T extends Float32Array | Uint8Array>(from: T, to: T): T => {
        for (let row = 0; row < h; row++) {
          to.set(from.subarray((y + row) * size + x, (y + row) * size + x + w), row * w);
        }
        return to;
      };
      const mask = cut(open, new Uint8Array(w * h));
      return {
        observation: {
          window: { x, y, width: w, height: h },
          canonical: [cut(plane, new Float32Array(w * h))],
          extra: [],
          valid: mask,
        },
        mask,
      };
    };
    const field = createCoarseField({ ...grid, width: size, height: size }, 1);
    addToCoarseField(field, { x: 0, y: 0, width: size, height: size }, [plane], open);
    const coarse = completeCoarseField(field)!;
    const wanted = { x: 176, y: 192, width: 64, height: 64 };
    const all = seen(0, 0, size, size);
    const part = seen(
      wanted.x - FILL_MARGIN,
      wanted.y - FILL_MARGIN,
      64 + 2 * FILL_MARGIN,
      64 + 2 * FILL_MARGIN,
    );
    const [whole] = fillFrom(all.observation, all.mask, coarse, all.observation.window);
    const [piece] = fillFrom(part.observation, part.mask, coarse, wanted);
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) {
        expect(piece[y * 64 + x]).toBe(whole[(wanted.y + y) * size + wanted.x + x]);
      }
    }
  });

  it('has nothing to give where nothing is clear', () => {
    const field = createCoarseField(grid, 1);
    addToCoarseField(field, scene, [observed[0]], new Uint8Array(width * height));
    expect(completeCoarseField(field)).toBeNull();
  });

  it('blends by a smoothstep from 0.3 to 0.7', () => {
    expect([0, 0.3, 0.5, 0.7, 1].map(thickBlend)).toEqual([0, 0, expect.closeTo(0.5, 12), 1, 1]);
  });
});
