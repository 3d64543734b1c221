import { describe, expect, it } from 'vitest';
import { createAppStore } from './create-store.ts';
import { checkedPreferences, DEFAULT_PREFERENCES, type Preferences } from './preferences.ts';
import { createFakeEngine } from './testing/fake-engine.ts';

const sample = { name: 's', scene: new URL('https://a.b/s.tif'), truth: new URL('https://a.b/t.tif') };

describe('preferences', () => {
  it('takes what it understands of what was kept, and the default for the rest', () => {
    expect(checkedPreferences(null)).toEqual(DEFAULT_PREFERENCES);
    expect(checkedPreferences('dark')).toEqual(DEFAULT_PREFERENCES);
    expect(checkedPreferences({ theme: 'dark', gamma: 99, compareMode: 'blink', panelOpen: 0 })).toEqual({
      ...DEFAULT_PREFERENCES,
      theme: 'dark',
      compareMode: 'blink',
    });
  });

  it('keeps what changes, and begins with it at the next visit', () => {
    let kept: Preferences | null = null;
    const preferences = {
      load: () => kept,
      keep(now: Preferences) {
        kept = now;
      },
    };
    const open = () =>
      createAppStore({ engine: createFakeEngine(), sample, saveFile: () => {}, preferences });
    const { setTheme, setCompareMode, setPanelOpen, setSingleKeys, setGamma, setSwipe } =
      open().getState().actions;
    setSwipe(0.2);
    expect(kept).toBeNull();
    setTheme('light');
    setCompareMode('difference');
    setPanelOpen(false);
    setSingleKeys(false);
    setGamma(1.5);
    expect(open().getState()).toMatchObject({
      theme: 'light',
      compareMode: 'difference',
      panelOpen: false,
      singleKeys: false,
      gamma: 1.5,
    });
  });

  it('shows one side alone when blinking begins, and both when it ends', () => {
    const store = createAppStore({ engine: createFakeEngine(), sample, saveFile: () => {} });
    const { setCompareMode } = store.getState().actions;
    setCompareMode('blink');
    expect(store.getState().swipe).toBe(0);
    setCompareMode('blend');
    expect(store.getState().swipe).toBe(0.5);
  });
});
