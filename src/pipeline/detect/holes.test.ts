import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fillBrightHoles } from './holes.ts';
import { noProbabilities, type Probabilities } from './probabilities.ts';

interface Fixture {
  readonly width: number;
  readonly height: number;
  /** In 1/10000. */
  readonly picture: readonly (readonly number[])[];
  readonly thin: readonly number[];
  readonly thick: readonly number[];
  readonly holes: readonly number[];
}

const fixture: Fixture = JSON.parse(readFileSync(new URL('./fixtures/holes.json', import.meta.url), 'utf8'));

const SIDE = 40;
const INNER = { from: 16, to: 24 };
const at = (x: number, y: number) => y * SIDE + x;

/** A cloud of brightness 0.5 over dark ground, with a square hole in it of a brightness, as far as there is cloud. */
function cloudWithHole(brightness: number, isCloud: (x: number, y: number) => boolean = () => true) {
  const found = noProbabilities(SIDE * SIDE);
  const plane = new Float32Array(SIDE * SIDE).fill(0.1);
  for (let y = 8; y < 32; y++) {
    for (let x = 8; x < 32; x++) {
      const inHole = x >= INNER.from && x < INNER.to && y >= INNER.from && y < INNER.to;
      if (!inHole && !isCloud(x, y)) continue;
      plane[at(x, y)] = inHole ? brightness : 0.5;
      if (!inHole) found.thick[at(x, y)] = 200;
    }
  }
  found.shadow[at(20, 20)] = 90;
  const canonical = [plane, plane, plane, null, null, null];
  return { found, canonical, valid: new Uint8Array(SIDE * SIDE).fill(1) };
}

const said = ({ thin, thick, shadow }: Probabilities, x: number, y: number) => [
  thin[at(x, y)],
  thick[at(x, y)],
  shadow[at(x, y)],
];

describe('fillBrightHoles', () => {
  it('fills those that training fills', () => {
    const { width, thin, thick, picture, holes } = fixture;
    const found = {
      thin: Uint8Array.from(thin),
      thick: Uint8Array.from(thick),
      shadow: new Uint8Array(thin.length),
    };
    const planes = picture.map((plane) => Float32Array.from(plane, (value) => value / 1e4));
    fillBrightHoles(found, [...planes, null, null, null], new Uint8Array(thin.length).fill(1), width);
    expect(found.thick).toEqual(Uint8Array.from(thick, (value, i) => (holes[i] ? 255 : value)));
    expect(found.thin).toEqual(Uint8Array.from(thin, (value, i) => (holes[i] ? 0 : value)));
  });

  it('takes what is as bright as the cloud around it for thick cloud, and leaves gaps', () => {
    for (const [brightness, expected] of [
      [0.6, [0, 255, 0]],
      [0.2, [0, 0, 90]],
    ] as const) {
      const { found, canonical, valid } = cloudWithHole(brightness);
      fillBrightHoles(found, canonical, valid, SIDE);
      expect(said(found, 20, 20)).toEqual(expected);
      expect(said(found, 10, 10)).toEqual([0, 200, 0]);
      expect(said(found, 2, 2)).toEqual([0, 0, 0]);
    }
  });

  it('leaves bright ground that cloud only touches', () => {
    const { found, canonical, valid } = cloudWithHole(0.6, (x) => x < INNER.from + 2);
    fillBrightHoles(found, canonical, valid, SIDE);
    expect(said(found, 20, 20)).toEqual([0, 0, 90]);
  });

  it('does not take missing data for cloud, nor fill it', () => {
    const { found, canonical, valid } = cloudWithHole(0.6);
    for (let y = 0; y < SIDE; y++) for (let x = INNER.to; x < SIDE; x++) valid[at(x, y)] = 0;
    valid[at(18, 18)] = 0;
    fillBrightHoles(found, canonical, valid, SIDE);
    expect(said(found, 20, 20)).toEqual([0, 255, 0]);
    expect(said(found, 18, 18)).toEqual([0, 0, 0]);
  });

  it('does nothing where no thick cloud tells how bright clouds are', () => {
    const { found, canonical, valid } = cloudWithHole(0.6);
    found.thin.set(found.thick);
    found.thick.fill(0);
    fillBrightHoles(found, canonical, valid, SIDE);
    expect(said(found, 20, 20)).toEqual([0, 0, 90]);
  });
});
