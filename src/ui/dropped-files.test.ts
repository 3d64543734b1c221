import { expect, test } from 'vitest';
import { droppedFiles } from './dropped-files.ts';

const file = (name: string) => new File(['x'], name);

/** A folder as the browser shows it: its entries come in parts. */
function folder(...entries: object[]): object {
  const parts = [entries.slice(0, 1), entries.slice(1), []];
  return {
    isDirectory: true,
    createReader: () => ({
      readEntries: (resolve: (part: object[]) => void) => resolve(parts.shift() ?? []),
    }),
  };
}
const inFolder = (name: string) => ({ file: (resolve: (entry: File) => void) => resolve(file(name)) });
const drop = (...items: { entry?: object; file?: File }[]) =>
  droppedFiles(
    items.map((item) => ({
      kind: 'file',
      webkitGetAsEntry: () => item.entry ?? null,
      getAsFile: () => item.file ?? null,
    })) as unknown as DataTransferItemList,
  ).then((files) => files.map(({ name }) => name));

test('a folder gives its TIFFs, however deep', async () => {
  const entry = folder(
    inFolder('MTD.xml'),
    inFolder('B02.tif'),
    folder(inFolder('B03.TIFF'), inFolder('a.jpg')),
  );
  expect(await drop({ entry })).toEqual(['B02.tif', 'B03.TIFF']);
});

test('one file stays what it is; without TIFFs one file is left to tell why', async () => {
  expect(await drop({ file: file('scene.img') })).toEqual(['scene.img']);
  expect(await drop({ entry: folder(inFolder('a.xml'), inFolder('B02.jp2'), inFolder('B03.jp2')) })).toEqual([
    'B02.jp2',
  ]);
  expect(await drop({ entry: folder() })).toEqual([]);
});
