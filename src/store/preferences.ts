import type { ActionContext } from './context.ts';

/**
 * Ways to see the scene before and after at once. All of them follow one number, the share of "before" (0..1):
 * where the divider stands, how much of "before" shines through, or which of the two is shown (1 or 0).
 */
export const COMPARE_MODES = [
  /** Before left of a divider, after right of it. */
  'swipe',
  /** Before above a divider, after below it. */
  'swipe-rows',
  /** Each in its half of the map, of the same place. */
  'side-by-side',
  /** One after the other. */
  'blink',
  /** After over before, transparent. */
  'blend',
  /** Where the two differ, the brighter the more. */
  'difference',
] as const;
export type CompareMode = (typeof COMPARE_MODES)[number];

/** The mode in which the next scene opens: one that does not show the scene itself all the time ends with its scene. */
export const lastingMode = (mode: CompareMode): CompareMode =>
  mode === 'difference' || mode === 'blink' ? DEFAULT_PREFERENCES.compareMode : mode;

export const THEMES = ['system', 'light', 'dark'] as const;
/** `system`: as the device has it. */
export type Theme = (typeof THEMES)[number];

/** How a person likes to work, whatever the scene. Outlives the page. */
export interface Preferences {
  readonly compareMode: CompareMode;
  readonly theme: Theme;
  /** Whether the panel beside the map is unfolded. */
  readonly panelOpen: boolean;
  /** Whether single keys do something; whoever speaks to the device may want them off (WCAG 2.1.4). */
  readonly singleKeys: boolean;
  /** Above 1 brightens. */
  readonly gamma: number;
  /** 0..1. */
  readonly overlayOpacity: number;
}

export const DEFAULT_PREFERENCES: Preferences = {
  compareMode: 'swipe',
  theme: 'system',
  panelOpen: true,
  singleKeys: true,
  gamma: 1.2,
  overlayOpacity: 0.55,
};

/** Keeps preferences across visits. Nothing here fails: where there is no memory, nothing is kept. */
export interface PreferenceMemory {
  /** Whatever was kept last: to be checked. */
  load(): unknown;
  keep(preferences: Preferences): void;
}

export interface PreferenceActions {
  setCompareMode(mode: CompareMode): void;
  setTheme(theme: Theme): void;
  setPanelOpen(open: boolean): void;
  setSingleKeys(on: boolean): void;
}

export function preferenceActions({ set }: ActionContext): PreferenceActions {
  return {
    // Only a blink shows one of the two alone; the other modes begin in the middle, as their divider would.
    setCompareMode: (compareMode) => set({ compareMode, swipe: compareMode === 'blink' ? 0 : 0.5 }),
    setTheme: (theme) => set({ theme }),
    setPanelOpen: (panelOpen) => set({ panelOpen }),
    setSingleKeys: (singleKeys) => set({ singleKeys }),
  };
}

/** What of kept preferences is understood; the default for the rest. */
export function checkedPreferences(kept: unknown): Preferences {
  const { compareMode, theme, panelOpen, singleKeys, gamma, overlayOpacity } = (
    typeof kept === 'object' && kept !== null ? kept : {}
  ) as Partial<Record<keyof Preferences, unknown>>;
  const oneOf = <T>(value: unknown, values: readonly T[], otherwise: T) =>
    values.includes(value as T) ? (value as T) : otherwise;
  const within = (value: unknown, low: number, high: number, otherwise: number) =>
    typeof value === 'number' && value >= low && value <= high ? value : otherwise;
  return {
    compareMode: lastingMode(oneOf(compareMode, COMPARE_MODES, DEFAULT_PREFERENCES.compareMode)),
    theme: oneOf(theme, THEMES, DEFAULT_PREFERENCES.theme),
    panelOpen: oneOf(panelOpen, [true, false], DEFAULT_PREFERENCES.panelOpen),
    singleKeys: oneOf(singleKeys, [true, false], DEFAULT_PREFERENCES.singleKeys),
    gamma: within(gamma, 0.5, 2.5, DEFAULT_PREFERENCES.gamma),
    overlayOpacity: within(overlayOpacity, 0, 1, DEFAULT_PREFERENCES.overlayOpacity),
  };
}

/** What is to be kept of a larger state. */
export function preferencesOf(state: Preferences): Preferences {
  const { compareMode, theme, panelOpen, singleKeys, gamma, overlayOpacity } = state;
  return {
    compareMode: lastingMode(compareMode),
    theme,
    panelOpen,
    singleKeys,
    gamma,
    overlayOpacity,
  };
}
