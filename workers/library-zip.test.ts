import { downloadZip } from 'client-zip';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IMAGE_FILES } from '../src/pipeline/library/record.ts';
import { comparisonIds, comparisonImages, readLibraryRecord } from './library-files.ts';
import { readComparisons } from './library-zip.ts';

/** A folder of the browser's private file system, in memory: as much of it as the library uses. */
class Folder {
  readonly kind = 'directory';
  private readonly inside = new Map<string, Folder | Kept>();

  private got<T>(name: string, create: boolean | undefined, make: () => T & (Folder | Kept)): T {
    if (!this.inside.has(name) && !create) throw new DOMException(name, 'NotFoundError');
    if (!this.inside.has(name)) this.inside.set(name, make());
    return this.inside.get(name) as T;
  }
  async getDirectoryHandle(name: string, { create }: { create?: boolean } = {}) {
    return this.got(name, create, () => new Folder());
  }
  async getFileHandle(name: string, { create }: { create?: boolean } = {}) {
    return this.got(name, create, () => new Kept());
  }
  async removeEntry(name: string) {
    if (!this.inside.delete(name)) throw new DOMException(name, 'NotFoundError');
  }
  async *entries() {
    yield* this.inside.entries();
  }
  async *[Symbol.asyncIterator]() {
    yield* this.inside.entries();
  }
  moved(file: Kept, name: string) {
    for (const [old, one] of this.inside) if (one === file) this.inside.delete(old);
    this.inside.set(name, file);
  }
}

class Kept {
  readonly kind = 'file';
  bytes = new Uint8Array(0);
  async getFile() {
    return new File([this.bytes], 'kept');
  }
  async createSyncAccessHandle() {
    return {
      truncate: () => {
        this.bytes = new Uint8Array(0);
      },
      write: (data: Uint8Array, { at }: { at: number }) => {
        const next = new Uint8Array(Math.max(this.bytes.length, at + data.length));
        next.set(this.bytes);
        next.set(data, at);
        this.bytes = next;
        return data.length;
      },
      flush() {},
      close() {},
    };
  }
  async move(name: string) {
    for await (const [, folder] of await library()) (folder as Folder).moved(this, name);
  }
}

let root = new Folder();
const library = () => root.getDirectoryHandle('library', { create: true });

beforeEach(() => {
  root = new Folder();
  vi.stubGlobal('navigator', {
    storage: { getDirectory: async () => root },
    locks: { request: (_: string, work: () => unknown) => work() },
  });
});

const SIZES = [100, 101, 20, 21];
const recordOf = (id: string) => ({
  ...{ version: 1, id, title: id, savedAt: '2026-11-23T06:40:00.000Z' },
  scene: { name: 'a.tif', width: 9, height: 9, bands: 3, crs: null },
  interpretation: {},
  files: Object.fromEntries(IMAGE_FILES.map((name, i) => [name, SIZES[i]])),
  summary: { shares: {}, meanConfidence: null, backend: 'wasm' },
  view: {
    ...{ bands: [0, 1, 2], stretch: [0, 1, 2].map(() => ({ low: 0, high: 1 })), gamma: 1, overlay: 'none' },
    ...{ overlayOpacity: 1, swipe: 0.5, window: null },
  },
});
const entriesOf = (id: string) => [
  { name: `${id}/record.json`, input: JSON.stringify(recordOf(id)) },
  ...IMAGE_FILES.map((name, i) => ({ name: `${id}/${name}`, input: new Uint8Array(SIZES[i]).fill(i + 1) })),
];
const zipped = async (ids: readonly string[]) =>
  new Uint8Array(await downloadZip(ids.flatMap(entriesOf)).arrayBuffer());
const take = (bytes: BlobPart) => readComparisons(new Blob([bytes]), () => {}, new AbortController().signal);

/** Where the header before an entry begins. */
function headerOf(zip: Uint8Array, name: string): number {
  return Buffer.from(zip).indexOf(name) - 30;
}

describe('an archive of comparisons', () => {
  it('is taken in whole', async () => {
    expect(await take(await zipped(['comparison-a', 'comparison-b']))).toEqual({
      added: 2,
      known: 0,
      refused: 0,
    });
    const images = await comparisonImages(await readLibraryRecord('comparison-b'));
    expect(new Uint8Array(await images['mask.tif'].arrayBuffer())).toEqual(new Uint8Array(20).fill(3));
  });

  it.each(['record.json', 'after.tif'])('of which one has a damaged %s gives the others', async (name) => {
    const zip = await zipped(['comparison-a', 'comparison-b']);
    zip[headerOf(zip, `comparison-a/${name}`)] ^= 0xff;
    expect(await take(zip)).toEqual({ added: 1, known: 0, refused: 1 });
    expect(await comparisonIds()).toEqual(['comparison-b']);
  });

  it('that is damaged leaves what was here of a comparison', async () => {
    const zip = await zipped(['comparison-a']);
    await take(zip);
    const folder = await (await library()).getDirectoryHandle('comparison-a');
    await folder.removeEntry('mask.tif');
    const broken = zip.slice();
    broken[headerOf(broken, 'comparison-a/provenance.tif')] ^= 0xff;
    await expect(take(broken)).rejects.toMatchObject({ code: 'library/not-an-export' });
    expect((await readLibraryRecord('comparison-a')).title).toBe('comparison-a');
    expect(await take(zip)).toEqual({ added: 1, known: 0, refused: 0 });
  });

  it('cut anywhere, or with any byte of it changed, is taken in or refused as what it is', async () => {
    const zip = await zipped(['comparison-a']);
    for (let at = 0; at < zip.length; at += 3) {
      const flipped = zip.slice();
      flipped[at] ^= 0xff;
      for (const bytes of [zip.slice(0, at), flipped]) {
        root = new Folder();
        const error = await take(bytes).catch((thrown: unknown) => thrown);
        if (error instanceof Error)
          expect(error).toMatchObject({ code: expect.stringMatching(/^library\//) });
        else await comparisonImages(await readLibraryRecord((await comparisonIds())[0]));
      }
    }
  });
});
