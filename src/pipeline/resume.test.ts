import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePageFile } from '../cli/node-pages.ts';
import { runControl } from './control.ts';
import { DEFAULT_SETTINGS, type RunEvent } from './events.ts';
import type { Networks } from './networks.ts';
import { pageLog } from './page-log.ts';
import { memoryPages, type PageStore } from './pages.ts';
import { type RunOptions, type RunResult, run } from './run.ts';
import type { BandRole, SceneSource, Window } from './scene.ts';
import { boundedFile } from './testing/bounded-file.ts';
import { fakeNetworks } from './testing/fake-networks.ts';
import { memorySource } from './testing/memory-source.ts';

const ROLES: BandRole[] = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22', 'rededge1', 'coastal'];
const WHOLE = { x: 0, y: 0, width: 330, height: 270 };

/** Ground with clouds and shadows over tile borders, no data at one corner, and two bands that follow, one with gaps of its own. */
function scene() {
  return memorySource({
    ...WHOLE,
    roles: ROLES,
    nodata: 0,
    sample: (x, y, band) => {
      if (x + y < 30 || (band === 7 && x > 98 && x < 130)) return 0;
      if (Math.hypot(x - 66, y - 60) < 30) return 7000 + 10 * band;
      if (Math.hypot(x - 230, y - 150) < 40) return 5000;
      if (Math.hypot(x - 30, y - 240) < 20) return 200;
      return Math.round(2000 + 300 * Math.sin(x / 9 + band) + 300 * Math.cos(y / 7 - band));
    },
  });
}

async function go(pages: PageStore, networks: Networks = fakeNetworks(), options: Partial<RunOptions> = {}) {
  const events: RunEvent[] = [];
  const source = scene();
  const done = await run(source, networks, DEFAULT_SETTINGS, (event) => events.push(event), {
    core: 64,
    pages,
    ...options,
  });
  return { ...done, events, source };
}

/** Every sample, mask, provenance and confidence of a result, as one text. */
async function fingerprint({ result }: RunResult): Promise<string> {
  const { bands } = await result.read(WHOLE);
  const planes = [...bands, result.mask(WHOLE), result.provenance(WHOLE), result.confidence(WHOLE)];
  return planes.map((plane) => Buffer.from(plane.buffer).toString('base64')).join();
}

/** Networks that fail at the given call, as when a tab is closed. */
function until(calls: number) {
  let left = calls;
  return fakeNetworks({
    onCall: () => {
      if (left-- === 0) throw new Error('closed');
    },
  });
}

const kinds = (events: readonly RunEvent[], type: string) => events.filter((event) => event.type === type);
const place = () => join(mkdtempSync(join(tmpdir(), 'resume-')), 'run.pages');

describe('a run over the pages of an earlier one', () => {
  it.each([1, 7, 20, 36, 41])('that ended at call %i gives the same bytes', async (calls) => {
    const whole = fakeNetworks();
    const uninterrupted = await go(memoryPages(), whole);
    const expected = await fingerprint(uninterrupted);

    const path = place();
    const first = until(calls);
    await expect(go(pageLog(nodePageFile(path)), first)).rejects.toThrow('closed');

    const second = fakeNetworks();
    const log = pageLog(nodePageFile(path));
    const continued = await go(log, second);
    expect((await fingerprint(continued)) === expected).toBe(true);
    expect(continued.report.shares).toEqual(uninterrupted.report.shares);
    expect(continued.report.meanConfidence).toBe(uninterrupted.report.meanConfidence);
    // At most the two tiles that were under way are computed twice.
    expect(second.calls.length).toBeGreaterThanOrEqual(whole.calls.length - calls);
    expect(second.calls.length).toBeLessThanOrEqual(whole.calls.length - calls + 2);
    expect(kinds(continued.events, 'repaired')).toHaveLength(continued.report.tiles.repaired);
    log.close();
  });

  it('that went panel by panel gives the same bytes as one row by row', async () => {
    const expected = await fingerprint(await go(memoryPages()));
    const source = { ...scene(), panel: 128 };
    const events: RunEvent[] = [];
    const panels = await run(source, fakeNetworks(), DEFAULT_SETTINGS, (event) => events.push(event), {
      core: 64,
    });
    expect((await fingerprint(panels)) === expected).toBe(true);
    const lefts = kinds(events, 'repaired').map(
      (event) => (event as { tile: { window: Window } }).tile.window.x >> 7,
    );
    expect(lefts).toEqual(lefts.toSorted());
    expect(new Set(lefts).size).toBeGreaterThan(1);
  });

  it('that was finished computes nothing, and tells of every tile', async () => {
    const pages = memoryPages();
    const first = await go(pages);
    const networks = fakeNetworks();
    const second = await go(pages, networks);
    expect(networks.calls).toEqual([]);
    expect(await fingerprint(second)).toBe(await fingerprint(first));
    const windows = ({ events }: typeof first) =>
      new Set(
        kinds(events, 'mask').map((event) =>
          JSON.stringify((event as { tile: { window: Window } }).tile.window),
        ),
      );
    expect(windows(second)).toEqual(windows(first));
  });

  it('that ran out of room goes on when there is some', async () => {
    const expected = await fingerprint(await go(memoryPages()));
    const file = boundedFile(400_000);
    const full = pageLog(file, { spare: 100_000 });
    await expect(go(full)).rejects.toMatchObject({ code: 'job/storage-full' });
    file.room = 1e9;
    const networks = fakeNetworks();
    expect((await fingerprint(await go(pageLog(file), networks))) === expected).toBe(true);
    expect(networks.calls.length).toBeLessThan(40);
  });

  it('reads nothing that it does not keep in the file', async () => {
    const expected = await fingerprint(await go(memoryPages()));
    const log = pageLog(nodePageFile(place()), { budget: 0 });
    expect((await fingerprint(await go(log))) === expected).toBe(true);
    log.close();
  });
});

describe('a run that is told something', () => {
  it('repairs the wanted area first, with the same result', async () => {
    const expected = await fingerprint(await go(memoryPages()));
    const control = runControl();
    const wanted = { x: 200, y: 140, width: 30, height: 30 };
    control.prioritise(wanted);
    const steered = await go(memoryPages(), fakeNetworks(), { control });
    const order = kinds(steered.events, 'repaired').map(
      (event) => (event as { tile: { window: Window } }).tile.window,
    );
    const meets = ({ x, y, width, height }: Window) =>
      x < wanted.x + wanted.width &&
      x + width > wanted.x &&
      y < wanted.y + wanted.height &&
      y + height > wanted.y;
    const flags = order.map(meets);
    expect(flags.filter(Boolean).length).toBeGreaterThan(0);
    expect(flags).toEqual([...flags].sort((a, b) => Number(b) - Number(a)));
    expect(order).not.toEqual([...order].sort((a, b) => a.y - b.y || a.x - b.x));
    expect((await fingerprint(steered)) === expected).toBe(true);
  });

  it('halts within a tile, computes nothing meanwhile, and goes on', async () => {
    const events: RunEvent[] = [];
    const networks = fakeNetworks();
    const control = runControl((paused) => events.push({ type: 'pause', paused }));
    const running = run(
      scene(),
      networks,
      DEFAULT_SETTINGS,
      (event) => {
        events.push(event);
        if (event.type === 'progress' && event.stage === 'detect' && event.done === 5) control.pause();
      },
      { core: 64, control },
    );
    const isPaused = () => events.some((event) => event.type === 'pause' && event.paused);
    while (!isPaused()) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = networks.calls.length;
    expect(before).toBeLessThanOrEqual(7);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(networks.calls.length).toBe(before);
    control.resume();
    const { report } = await running;
    expect(report.tiles.repaired).toBeGreaterThan(0);
    expect(kinds(events, 'pause')).toEqual([
      { type: 'pause', paused: true },
      { type: 'pause', paused: false },
    ]);
    expect(control.pausedMs).toBeGreaterThanOrEqual(50);
  });

  it('can be cancelled while it is paused', async () => {
    const control = runControl();
    control.pause();
    const abort = new AbortController();
    const running = run(
      scene(),
      fakeNetworks(),
      DEFAULT_SETTINGS,
      () => {},
      { core: 64, control },
      abort.signal,
    );
    setTimeout(() => abort.abort(), 20);
    await expect(running).rejects.toMatchObject({ code: 'job/cancelled' });
  });

  it('keeps what was finished when the source is taken away', async () => {
    const pages = memoryPages();
    const source = scene();
    let reads = 0;
    const taken: SceneSource = {
      ...source,
      read(...args) {
        if (reads++ > 12) throw new Error('the file is gone');
        return source.read(...args);
      },
    };
    await expect(run(taken, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { core: 64, pages })).rejects.toThrow(
      'gone',
    );
    const networks = fakeNetworks();
    await go(pages, networks);
    expect(networks.calls.filter((call) => call.startsWith('detect')).length).toBeLessThanOrEqual(30 - 10);
  });
});
