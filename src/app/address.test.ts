import { describe, expect, it } from 'vitest';
import { initialScene } from './address.ts';

describe('the page’s address', () => {
  it('names the sample, a file on the web, or nothing', () => {
    const base = 'https://app.example/x/';
    expect(initialScene('', base)).toBeNull();
    expect(initialScene('?sample', base)).toBe('sample');
    expect(initialScene('?url=https%3A%2F%2Fa.b%2Fc.tif', base)?.toString()).toBe('https://a.b/c.tif');
    expect(initialScene('?url=c.tif', base)?.toString()).toBe('https://app.example/x/c.tif');
    expect(() => initialScene('?url=javascript:alert(1)', base)).toThrow(/not the address/);
  });

  it('may begin with http:// for a file of the page’s own host only', () => {
    const own = 'http://localhost:4173/';
    expect(initialScene('?url=c.tif', own)?.toString()).toBe('http://localhost:4173/c.tif');
    for (const page of [own, 'https://app.example/x/']) {
      expect(() => initialScene('?url=http://a.b/c.tif', page)).toThrow(/begin with http:/);
      expect(() => initialScene('?url=http://localhost:8000/c.tif', page)).toThrow(/begin with http:/);
      expect(initialScene('?url=https://a.b/c.tif', page)?.toString()).toBe('https://a.b/c.tif');
    }
  });
});
