import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { solvePoisson } from './poisson.ts';
import { KNOWN, poissonGrids, UNKNOWN } from './poisson-grids.ts';

interface Fixture {
  readonly side: number;
  readonly cases: readonly {
    readonly name: string;
    readonly kind: number[];
    readonly values: number[];
    readonly sources: number[] | null;
    readonly solved: number[];
  }[];
}

/** Made by fixtures/make-poisson.py. */
const { side, cases }: Fixture = JSON.parse(
  readFileSync(new URL('./fixtures/poisson.json', import.meta.url), 'utf8'),
);

describe('Poisson', () => {
  it.each(cases)(
    "is solved as by SciPy's sparse direct solver: $name",
    ({ kind, values, sources, solved }) => {
      const plane = Float32Array.from(values);
      solvePoisson(
        poissonGrids(Uint8Array.from(kind), side, side),
        plane,
        sources ? Float32Array.from(sources) : undefined,
      );
      const worst = solved.reduce((most, value, i) => Math.max(most, Math.abs(value - plane[i])), 0);
      expect(worst).toBeLessThan(0.0005);
      kind.forEach((is, i) => {
        if (is !== UNKNOWN) expect(plane[i]).toBe(Math.fround(values[i]));
      });
    },
  );

  it.each([
    [130, 130, 'a sliver of one column and one row beside the rim'],
    [261, 150, 'odd sides'],
    [300, 97, 'known pixels in between'],
    [160, 131, 'sides that are open'],
  ])('converges on %i x %i pixels: %s', (width, height, what) => {
    const random = (i: number) => Math.abs(Math.sin(i * 127.1) * 43758.5453) % 1;
    const wanted = Float32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return 0.2 + 0.0005 * (x - y) + 0.03 * Math.sin(x / 31) * Math.cos(y / 17) + 0.02 * random(i);
    });
    const open = what.includes('open');
    const kind = Uint8Array.from(wanted, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const edge = x === 0 || y === 0 || (!open && (x === width - 1 || y === height - 1));
      return edge || (what.includes('between') && random(7 * i) > 0.98) ? KNOWN : UNKNOWN;
    });
    const sources = wanted.map((value, i) => {
      const x = i % width;
      const beside = [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width];
      return beside.reduce((sum, q) => (q >= 0 && q < wanted.length ? sum + value - wanted[q] : sum), 0);
    });
    const plane = wanted.map((value, i) => (kind[i] === KNOWN ? value : 0));
    solvePoisson(poissonGrids(kind, width, height), plane, sources);
    const worst = plane.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
    expect(worst).toBeLessThan(0.0005);
  });

  it.each(['a rim', 'known pixels in between'])('lets known neighbours count more than once: %s', (what) => {
    const [width, height, hold] = [97, 70, 5];
    const random = (i: number) => Math.abs(Math.sin(i * 127.1) * 43758.5453) % 1;
    const kind = new Uint8Array(width * height).fill(UNKNOWN);
    for (let i = 0; i < kind.length; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const rim = x === 0 || y === 0 || x === width - 1 || y === height - 1;
      if (rim || (what !== 'a rim' && random(3 * i) > 0.99)) kind[i] = KNOWN;
    }
    const sources = Float32Array.from(kind, (_, i) => 0.05 * (random(i + 5) - 0.5));
    const plane = Float32Array.from(kind, (is, i) => (is === KNOWN ? 0.3 * random(i) : 0));
    solvePoisson(poissonGrids(kind, width, height, hold), plane, sources);
    for (let i = 0; i < kind.length; i++) {
      if (kind[i] !== UNKNOWN) continue;
      let [sum, count] = [sources[i], 0];
      for (const q of [i - 1, i + 1, i - width, i + width]) {
        const weight = kind[q] === KNOWN ? hold : 1;
        sum += weight * plane[q];
        count += weight;
      }
      expect(Math.abs(sum / count - plane[i])).toBeLessThan(0.0005);
    }
  });

  it('takes windows of any shape, and leaves what nothing is known of at the sources alone', () => {
    const line = Uint8Array.of(KNOWN, UNKNOWN, UNKNOWN, UNKNOWN, KNOWN);
    for (const [width, height] of [
      [5, 1],
      [1, 5],
    ]) {
      const plane = Float32Array.of(0, 9, 9, 9, 0.4);
      solvePoisson(poissonGrids(line, width, height), plane);
      [0, 0.1, 0.2, 0.3, 0.4].forEach((value, i) => {
        expect(plane[i]).toBeCloseTo(value, 3);
      });
    }
    const lonely = Float32Array.of(7);
    solvePoisson(poissonGrids(Uint8Array.of(UNKNOWN), 1, 1), lonely);
    expect(lonely[0]).toBe(0);
    const free = new Float32Array(49);
    solvePoisson(poissonGrids(new Uint8Array(49).fill(UNKNOWN), 7, 7), free);
    expect(free.every((value) => Math.abs(value) < 1e-6)).toBe(true);
  });
});
