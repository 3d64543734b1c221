import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../events.ts';
import { run } from '../run.ts';
import type { SceneSource } from '../scene.ts';
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
});
