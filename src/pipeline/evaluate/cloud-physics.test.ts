import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  cirrusTransmittance,
  cloudBrightness,
  depthFactor,
  maskClassOf,
  shadowOffset,
  shadowRatio,
} from './cloud-physics.ts';

/** Values of the training's simulator, written by make-cloud-physics.py. */
const known = JSON.parse(readFileSync(new URL('./fixtures/cloud-physics.json', import.meta.url), 'utf8')) as {
  wavelengths: number[];
  depthFactor: { g: number; factors: number[] }[];
  shadowRatio: { darkness: number; ratio: number[] }[];
  shadowOffset: { given: [number, number, number, number]; offset: [number, number] }[];
  cirrus: { given: [number, number]; share: number }[];
  brightness: { given: [number, number]; light: number }[];
  steps: number[];
  classes: number[];
};

const close = (got: readonly number[], wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i], 5);
  });
};

describe('the physics of simulated clouds', () => {
  it('is that of the simulator that the networks were trained with', () => {
    for (const { g, factors } of known.depthFactor)
      close(
        known.wavelengths.map((wavelength) => depthFactor(g, wavelength)),
        factors,
      );
    for (const { darkness, ratio } of known.shadowRatio) close(shadowRatio(darkness), ratio);
    for (const { given, offset } of known.shadowOffset) {
      const { dx, dy } = shadowOffset(...given);
      close([dx, dy], offset);
    }
    for (const { given, share } of known.cirrus) expect(cirrusTransmittance(...given)).toBeCloseTo(share, 6);
    for (const { given, light } of known.brightness) expect(cloudBrightness(...given)).toBeCloseTo(light, 5);
  });

  it('labels pixels as the networks were taught to', () => {
    const got = known.steps.flatMap((opacity) =>
      known.steps.map((darkening) => maskClassOf(opacity, darkening)),
    );
    expect(got).toEqual(known.classes);
  });
});
