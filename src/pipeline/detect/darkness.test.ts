import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addToCoarseField, createCoarseField } from '../generate/coarse-field.ts';
import { CLEAR_LIMIT, COARSE_CELL } from '../generate/prefill.ts';
import type { Grid } from '../scene.ts';
import { cropPlane } from '../windows.ts';
import { brightnessOf, clearGround, LEAST_SHADOW, weighShadow } from './darkness.ts';
import { clearPixels } from './probabilities.ts';

interface Fixture {
  readonly width: number;
  readonly height: number;
  /** In 1/10000. */
  readonly picture: readonly (readonly number[])[];
  readonly thick: readonly number[];
  readonly shadow: readonly number[];
  readonly infrared: readonly number[];
  readonly visible: readonly number[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('./fixtures/darkness.json', import.meta.url), 'utf8'),
);
const { width, height } = fixture;
const scene = { x: 0, y: 0, width, height };
const grid = { width, height } as Grid;
const found = {
  thin: new Uint8Array(width * height),
  thick: Uint8Array.from(fixture.thick),
  shadow: Uint8Array.from(fixture.shadow),
};
const planes = fixture.picture.map((plane) => Float32Array.from(plane, (value) => value / 1e4));
const asked = found.shadow.map((shadow) => (shadow >= LEAST_SHADOW ? 1 : 0));
const clear = clearPixels(found, new Uint8Array(width * height).fill(1), CLEAR_LIMIT);
const SIX = [0, 1, 2, 3, 4, 5];

/** The ground of the scene with bands at these file indices. */
function groundOf(canonical: readonly (number | null)[], known: Uint8Array) {
  const present = planes.filter((_, slot) => canonical[slot] !== null);
  const field = createCoarseField(grid, present.length);
  addToCoarseField(field, scene, present, known);
  return clearGround({ ...field, side: COARSE_CELL }, canonical);
}

describe('shadow beside the clear ground', () => {
  it.each([
    ['infrared', SIX],
    ['visible', [2, 1, 0, null, null, null]],
  ] as const)('is weighed as training does it: %s', (kind, canonical) => {
    const brightness = brightnessOf(
      planes.map((plane, slot) => (canonical[slot] === null ? null : plane)),
      asked,
    );
    const weighed = weighShadow(found, brightness, scene, groundOf(canonical, clear)!);
    const worst = Math.max(...weighed.map((value, i) => Math.abs(value - fixture[kind][i])));
    expect(worst).toBeLessThan(1);
    expect(weighed.some((value, i) => value > found.shadow[i] + 20)).toBe(true);
    expect(weighed.some((value, i) => value < found.shadow[i] - 20)).toBe(true);
  });

  it('does not depend on the window that is asked for', () => {
    const ground = groundOf(SIX, clear)!;
    const brightness = brightnessOf(planes, asked);
    const window = { x: 13, y: 32, width: 64, height: 31 };
    const crop = (plane: Uint8Array) => cropPlane(plane, scene, window);
    const part = { thin: crop(found.thin), thick: crop(found.thick), shadow: crop(found.shadow) };
    expect(weighShadow(part, crop(brightness), window, ground)).toEqual(
      crop(weighShadow(found, brightness, scene, ground)),
    );
  });

  it('stands as it was found where it is not asked for', () => {
    const brightness = brightnessOf(planes, new Uint8Array(width * height));
    expect(weighShadow(found, brightness, scene, groundOf(SIX, clear)!)).toEqual(found.shadow);
  });

  it('has no ground beside it where nothing is clear', () => {
    expect(groundOf(SIX, new Uint8Array(width * height))).toBeNull();
  });
});
