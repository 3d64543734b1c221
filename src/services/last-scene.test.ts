import { afterEach, expect, it, vi } from 'vitest';
import { sceneMemory } from './last-scene.ts';

afterEach(() => vi.unstubAllGlobals());

/** IndexedDB with one store, which keeps what it is given as it is: handles of files have no copies in Node. */
function oneStore(): void {
  const kept = new Map<unknown, unknown>();
  const answer = (result: unknown) => {
    const request = { result, onsuccess: () => {} };
    queueMicrotask(() => request.onsuccess());
    return request;
  };
  const objectStore = () => ({
    put: (value: unknown, key: unknown) => answer(kept.set(key, value)),
    get: (key: unknown) => answer(kept.get(key)),
    delete: (key: unknown) => answer(kept.delete(key)),
  });
  vi.stubGlobal('indexedDB', {
    open: () => answer({ transaction: () => ({ objectStore }), close: () => {} }),
  });
}

const handle = (name: string, permission = 'granted') =>
  ({
    name,
    getFile: async () => new File([], name),
    requestPermission: async () => permission,
  }) as unknown as FileSystemFileHandle;

it('dates come back as they were left; in the place of one that cannot be read, why', async () => {
  oneStore();
  const memory = sceneMemory();
  const bands = [handle('B02.tif'), handle('B03.tif')];
  await memory.remember({
    name: 'june.tif',
    origin: handle('june.tif'),
    dates: [
      { name: 'july', origin: bands, used: false },
      { name: 'may.tif', origin: handle('may.tif', 'denied'), used: true },
      { name: 'april.tif', origin: null, used: true },
      { name: 'march.tif', origin: new URL('https://example.org/march.tif'), used: true },
    ],
    composite: 'median',
  });
  const last = await memory.recall();
  expect(last).toMatchObject({ name: 'june.tif', composite: 'median' });
  expect(last?.dates.map(({ used }) => used)).toEqual([false, true, true, true]);
  const { scene, dates } = await last!.reopen();
  expect(scene).toMatchObject({ name: 'june.tif' });
  expect(dates).toMatchObject([
    [{ name: 'B02.tif' }, { name: 'B03.tif' }],
    { code: 'file/unreadable', message: 'may.tif can no longer be read.' },
    { code: 'file/unreadable', message: 'This browser cannot open april.tif again by itself.' },
    { href: 'https://example.org/march.tif' },
  ]);
});

it('a scene that only the user can open again is named', async () => {
  oneStore();
  const memory = sceneMemory();
  await memory.remember({ name: 'june.tif', origin: null, dates: [], composite: null });
  const last = await memory.recall();
  expect(last).toMatchObject({ name: 'june.tif', origin: null });
  await expect(last?.reopen()).rejects.toMatchObject({ code: 'file/unreadable' });
});
