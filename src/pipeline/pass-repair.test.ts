import { describe, expect, it } from 'vitest';
import { MASK_CLASS, PROVENANCE } from './scene.ts';
import { cloudy, reflectance, runOver, SMALL_TILES } from './testing/cloudy-run.ts';
import { fakeNetworks } from './testing/fake-networks.ts';

describe('repair', () => {
  it('names where every pixel came from', async () => {
    const { result, report, mask, window } = await runOver(cloudy());
    const provenance = result.provenance(window);
    const confidence = result.confidence(window);
    const at = (x: number, y: number) => y * window.width + x;
    expect(provenance[at(66, 60)]).toBe(PROVENANCE.generated);
    expect(provenance[at(130, 130)]).toBe(PROVENANCE.thinCorrected);
    expect(provenance[at(30, 140)]).toBe(PROVENANCE.shadowCorrected);
    expect(provenance[at(2, 2)]).toBe(PROVENANCE.observed);
    expect(confidence[at(66, 60)]).toBe(Math.round(100 * Math.exp(-0.02 / 0.05)));
    expect(confidence[at(2, 2)]).toBe(100);
    // The buffer around cloud is thin, so that it is corrected gently.
    expect(mask[at(66 + 22, 60)]).toBe(MASK_CLASS.thin);
    const { observed, thinCorrected, shadowCorrected, generated, leftCloudy } = report.shares;
    expect(observed + thinCorrected + shadowCorrected + generated + leftCloudy).toBeCloseTo(1, 12);
    expect(generated).toBeCloseTo((Math.PI * 21 * 21) / (200 * 170), 2);
    expect(report.meanConfidence).toBeCloseTo(67, 1);
  });

  it('calls a pixel generated of which hardly anything was seen, whatever the mask calls it', async () => {
    // Around the cloud a rim that is thick with 0.75: too little for a mask from 0.8 on, but the mask is grown over it.
    const rim = (x: number, y: number) => Math.hypot(x - 66, y - 60) < 24;
    const networks = fakeNetworks({
      classify: ([blue]) => (blue > 0.6 ? [0, 0, 1, 0] : blue > 0.4 ? [0.25, 0, 0.75, 0] : [1, 0, 0, 0]),
    });
    const { result, mask, window } = await runOver(
      cloudy({
        sample: (x, y, band) => {
          const value = reflectance(x, y, band);
          return Math.round(1e4 * (value < 0.6 && rim(x, y) ? 0.5 : value));
        },
      }),
      { cloudThreshold: 0.8, bufferPixels: 6 },
      SMALL_TILES,
      networks,
    );
    const provenance = result.provenance(window);
    const across = [66, 66 + 22, 66 + 26].map((x) => 60 * window.width + x);
    expect(across.map((i) => mask[i])).toEqual([MASK_CLASS.thick, MASK_CLASS.thin, MASK_CLASS.thin]);
    const { generated, thinCorrected } = PROVENANCE;
    expect(across.map((i) => provenance[i])).toEqual([generated, generated, thinCorrected]);
  });

  it('fills thick cloud from its surroundings', async () => {
    const flat = cloudy({ sample: (x, y) => (Math.hypot(x - 90, y - 80) < 40 ? 7000 : 2000) });
    const { after } = await runOver(flat, { featherPixels: 0 });
    for (const band of after) expect(Math.abs(band[80 * 200 + 90] - 2000)).toBeLessThanOrEqual(1);
  });

  it('feathers inside the mask only', async () => {
    const disc = cloudy({ sample: (x, y) => (Math.hypot(x - 90, y - 80) < 40 ? 5000 : 2000) });
    const { after, mask } = await runOver(disc, { bufferPixels: 3, featherPixels: 3 });
    const row = Array.from({ length: 10 }, (_, i) => after[0][80 * 200 + 124 + i]);
    // Cloud ends after x = 129, the mask after 132: there, 1000 (half of 2000) fades in over four pixels.
    expect([...mask.slice(80 * 200 + 130, 80 * 200 + 134)]).toEqual([1, 1, 1, 0]);
    expect(row.slice(0, 5)).toEqual([2500, 2500, 2500, 2500, 2500]);
    expect(row[9]).toBe(2000);
  });

  it('passes over borders without data, and never writes the no-data value', async () => {
    const { result, after, source, window, report } = await runOver(
      cloudy({
        nodata: 0,
        sample: (x, y, band) => (x + y < 90 ? 0 : Math.round(1e4 * reflectance(x, y, band))),
      }),
      {},
      SMALL_TILES,
      fakeNetworks({ repair: () => [0, 0, 0, 0, 0, 0, 0.01] }),
    );
    const mask = result.mask(window);
    let repairedToZero = 0;
    let wrong = 0;
    mask.forEach((value, i) => {
      const invalid = source.bands[0][i] === 0;
      if ((value === MASK_CLASS.nodata) !== invalid || (after[0][i] === 0) !== invalid) wrong++;
      if (after[0][i] === 1) repairedToZero++;
    });
    expect(wrong).toBe(0);
    expect(repairedToZero).toBeGreaterThan(100);
    expect(report.shares.generated).toBeGreaterThan(0);
  });
});
