import { mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePageFile } from '../cli/node-pages.ts';
import { type PageLogOptions, pageLog } from './page-log.ts';
import { recent } from './pages.ts';
import { boundedFile } from './testing/bounded-file.ts';

const place = () => join(mkdtempSync(join(tmpdir(), 'pages-')), 'run.pages');
const open = (path: string, options?: PageLogOptions) => pageLog(nodePageFile(path), options);
const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 256);

describe('a page log', () => {
  it('gives back what was set, from memory and from the file', () => {
    const log = open(place(), { budget: 3000 });
    for (let i = 0; i < 20; i++) log.set(`plane/${i}`, bytes(1000, i));
    log.set('plane/3', bytes(10, 99));
    for (let i = 0; i < 20; i++) {
      expect(log.get(`plane/${i}`)).toEqual(i === 3 ? bytes(10, 99) : bytes(1000, i));
    }
    expect(log.has('plane/20')).toBe(false);
    expect(log.get('plane/20')).toBeUndefined();
    log.close();
  });

  it('is found again by the next process, without what was not written in full', () => {
    const path = place();
    const first = open(path);
    first.set('a', bytes(500, 1));
    first.set('b', bytes(500, 2));
    first.set('empty', new Uint8Array(0));
    first.set('c', bytes(500, 3));
    const whole = first.byteLength;
    first.close();
    expect(statSync(path).size).toBe(whole);
    truncateSync(path, whole - 1);
    const second = open(path);
    expect(second.get('a')).toEqual(bytes(500, 1));
    expect(second.get('b')).toEqual(bytes(500, 2));
    expect(second.get('empty')).toEqual(new Uint8Array(0));
    expect(second.has('c')).toBe(false);
    second.set('d', bytes(7, 4));
    second.close();
    expect(open(path).get('d')).toEqual(bytes(7, 4));
  });

  it('takes nothing from behind a damaged page', () => {
    const path = place();
    const first = open(path);
    for (const name of ['a', 'b', 'c']) first.set(name, bytes(100, 5));
    first.close();
    const content = readFileSync(path);
    content[160] ^= 1;
    writeFileSync(path, content);
    const second = open(path);
    expect(['a', 'b', 'c'].map((name) => second.has(name))).toEqual([true, false, false]);
    expect(second.get('a')).toEqual(bytes(100, 5));
  });

  it('starts empty over a file that is none of its own', () => {
    const path = place();
    writeFileSync(path, 'something else that is longer than a header');
    const log = open(path);
    expect(log.byteLength).toBe(0);
    expect(statSync(path).size).toBe(0);
  });

  it('goes on in memory where the file can take no more, then ends with what was finished', () => {
    const file = boundedFile(2500);
    let told = 0;
    const log = pageLog(file, { budget: 0, spare: 2500, onFull: () => told++ });
    log.set('a', bytes(1000, 1));
    log.set('b', bytes(1000, 2));
    log.set('c', bytes(1000, 3));
    // There would be room in the file, but a journal with a gap would tell of half a tile.
    log.set('d', bytes(10, 4));
    expect(told).toBe(1);
    for (const [i, name] of ['a', 'b', 'c'].entries()) expect(log.get(name)).toEqual(bytes(1000, i + 1));
    expect(log.get('d')).toEqual(bytes(10, 4));
    expect(() => log.set('e', bytes(2000, 5))).toThrow(expect.objectContaining({ code: 'job/storage-full' }));
    const later = pageLog(file);
    expect(['a', 'b', 'c', 'd'].map((name) => later.has(name))).toEqual([true, true, false, false]);
  });

  it('says so when the file is gone', () => {
    const file = boundedFile(1e6);
    const log = pageLog(file, { budget: 0 });
    log.set('a', bytes(1000, 1));
    file.content = new Uint8Array(0);
    expect(() => log.get('a')).toThrow(expect.objectContaining({ code: 'job/storage-lost' }));
  });
});

it('what was used recently stays within its budget', () => {
  const held = recent<string, number>(30);
  for (const [i, key] of ['a', 'b', 'c'].entries()) held.put(key, i, 10);
  expect(held.get('a')).toBe(0);
  held.put('d', 3, 10);
  expect(held.get('b')).toBeUndefined();
  expect([held.get('a'), held.get('c'), held.get('d')]).toEqual([0, 2, 3]);
  held.put('large', 9, 31);
  expect(held.get('large')).toBeUndefined();
});
