import { expect, it } from 'vitest';
import { freeFiles } from './files.ts';

/** A folder that holds files of these names. */
function folderOf(...names: string[]) {
  const files = new Set(names);
  const getFileHandle = async (name: string, { create = false } = {}) => {
    if (!create && !files.has(name)) throw new DOMException('', 'NotFoundError');
    files.add(name);
    return { name };
  };
  return { name: 'out', files, getFileHandle } as unknown as FileSystemDirectoryHandle & {
    files: Set<string>;
  };
}

const namesIn = async (folder: FileSystemDirectoryHandle, ...names: string[]) =>
  (await freeFiles(folder, names)).map(({ name }) => name);

it('files that belong together get their own names in an empty folder', async () => {
  const folder = folderOf();
  expect(await namesIn(folder, 'a-unclouded.tif', 'a-mask.tif')).toEqual(['a-unclouded.tif', 'a-mask.tif']);
  expect([...folder.files]).toEqual(['a-unclouded.tif', 'a-mask.tif']);
});

it('files that belong together carry one number, whichever of their names is taken', async () => {
  const products = ['a-unclouded.tif', 'a-mask.tif', 'a-provenance.tif'];
  const numbered = (n: number) => [`a-unclouded-${n}.tif`, `a-mask-${n}.tif`, `a-provenance-${n}.tif`];
  expect(await namesIn(folderOf('a-unclouded.tif'), ...products)).toEqual(numbered(2));
  expect(await namesIn(folderOf('a-mask.tif', 'a-unclouded-2.tif'), ...products)).toEqual(numbered(3));
});

it('a folder that cannot be written to is told', async () => {
  const getFileHandle = async () => {
    throw new DOMException('', 'NotAllowedError');
  };
  const folder = { name: 'out', getFileHandle } as unknown as FileSystemDirectoryHandle;
  await expect(freeFiles(folder, ['a.tif'])).rejects.toMatchObject({ code: 'output/denied' });
});
