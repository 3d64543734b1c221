import { describe, expect, it } from 'vitest';
import { parseSettings, shareText, viewText } from './settings.ts';

describe('settings of an embedded comparison', () => {
  it('are found from the images where none are given', () => {
    expect(parseSettings({})).toEqual({
      swipe: 0.5,
      bands: undefined,
      stretch: undefined,
      gamma: 1.2,
      overlay: null,
      view: undefined,
    });
  });

  it('are read from text', () => {
    const given = { swipe: '0.25', bands: '4, 3,2', stretch: '0.02,0.3', gamma: '1', overlay: 'mask' };
    const range = { low: 0.02, high: 0.3 };
    expect(parseSettings({ ...given, view: '-10,0,100,50' })).toEqual({
      swipe: 0.25,
      bands: [3, 2, 1],
      stretch: [range, range, range],
      gamma: 1,
      overlay: 'mask',
      view: { x: -10, y: 0, width: 100, height: 50 },
    });
    expect(parseSettings({ bands: '1' }).bands).toEqual([0, 0, 0]);
    expect(parseSettings({ stretch: '0,1;0,2;0,3' }).stretch?.map(({ high }) => high)).toEqual([1, 2, 3]);
    expect(parseSettings({ overlay: 'none' }).overlay).toBeNull();
  });

  it.each([
    ['swipe', '1.5'],
    ['swipe', 'left'],
    ['bands', '0,1,2'],
    ['bands', '1,2'],
    ['bands', '1,2,x'],
    ['stretch', '0.3,0.02'],
    ['stretch', '0,1;0,1'],
    ['gamma', '0'],
    ['overlay', 'clouds'],
    ['view', '0,0,0,10'],
    ['view', '0,0,10'],
  ])('%s="%s" is refused by name', (name, text) => {
    expect(() => parseSettings({ [name]: text })).toThrow(`“${text}” cannot be used for “${name}”.`);
  });

  it('are written as they are read', () => {
    const view = { x: 10.4, y: -3, width: 99.6, height: 50 };
    expect(parseSettings({ view: viewText(view) }).view).toEqual({ x: 10, y: -3, width: 100, height: 50 });
    expect(shareText(1 / 3)).toBe('0.333');
  });
});
