import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../testing/memory-source.ts';
import { displayStore } from './display-store.ts';
import { displayTile } from './display-tile.ts';
import { type Enhancement, enhancePixels, NO_ENHANCEMENT, type ToneSample, toneOf } from './enhance.ts';
import { enhancedTile, type ReadDisplayTile, sceneTone } from './enhanced-tile.ts';

const fixture: { side: number; step: number; equalised: number[] } = JSON.parse(
  readFileSync(new URL('./fixtures/enhance.json', import.meta.url), 'utf8'),
);
const { side, step } = fixture;

/** The picture of fixtures/make-enhance.py. */
const picture = toUnit(
  Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) / side, Math.floor(i / side) / side];
    const waves =
      0.2 * Math.sin(9 * x + 4 * y) * Math.cos(7 * y) + 0.05 * Math.sin(80 * x) * Math.cos(60 * y);
    return 0.35 + waves + 0.25 * x * y;
  }),
).map((value) => Math.round(value * 255) / 255);

function toUnit(values: Float32Array): Float32Array {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (value - low) / (high - low));
}

function sampleOf(plane: Float32Array): ToneSample {
  return {
    width: side,
    height: side,
    planes: [plane, plane, plane],
    valid: new Uint8Array(plane.length).fill(1),
  };
}

const size = { width: side, height: side };

function enhanced(plane: Float32Array, more: Partial<Enhancement>): number[] {
  const enhancement = { ...NO_ENHANCEMENT, ...more };
  const pixels = new Float32Array(4 * plane.length);
  for (const [i, value] of plane.entries()) pixels.set([value, value, value, 1], 4 * i);
  const place = { left: 0, top: 0, across: 1 / side, down: 1 / side };
  const tone = toneOf(sampleOf(plane), enhancement.dehaze);
  const out = enhancePixels({ pixels, ...size, margin: 0, place }, tone, enhancement);
  return [...plane.keys()].map((i) => out[4 * i]);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('enhancing', () => {
  it('leaves pixels alone where nothing is asked for', () => {
    const same = enhanced(picture, {});
    expect(same.every((value, i) => Math.abs(value - picture[i]) < 1e-6)).toBe(true);
  });

  it("spreads local contrast as scikit-image's equalize_adapthist does", () => {
    // It stretches what comes out to 0..1.
    const ours = toUnit(Float32Array.from(enhanced(picture, { contrast: 1 })));
    const at = fixture.equalised.map((_, k) => {
      const across = side / step;
      return step * (Math.floor(k / across) * side + (k % across));
    });
    const apart = fixture.equalised.map((value, k) => Math.abs(value - ours[at[k]]));
    const changed = fixture.equalised.map((value, k) => Math.abs(value - picture[at[k]]));
    expect(mean(changed)).toBeGreaterThan(0.05);
    // It spreads what is clipped over levels below the limit only; ours goes over all.
    expect(mean(apart)).toBeLessThan(0.02);
  });

  it('takes off a veil that was laid over a picture', () => {
    const bands = [0, 2, 4].map((phase) => picture.map((_, i) => 0.5 + 0.5 * Math.sin(i / 5 + phase)));
    const veiled = bands.map((band) => band.map((value) => 0.3 + 0.7 * value));
    const tone = toneOf({ ...sampleOf(picture), planes: veiled }, 1);
    const pixels = new Float32Array(4 * picture.length);
    for (const i of picture.keys()) pixels.set([...veiled.map((band) => band[i]), 1], 4 * i);
    const place = { left: 0, top: 0, across: 1 / side, down: 1 / side };
    const clear = enhancePixels({ pixels, ...size, margin: 0, place }, tone, {
      ...NO_ENHANCEMENT,
      dehaze: 1,
    });
    const off = (of: (band: number, i: number) => number) =>
      mean(bands.flatMap((band, b) => [...band].map((value, i) => Math.abs(of(b, i) - value))));
    expect(off((b, i) => clear[4 * i + b])).toBeLessThan(0.1 * off((b, i) => veiled[b][i]));
  });

  it('strengthens edges and leaves even ground', () => {
    const edge = picture.map((_, i) => (i % side < side / 2 ? 0.3 : 0.6));
    const sharp = enhanced(edge, { sharpen: 1 });
    expect(sharp[side / 2 - 1]).toBeLessThan(0.25);
    expect(sharp[side / 2]).toBeGreaterThan(0.65);
    expect(sharp[5]).toBeCloseTo(0.3, 5);
  });

  it('shows no borders of tiles', async () => {
    const source = memorySource({
      width: 128,
      height: 128,
      roles: ['red', 'green', 'blue'],
      sample: (x, y, band) => Math.round(2000 + 900 * Math.sin(x / 11 + band) * Math.cos(y / 17) + 5 * x),
    });
    const bands = [0, 1, 2];
    const stretch = bands.map(() => ({ low: 0.1, high: 0.4 }));
    const all: Enhancement = { dehaze: 0.7, contrast: 0.8, sharpen: 0.9 };
    const { grid } = source.scene;
    const read: ReadDisplayTile = (request) => displayTile(source, displayStore(), request);
    const tone = await sceneTone(grid, read, { bands, stretch }, { dehaze: all.dehaze, clearOnly: false });
    const tile = async (x: number, y: number, size: number) => {
      const window = { x, y, width: size, height: size };
      const request = { layer: 'before', window, width: size, height: size, bands } as const;
      return (await enhancedTile(grid, read, request, { stretch, tone, enhancement: all })).data;
    };
    const whole = await tile(0, 0, 128);
    for (const [left, top] of [
      [0, 0],
      [64, 0],
      [32, 64],
    ]) {
      const part = await tile(left, top, 64);
      for (let i = 0; i < part.length; i++) {
        const [x, y] = [left + ((i >> 2) % 64), top + ((i >> 2) >> 6)];
        expect(Math.abs(part[i] - whole[4 * (y * 128 + x) + (i % 4)])).toBeLessThan(1e-5);
      }
    }
  });
});
