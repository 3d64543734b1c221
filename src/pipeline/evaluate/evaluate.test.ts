import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../events.ts';
import { run } from '../run.ts';
import { CANONICAL_BANDS, DISPLAY_SCALE, type SceneSource } from '../scene.ts';
import { cloudy, ground } from '../testing/cloudy-run.ts';
import { fakeNetworks } from '../testing/fake-networks.ts';
import { memorySource } from '../testing/memory-source.ts';

describe('evaluate', () => {
  it('measures the error against a truth, by region', async () => {
    const clear = cloudy({ name: 'truth', sample: (x, y, band) => 1e4 * ground(x, y, band) });
    const truth = memorySource(clear);
    const options = { core: 64, reference: truth };
    const source = memorySource(cloudy());
    const { report } = await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, options);
    const { before, after, reference } = report.evaluation!;
    expect(reference).toBe('truth');
    expect(before.clear!.mae).toBeLessThan(1e-4);
    expect(after.clear!.mae).toBe(before.clear!.mae);
    expect(after.thick!.mae).toBeLessThan(0.3 * before.thick!.mae);
    expect(after.repaired!.pixels).toBe(after.thin!.pixels + after.thick!.pixels + after.shadow!.pixels);
    expect(after.all!.pixels).toBe(200 * 170);
    expect(after.thick!.coverage).toBeGreaterThan(0);
    expect(before.thick!.coverage).toBeNull();
    const against = (reference: SceneSource) =>
      run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { core: 64, reference });
    const part = await against(memorySource({ ...clear, width: 100 }));
    expect(part.report.evaluation).toMatchObject({ warped: true, after: { all: { pixels: 100 * 170 } } });
    expect(part.report.evaluation!.after.clear!.mae).toBeLessThan(1e-4);
    const lost = await against({
      ...truth,
      scene: { ...truth.scene, grid: { ...truth.scene.grid, transform: null } },
    });
    expect(lost.report.evaluation).toEqual(report.evaluation);
    const nameless = await against(memorySource({ ...cloudy(), roles: ['other', 'other'] }));
    expect(nameless.report.evaluation).toBeNull();
    expect(nameless.report.notices.map(({ code }) => code)).toEqual(['evaluate/no-common-bands']);
  });

  it('does not take the difference of reflectance and display values for an error', async () => {
    const display = memorySource({
      ...cloudy({ scale: DISPLAY_SCALE }),
      sampleType: 'uint8',
      sample: () => 60,
    });
    const { report } = await run(memorySource(cloudy()), fakeNetworks(), DEFAULT_SETTINGS, () => {}, {
      core: 64,
      reference: display,
    });
    expect(report.evaluation).toBeNull();
    expect(report.notices.map(({ code }) => code)).toEqual(['evaluate/other-units']);
  });

  it('does not count pixels at which either picture is transparent', async () => {
    const holes = (value: (x: number, y: number, band: number) => number, hole: (x: number) => boolean) =>
      memorySource(
        cloudy({
          roles: [...CANONICAL_BANDS, 'alpha'],
          sample: (x, y, band) => (band === 6 ? (hole(x) ? 0 : 255) : hole(x) ? 0 : value(x, y, band)),
        }),
      );
    const clear = (x: number, y: number, band: number) => Math.round(1e4 * ground(x, y, band));
    const source = holes(clear, (x) => x < 20);
    for (const width of [200, 190]) {
      const truth = holes(clear, (x) => x >= 100);
      const { grid } = truth.scene;
      // Of another width: on a grid of its own.
      const reference = { ...truth, scene: { ...truth.scene, grid: { ...grid, width } } };
      const { report } = await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, {
        core: 64,
        reference,
      });
      const { after, warped } = report.evaluation!;
      expect(warped).toBe(width !== 200);
      expect(after.all!.pixels / 170).toBeCloseTo(80, -0.5);
      expect(after.all!.mae).toBeLessThan(1e-6);
      expect(after.all!.ssim).toBeGreaterThan(0.9999);
    }
  });
});
