import { describe, expect, it } from 'vitest';
import { DETAIL_REACH, joinTone } from './detail.ts';
import fixture from './fixtures/detail.json' with { type: 'json' };

const [WIDTH, HEIGHT] = [128, 48];
const inGap = (x: number, y: number) => x >= 16 && x < 48 && y >= 8 && y < 40;
const plane = (value: (x: number, y: number) => number) =>
  Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => value(i % WIDTH, Math.floor(i / WIDTH)));
const at = (x: number, y: number) => y * WIDTH + x;

describe('joinTone', () => {
  const fill = plane((x) => 0.2 + 0.001 * x);
  const texture = (x: number, y: number) => 0.02 * ((x + y) % 2 === 0 ? 1 : -1);
  const all = new Uint8Array(WIDTH * HEIGHT).fill(1);
  const share = plane((x, y) => (inGap(x, y) ? 1 : 0));
  /** Darker than the fill by `around` where the ground was seen, and by `inside` under the cloud, where there is texture, too. */
  const changedBy = (around: number, inside: number) =>
    plane((x, y) => fill[at(x, y)] - (inGap(x, y) ? inside - texture(x, y) : around));

  it('equals the one of training', () => {
    const said = fixture.repaired.map((values) => Float32Array.from(values));
    const filled = fixture.filled.map((values) => Float32Array.from(values));
    const { width, height } = fixture;
    joinTone(
      said,
      filled,
      Float32Array.from(fixture.share),
      new Uint8Array(width * height).fill(1),
      width,
      height,
    );
    said.forEach((shown, band) => {
      const worst = Math.max(...shown.map((value, i) => Math.abs(value - fixture.shown[band][i])));
      expect(worst).toBeLessThan(5e-6);
    });
  });

  it('leaves the tone to the fill where the ground around is as it was, and keeps the detail inside', () => {
    const said = changedBy(0, 0.03);
    const before = said.slice();
    joinTone([said], [fill], share, all, WIDTH, HEIGHT);
    said.forEach((value, i) => {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      if (!inGap(x, y)) expect(value).toBe(before[i]);
      else expect(Math.abs(value - fill[i])).toBeLessThan(0.023);
    });
    expect(said[at(32, 24)] - fill[at(32, 24)]).toBeCloseTo(texture(32, 24), 2);
    // At the rim there is only the fill.
    expect(said[at(16, 24)]).toBeCloseTo(fill[at(16, 24)], 2);
  });

  it('spreads what became of the ground around into the gap', () => {
    const said = changedBy(0.03, 0.1);
    joinTone([said], [fill], share, all, WIDTH, HEIGHT);
    expect(said[at(16, 24)] - fill[at(16, 24)]).toBeCloseTo(-0.03, 2);
    expect(said[at(32, 24)] - fill[at(32, 24)] - texture(32, 24)).toBeCloseTo(-0.03, 2);
  });

  it('does not take where there is no data for ground', () => {
    const said = changedBy(0.03, 0.1);
    joinTone([said], [fill], share, new Uint8Array(WIDTH * HEIGHT), WIDTH, HEIGHT);
    expect(said[at(16, 24)]).toBeCloseTo(fill[at(16, 24)], 2);
  });

  it('fades to the fill far from any ground that was seen', () => {
    const said = plane((x, y) => fill[at(x, y)] - (x < 16 ? 0.03 : 0.1));
    const beyond = plane((x) => (x < 16 ? 0 : 1));
    joinTone([said], [fill], beyond, all, WIDTH, HEIGHT);
    const tone = (x: number) => said[at(x, 24)] - fill[at(x, 24)];
    expect(tone(20)).toBeLessThan(-0.02);
    expect(tone(60)).toBeCloseTo(0, 4);
  });

  it('depends on near pixels only', () => {
    const random = (x: number, y: number) => Math.abs(Math.sin(x * 127.1 + y * 311.7) * 43758.5453) % 1;
    const said = plane((x, y) => 0.3 * random(x, y));
    const far = said.map((value, i) => (i % WIDTH > 80 ? 0.9 : value));
    joinTone([said], [fill], share, all, WIDTH, HEIGHT);
    joinTone([far], [fill], share, all, WIDTH, HEIGHT);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x <= 80 - DETAIL_REACH; x++) expect(far[at(x, y)]).toBeCloseTo(said[at(x, y)], 6);
  });

  it('goes over into what the generator says where the cloud is thin', () => {
    const said = plane((x, y) => (inGap(x, y) ? 0.1 : fill[at(x, y)]));
    joinTone(
      [said],
      [fill],
      share.map((s, i) => (s > 0 ? (i % WIDTH < 32 ? 0.25 : 1) : 0)),
      all,
      WIDTH,
      HEIGHT,
    );
    expect(said[at(18, 24)]).toBeCloseTo(0.75 * 0.1 + 0.25 * fill[at(18, 24)], 2);
    expect(said[at(40, 24)]).toBeCloseTo(fill[at(40, 24)], 2);
  });
});
