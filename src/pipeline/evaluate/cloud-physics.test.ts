import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CANONICAL_BANDS, type Sensor } from '../scene.ts';
import {
  type CloudOptics,
  cirrusTransmittance,
  cloudBrightness,
  depthFactor,
  maskClassOf,
  parallax,
  seenBy,
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
  parallax: { sensor: Sensor; given: [number, number]; offsets: [number, number][] }[];
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
    for (const { sensor, given, offsets } of known.parallax)
      CANONICAL_BANDS.forEach((role, band) => {
        const { dx, dy } = parallax(sensor, role, ...given);
        close([dx, dy], offsets[band]);
      });
    for (const { given, share } of known.cirrus) expect(cirrusTransmittance(...given)).toBeCloseTo(share, 6);
    for (const { given, light } of known.brightness) expect(cloudBrightness(...given)).toBeCloseTo(light, 5);
  });

  it('shows clouds to bands where the sensor sees them, and shadows where they lie', () => {
    const [width, height] = [40, 40];
    const plane = Float32Array.from({ length: width * height }, (_, i) =>
      i % width === 20 && Math.floor(i / width) === 20 ? 1 : 0,
    );
    const layers = { width, height, thick: plane, cast: plane, thin: plane, body: plane };
    const look = { heights: [1000, 5000] } as unknown as CloudOptics;
    const centre = (of: Float32Array) =>
      of.reduce(([x, y], value, i) => [x + value * (i % width), y + value * Math.floor(i / width)], [0, 0]);
    const seen = seenBy('sentinel-2', 'red', look, layers, 10);
    for (const [moved, metres] of [
      [seen.thick, 1000],
      [seen.body, 1000],
      [seen.thin, 5000],
    ] as const) {
      const { dx, dy } = parallax('sentinel-2', 'red', metres, 10);
      close(centre(moved), [20 + dx, 20 + dy]);
    }
    expect(seen.cast).toBe(plane);
    expect(seenBy('sentinel-2', 'blue', look, layers, 10)).toBe(layers);
    expect(seenBy('landsat-tm-etm', 'red', look, layers, 30)).toBe(layers);
  });

  it('labels pixels as the networks were taught to', () => {
    const got = known.steps.flatMap((opacity) =>
      known.steps.map((darkening) => maskClassOf(opacity, darkening)),
    );
    expect(got).toEqual(known.classes);
  });
});
