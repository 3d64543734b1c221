import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../src/pipeline/events.ts';
import { isFound, maskedTiles } from '../src/pipeline/findings.ts';
import { type JobRecord, jobRecord, writeJobRecord } from '../src/pipeline/job-record.ts';
import { run } from '../src/pipeline/run.ts';
import type { Notice } from '../src/pipeline/scene.ts';
import { fakeNetworks } from '../src/pipeline/testing/fake-networks.ts';
import { memorySource } from '../src/pipeline/testing/memory-source.ts';
import { sceneFingerprint } from './job-files.ts';
import { jobPages } from './job-pages.ts';

const source = memorySource({
  width: 300,
  height: 40,
  roles: ['blue', 'green', 'red', 'nir'],
  sample: (x, _, band) => (x < 50 ? 7000 : 2000 + 10 * band),
});
const { models } = fakeNetworks();
const record = (settings = DEFAULT_SETTINGS, scene = source.scene) => jobRecord(scene, models, settings);
const file = (name: string, content = 'x', lastModified = 1) => new File([content], name, { lastModified });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What the work gives, at once, however long it waits. */
async function hurried<T>(work: Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  work.then(end, end);
  while (!isDone) await vi.advanceTimersByTimeAsync(100);
  return work;
}

/** A private file system of one file, and how often it is asked for that; it is refused with the error that `refusal` gives. */
function privateFile(refusal: (attempt: number) => string | null) {
  let attempts = 0;
  let bytes = new Uint8Array(0);
  const open = {
    read: (into: Uint8Array, { at }: { at: number }) => {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
    write(part: Uint8Array, { at }: { at: number }) {
      const longer = new Uint8Array(Math.max(bytes.length, at + part.length));
      longer.set(bytes);
      longer.set(part, at);
      bytes = longer;
      return part.length;
    },
    getSize: () => bytes.length,
    truncate: (size: number) => {
      bytes = bytes.slice(0, size);
    },
    flush() {},
    close() {},
  };
  const handle = {
    async createSyncAccessHandle() {
      const name = refusal(attempts++);
      if (name) throw new DOMException('', name);
      return open;
    },
  };
  const folder = { getFileHandle: async () => handle, entries: async function* () {} };
  const root = { getDirectoryHandle: async () => folder };
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => root } });
  return { attempts: () => attempts };
}

/** Node has no private file system: what is told here holds for pages in memory too. */
describe('the pages of a scene', () => {
  it('are those of the last run of the same job, and of no other', async () => {
    const pages = jobPages();
    const notices: Notice[] = [];
    const options = { fresh: false, notify: (notice: Notice) => notices.push(notice) };
    const input = file('a.tif');
    expect(await pages.unfinished(input, source.scene)).toBeNull();
    const first = await pages.claim(input, record(), options);
    expect(notices.map(({ code }) => code)).toEqual(['job/not-kept']);
    expect(await pages.unfinished(input, source.scene)).toEqual({ done: 0, record: record() });
    await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { pages: first });
    expect((await pages.unfinished(input, source.scene))?.done).toBe(1);
    expect(maskedTiles(await pages.claim(input, record(), options))).toEqual(maskedTiles(first));
    expect(maskedTiles(first)).not.toBeNull();

    const settings = { ...DEFAULT_SETTINGS, cloudThreshold: 0.3 };
    const second = await pages.claim(input, record(settings), options);
    // What was found holds under another threshold; what was made of it does not.
    expect([isFound(second, 0), maskedTiles(second)]).toEqual([true, null]);
    const rescaled = source.scene.bands.map((band) => ({ ...band, scale: 2e-4 }));
    const third = await pages.claim(input, record(settings, { ...source.scene, bands: rescaled }), options);
    expect(isFound(third, 0)).toBe(false);
    await pages.claim(input, record(), options);
    const fresh = await pages.claim(input, record(settings), { ...options, fresh: true });
    expect(isFound(fresh, 0)).toBe(false);
  });

  it.each([
    ['NoModificationAllowedError', /another tab/],
    ['InvalidStateError', /another tab/],
    ['SecurityError', /keeps no files/],
  ])('are in memory where the browser answers %s, which is told as it is', async (name, words) => {
    privateFile(() => name);
    const notices: Notice[] = [];
    const notify = (notice: Notice) => notices.push(notice);
    await hurried(jobPages().claim(file('a.tif'), record(), { fresh: false, notify }));
    expect(notices.map(({ code }) => code)).toEqual(['job/not-kept']);
    expect(notices[0].message.text).toMatch(words);
  });

  it.each(['NoModificationAllowedError', 'InvalidStateError'])(
    'are found although the page that is being left holds their file for a moment (%s)',
    async (name) => {
      let held = false;
      const { attempts } = privateFile((attempt) => (held && attempt < 4 ? name : null));
      const options = { fresh: false, notify: vi.fn() };
      await jobPages().claim(file('a.tif'), record(), options);
      held = true;
      expect(await jobPages().unfinished(file('a.tif'), source.scene)).toEqual({ done: 0, record: record() });
      expect(attempts()).toBe(5);
    },
  );

  it('that another tab holds are waited for once, and no longer than the user waits', async () => {
    const abort = new AbortController();
    const { attempts } = privateFile((attempt) => {
      if (attempt === 2) abort.abort();
      return 'NoModificationAllowedError';
    });
    const pages = jobPages();
    const input = file('a.tif');
    await expect(hurried(pages.unfinished(input, source.scene, abort.signal))).rejects.toMatchObject({
      code: 'job/cancelled',
    });
    expect(attempts()).toBe(3);
    expect(await hurried(pages.unfinished(input, source.scene))).toBeNull();
    const asked = attempts();
    expect(await pages.look(input)).toBeNull();
    expect(attempts()).toBe(asked + 1);
  });

  it('that a run has in memory stay its own when another tab lets go of the file', async () => {
    let held = true;
    privateFile(() => (held ? 'NoModificationAllowedError' : null));
    const pages = jobPages();
    const input = file('a.tif');
    await hurried(pages.claim(input, record(), { fresh: false, notify: () => {} }));
    held = false;
    expect((await pages.look(input))?.record).toEqual(record());
  });

  it('of tiles that the generator saw with another halo give what was found, and nothing repaired', async () => {
    const pages = jobPages();
    const options = { fresh: false, notify: () => {} };
    const input = file('a.tif');
    const before = { ...record(), halos: { ...record().halos, generate: 32 } };
    const first = await pages.claim(input, before, options);
    await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { pages: first });
    const again = await pages.claim(input, record(), options);
    expect([isFound(again, 0), maskedTiles(again)]).toEqual([true, null]);
  });

  it('whose record names no halos are of the first ones, and give nothing', async () => {
    const pages = jobPages();
    const options = { fresh: false, notify: () => {} };
    const input = file('a.tif');
    const { halos: _, ...earlier } = record();
    const first = await pages.claim(input, record(), options);
    await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { pages: first });
    writeJobRecord(first, earlier as JobRecord);
    expect((await pages.unfinished(input, source.scene))?.record.halos).toEqual({ detect: 32, generate: 32 });
    const again = await pages.claim(input, record(), options);
    expect(isFound(again, 0)).toBe(false);
  });

  it('are not mixed up when one scene follows another at once', async () => {
    const pages = jobPages();
    const options = { fresh: false, notify: () => {} };
    const [a, b] = [file('a.tif'), file('b.tif')];
    const [ofA, ofB] = await Promise.all([
      pages.claim(a, record(), options),
      pages.claim(b, record(), options),
    ]);
    ofA.set('of', Uint8Array.of(1));
    ofB.set('of', Uint8Array.of(2));
    expect((await pages.claim(b, record(), options)).get('of')).toEqual(Uint8Array.of(2));
  });

  it('are not looked for once the job is cancelled', async () => {
    const aborted = AbortSignal.abort();
    await expect(jobPages().unfinished(file('a.tif'), source.scene, aborted)).rejects.toMatchObject({
      code: 'job/cancelled',
    });
  });
});

it('a scene is told by name, length, date and leading bytes', async () => {
  const base = await sceneFingerprint(file('a.tif'));
  expect(base).toMatch(/^[0-9a-f]{32}$/);
  expect(await sceneFingerprint(file('a.tif'))).toBe(base);
  const others = [file('b.tif'), file('a.tif', 'y'), file('a.tif', 'xy'), file('a.tif', 'x', 2)];
  const prints = await Promise.all(others.map((other) => sceneFingerprint(other)));
  expect(new Set([base, ...prints]).size).toBe(5);
});

it('a scene whose file is gone is told as that', async () => {
  const gone = file('a.tif');
  const missing = new DOMException('gone', 'NotFoundError');
  gone.slice = () => ({ arrayBuffer: () => Promise.reject(missing) }) as unknown as Blob;
  await expect(sceneFingerprint(gone)).rejects.toMatchObject({ code: 'file/unreadable' });
  vi.stubGlobal('fetch', async () => new Response(null, { status: 404 }));
  await expect(sceneFingerprint('https://example.org/a.tif')).rejects.toMatchObject({
    code: 'network/unreachable',
  });
});
