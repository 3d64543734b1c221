import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../src/pipeline/events.ts';
import { memoryPages } from '../src/pipeline/pages.ts';
import { run } from '../src/pipeline/run.ts';
import { fakeNetworks } from '../src/pipeline/testing/fake-networks.ts';
import { memorySource } from '../src/pipeline/testing/memory-source.ts';
import { openTiles, planTiles } from '../src/pipeline/tiles.ts';
import { reportRun } from './checks.ts';

it("reports the file of the user's own mask as it was when it was read", async () => {
  const source = memorySource({ width: 64, height: 64, roles: ['blue', 'green', 'red'], sample: () => 900 });
  const networks = fakeNetworks();
  const pages = memoryPages();
  const { report, result } = await run(source, networks, DEFAULT_SETTINGS, () => {}, { pages });
  const own = { id: '1', name: 'mine.tif', bytes: 12, sha256: 'abc' };
  const settings = { ...report.settings, edits: { own, operations: [] } };
  const tiles = openTiles(source.scene, planTiles(source.scene.grid), pages);
  const finished = {
    source,
    result,
    tiles,
    dates: [],
    report: { ...report, settings },
    models: networks.models,
  };
  const request = { format: 'json', selfCheck: null, evaluation: null } as const;
  const told = await reportRun(
    finished,
    ['https://x.test/s.tif'],
    request,
    () => {},
    new AbortController().signal,
  );
  expect(JSON.parse(told).files).toEqual([
    { name: 'https://x.test/s.tif', bytes: null, sha256: null },
    { name: 'mine.tif', bytes: 12, sha256: 'abc' },
  ]);
});
