import { describe, expect, it } from 'vitest';
import { keepTone } from './detail.ts';
import fixture from './fixtures/detail.json' with { type: 'json' };

const [WIDTH, HEIGHT] = [64, 48];
const inGap = (x: number, y: number) => x >= 16 && x < 48 && y >= 8 && y < 40;
const plane = (value: (x: number, y: number) => number) =>
  Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => value(i % WIDTH, Math.floor(i / WIDTH)));
const at = (x: number, y: number) => y * WIDTH + x;

describe('keepTone', () => {
  const fill = plane((x) => 0.2 + 0.001 * x);
  const texture = (x: number, y: number) => 0.02 * ((x + y) % 2 === 0 ? 1 : -1);
  const share = plane((x, y) => (inGap(x, y) ? 1 : 0));

  it('equals the one of training', () => {
    const said = fixture.repaired.map((values) => Float32Array.from(values));
    const filled = fixture.filled.map((values) => Float32Array.from(values));
    keepTone(said, filled, Float32Array.from(fixture.share), fixture.width, fixture.height);
    said.forEach((shown, band) => {
      const worst = Math.max(...shown.map((value, i) => Math.abs(value - fixture.shown[band][i])));
      expect(worst).toBeLessThan(5e-6);
    });
  });

  it('takes out what darkens the fill as a whole, and keeps the detail inside', () => {
    const said = plane((x, y) => fill[at(x, y)] - 0.03 + texture(x, y));
    const before = said.slice();
    keepTone([said], [fill], share, WIDTH, HEIGHT);
    said.forEach((value, i) => {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      if (!inGap(x, y)) expect(value).toBe(before[i]);
      else expect(Math.abs(value - fill[i])).toBeLessThan(0.023);
    });
    expect(said[at(32, 24)] - fill[at(32, 24)]).toBeCloseTo(texture(32, 24), 2);
    // At the rim there is only the fill.
    expect(said[at(16, 24)]).toBeCloseTo(fill[at(16, 24)], 2);
  });

  it('depends on near pixels only', () => {
    const random = (x: number, y: number) => Math.abs(Math.sin(x * 127.1 + y * 311.7) * 43758.5453) % 1;
    const said = plane((x, y) => 0.3 * random(x, y));
    const far = said.map((value, i) => (i % WIDTH > 40 ? 0.9 : value));
    keepTone([said], [fill], share, WIDTH, HEIGHT);
    keepTone([far], [fill], share, WIDTH, HEIGHT);
    for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < 31; x++) expect(far[at(x, y)]).toBe(said[at(x, y)]);
  });

  it('goes over into what the generator says where the cloud is thin', () => {
    const said = plane(() => 0.1);
    keepTone(
      [said],
      [fill],
      share.map((s, i) => (s > 0 ? (i % WIDTH < 32 ? 0.25 : 1) : 0)),
      WIDTH,
      HEIGHT,
    );
    expect(said[at(18, 24)]).toBeCloseTo(0.75 * 0.1 + 0.25 * fill[at(18, 24)], 2);
    expect(said[at(40, 24)]).toBeCloseTo(fill[at(40, 24)], 2);
  });
});
