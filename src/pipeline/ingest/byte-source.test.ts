import { openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../testing/fixtures.ts';
import { blobSource } from './byte-source.ts';
import { openScene } from './open.ts';

/** A file that is sound until `fail` is called. */
function failing(name: string) {
  const whole = fixture('scaled.tif');
  let broken = false;
  const file = new File([whole], 'scene.tif');
  file.slice = (...range) => {
    const part = whole.slice(...range);
    if (broken) part.arrayBuffer = () => Promise.reject(new DOMException('', name));
    return part;
  };
  return { file, fail: () => (broken = true) };
}

describe('a source file that changes while it is open', () => {
  it.each([
    ['NotFoundError', /no longer where it was/],
    ['NotReadableError', /changed since it was opened/],
    ['SecurityError', /permission is gone/],
  ])('%s is an error that says what to do', async (name, message) => {
    const { file, fail } = failing(name);
    await openScene(file);
    fail();
    const again = await openScene(file).catch((thrown: unknown) => thrown);
    expect(again).toMatchObject({
      code: 'file/unreadable',
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('Open the file again'),
    });
  });

  it('a file that was written to, or removed', async () => {
    const path = join(tmpdir(), `changing-${process.pid}.tif`);
    writeFileSync(path, new Uint8Array(1_000_000));
    const source = blobSource(await openAsBlob(path));
    expect(await source.read(500_000, 50_000)).toHaveLength(50_000);
    writeFileSync(path, new Uint8Array(100_000));
    await expect(source.read(0, 50_000)).rejects.toMatchObject({ code: 'file/unreadable' });
    rmSync(path);
    await expect(source.read(0, 50_000)).rejects.toMatchObject({ code: 'file/unreadable' });
  });
});
