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
});
