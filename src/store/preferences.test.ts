import { describe, expect, it, vi } from 'vitest';
import { createAppStore } from './create-store.ts';
import { checkedPreferences, DEFAULT_PREFERENCES, type Preferences } from './preferences.ts';
import { createFakeEngine } from './testing/fake-engine.ts';

const sample = { name: 's', scene: new URL('https://a.b/s.tif'), truth: new URL('https://a.b/t.tif') };

describe('preferences', () => {
  it('takes what it understands of what was kept, and the default for the rest', () => {
    expect(checkedPreferences(null)).toEqual(DEFAULT_PREFERENCES);
    expect(checkedPreferences('dark')).toEqual(DEFAULT_PREFERENCES);
    expect(checkedPreferences({ theme: 'dark', gamma: 99, compareMode: 'blend', panelOpen: 0 })).toEqual({
      ...DEFAULT_PREFERENCES,
      theme: 'dark',
      compareMode: 'blend',
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
    setCompareMode('side-by-side');
    setPanelOpen(false);
    setSingleKeys(false);
    setGamma(1.5);
    expect(open().getState()).toMatchObject({
      theme: 'light',
      compareMode: 'side-by-side',
      panelOpen: false,
      singleKeys: false,
      gamma: 1.5,
    });
  });

  it.each(['difference', 'blink'] as const)('ends a comparison by %s with its scene', async (mode) => {
    expect(checkedPreferences({ compareMode: mode }).compareMode).toBe('swipe');
    const keep = vi.fn();
    const preferences = { load: () => null, keep };
    const store = createAppStore({ engine: createFakeEngine(), sample, saveFile: () => {}, preferences });
    const { open, setCompareMode, setTheme } = store.getState().actions;
    await open(new File(['x'], 'first.tif'));
    setCompareMode(mode);
    setTheme('dark');
    expect(keep).toHaveBeenLastCalledWith({ ...DEFAULT_PREFERENCES, theme: 'dark' });
    await open(new File(['x'], 'bad.tif'));
    expect(store.getState().compareMode).toBe(mode);
    await open(new File(['x'], 'second.tif'));
    expect(store.getState().compareMode).toBe('swipe');
    setCompareMode('blend');
    await open(new File(['x'], 'third.tif'));
    expect(store.getState().compareMode).toBe('blend');
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
