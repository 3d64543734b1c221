import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { browserLibrary } from './library.ts';
import type { Library, StoredComparison } from './library-types.ts';

vi.mock('./worker-client.ts', () => ({
  workerClient: () => ({ call: async () => ({}) as StoredComparison }),
}));

/** Locks that are held, by the comparison's id. */
const held = new Map<string, number>();
const count = (name: string, step: number) => void held.set(name, (held.get(name) ?? 0) + step);
const isHeld = (id: string) => [...held].some(([name, times]) => name.includes(id) && times > 0);

beforeEach(() => {
  held.clear();
  vi.stubGlobal('BroadcastChannel', class {});
  vi.stubGlobal('navigator', {
    locks: {
      async request(name: string, _: unknown, work: (lock: object) => Promise<unknown>) {
        count(name, 1);
        await work({ name });
        count(name, -1);
      },
    },
  });
});
afterEach(() => void vi.unstubAllGlobals());

const shows = async () => true;
const open = (library: Library, id: string, show: () => Promise<boolean>) => library.open(id, show);

it('a comparison is held while it is shown', async () => {
  const library = browserLibrary();
  await open(library, 'first', shows);
  expect(isHeld('first')).toBe(true);
  await open(library, 'second', shows);
  await vi.waitFor(() => expect(isHeld('first')).toBe(false));
  expect(isHeld('second')).toBe(true);
  library.release();
  await vi.waitFor(() => expect(isHeld('second')).toBe(false));
});

it('one that cannot be shown, or is given up, is let go of, and what was shown before is still held', async () => {
  const library = browserLibrary();
  await open(library, 'first', shows);
  const fails = () => Promise.reject(new Error('A file is damaged.'));
  await expect(open(library, 'second', fails)).rejects.toThrow('damaged');
  await open(library, 'third', async () => false);
  expect(['first', 'second', 'third'].map(isHeld)).toEqual([true, false, false]);
});
