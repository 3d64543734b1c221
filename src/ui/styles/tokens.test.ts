import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** A colour in the light or the dark theme, as WCAG's relative luminance. */
function luminance(token: string, theme: 0 | 1): number {
  const hex = new RegExp(`--${token}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(css)?.[theme + 1] ?? '';
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string, theme: 0 | 1): number {
  const [low, high] = [luminance(a, theme), luminance(b, theme)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

it.each([
  ['light', 0],
  ['dark', 1],
] as const)('borders of controls can be told from what they stand on, %s', (_, theme) => {
  for (const ground of ['paper', 'surface', 'raised'])
    expect(contrast('line-strong', ground, theme), ground).toBeGreaterThanOrEqual(3);
});
