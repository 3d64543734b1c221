import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { COMPARE_MODES } from './preferences.ts';
import { type AppState, isBusy } from './state.ts';

/** Something that a key does. */
export interface Shortcut {
  /** `KeyboardEvent.key`; any of them. */
  readonly keys: readonly string[];
  readonly words: Phrase;
  /** Left out for keys that the browser or the map answers by itself: they are listed only. */
  readonly act?: (state: AppState, key: string) => void;
}

const toggled = (state: AppState, overlay: AppState['overlay']) =>
  state.actions.setOverlay(state.overlay === overlay ? 'none' : overlay);

/** Every key, in the order of the sheet that lists them. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['b'], words: phrase('Show all of before'), act: (s) => s.hasResult && s.actions.setSwipe(1) },
  { keys: ['a'], words: phrase('Show all of after'), act: (s) => s.hasResult && s.actions.setSwipe(0) },
  {
    keys: ['c'],
    words: phrase('Before and after by half'),
    act: (s) => s.hasResult && s.actions.setSwipe(0.5),
  },
  {
    keys: COMPARE_MODES.map((_, i) => String(i + 1)),
    words: phrase('Compare by swipe, swipe up and down, side by side, blink, opacity, difference'),
    act: (s, key) => s.hasResult && s.actions.setCompareMode(COMPARE_MODES[Number(key) - 1]),
  },
  {
    keys: ['m'],
    words: phrase('Clouds and shadows over the scene, on or off'),
    act: (s) => toggled(s, 'mask'),
  },
  {
    keys: ['o'],
    words: phrase('Origin of pixels, on or off'),
    act: (s) => s.hasResult && toggled(s, 'provenance'),
  },
  {
    keys: ['i'],
    words: phrase('Inspect the pixel in the middle of the map, on or off'),
    act: (s) => s.scene !== null && s.actions.setInspecting(!s.inspecting),
  },
  {
    keys: ['p'],
    words: phrase('Fold or unfold the panel'),
    act: (s) => s.actions.setPanelOpen(!s.panelOpen),
  },
  {
    keys: ['Escape'],
    words: phrase('Cancel what is under way'),
    act: (s) => (s.job.status === 'running' || s.job.status === 'starting') && s.actions.cancel(),
  },
  { keys: ['Ctrl+Z', 'Ctrl+Shift+Z'], words: phrase('While the mask is edited: undo, redo') },
  {
    keys: ['P', 'E', 'G', 'H', '[', ']'],
    words: phrase('While the mask is edited: brush, eraser, polygon, move, smaller, larger'),
  },
  {
    keys: ['s'],
    words: phrase('Save the result'),
    act: (s) => s.hasResult && s.job.status === 'done' && !isBusy(s) && void s.actions.save('result'),
  },
  { keys: ['?'], words: phrase('This sheet'), act: (s) => s.actions.showDialog('help') },
  { keys: ['←', '→', '↑', '↓'], words: phrase('Move the map, or the divider where it has the focus') },
  { keys: ['+', '−'], words: phrase('Zoom, where the map has the focus') },
];
