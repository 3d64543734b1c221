import { t } from '../texts/texts.ts';
/** Position of the divider: share of the map's width (or height) that shows "before", 0..1. */
export type SwipePosition = number;

const STEP = 0.01;
const LARGE_STEP = 0.1;

/** The key that moves a divider as one does that moves it along a column. */
const DOWNWARD: Readonly<Record<string, string>> = {
  ArrowUp: 'ArrowDown',
  ArrowDown: 'ArrowUp',
  PageUp: 'PageDown',
  PageDown: 'PageUp',
};

const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** Where the pointer is across the map (or down it). */
export function positionAt(pointer: number, start: number, length: number): SwipePosition {
  return length > 0 ? clamp((pointer - start) / length) : 0.5;
}

/**
 * Position after a key: arrows 1 %, with Shift or Page keys 10 %, Home and End; null for other keys. Up is more, but
 * where the divider itself moves up and down (`rows`).
 */
export function positionAfterKey(
  pressed: string,
  shift: boolean,
  position: SwipePosition,
  rows = false,
): SwipePosition | null {
  const step = shift ? LARGE_STEP : STEP;
  const key = rows ? (DOWNWARD[pressed] ?? pressed) : pressed;
  const rounded = (value: number) => clamp(Math.round(value * 100) / 100);
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return rounded(position - step);
    case 'ArrowRight':
    case 'ArrowUp':
      return rounded(position + step);
    case 'PageDown':
      return rounded(position - LARGE_STEP);
    case 'PageUp':
      return rounded(position + LARGE_STEP);
    case 'Home':
      return 0;
    case 'End':
      return 1;
    default:
      return null;
  }
}

/** Position after a press on the name of a side: all of it; half, where all of it is shown already. */
export function positionAfterPress(side: 'before' | 'after', position: SwipePosition): SwipePosition {
  const all = side === 'before' ? 1 : 0;
  return position === all ? 0.5 : all;
}

/** What a screen reader says of a position. */
export function describePosition(position: SwipePosition): string {
  const before = Math.round(position * 100);
  if (before === 0) return t('all after');
  if (before === 100) return t('all before');
  return t('{{before}} % before, {{after}} % after', { before, after: 100 - before });
}

export interface SwipeHandle {
  readonly element: HTMLElement;
  setPosition(position: SwipePosition): void;
  setVisible(visible: boolean): void;
  /** What the two sides are called. */
  setLabels(left: string, right: string): void;
  /** Whether the divider lies across the map and moves up and down. */
  setRows(rows: boolean): void;
  dispose(): void;
}

/**
 * A divider over `host` that works with mouse, touch and keyboard. It only reports wishes; whoever owns the
 * position answers with `setPosition`.
 */
export function createSwipeHandle(host: HTMLElement, onMove: (position: SwipePosition) => void): SwipeHandle {
  let position: SwipePosition = 0.5;
  let rows = false;
  const element = document.createElement('div');
  element.className = 'swipe';
  element.hidden = true;
  const handle = document.createElement('div');
  handle.className = 'swipe-handle';
  handle.tabIndex = 0;
  for (const [name, value] of Object.entries({
    role: 'slider',
    'aria-label': t('Swipe between before and after'),
    'aria-orientation': 'horizontal',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
  })) {
    handle.setAttribute(name, value);
  }
  const events = new AbortController();
  // For those who cannot drag (WCAG 2.5.7); by keyboard, Home and End do it.
  const label = (text: string, side: 'before' | 'after') => {
    const node = document.createElement('span');
    node.className = `swipe-label swipe-label-${side}`;
    node.textContent = text;
    node.setAttribute('aria-hidden', 'true');
    node.addEventListener('click', () => onMove(positionAfterPress(side, position)), {
      signal: events.signal,
    });
    return node;
  };
  const labels = [label(t('Before'), 'before'), label(t('After'), 'after')];
  element.append(...labels, handle);
  host.append(element);

  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ) => handle.addEventListener(type, listener, { signal: events.signal });
  const follow = (event: PointerEvent) => {
    const box = host.getBoundingClientRect();
    onMove(
      rows ? positionAt(event.clientY, box.top, box.height) : positionAt(event.clientX, box.left, box.width),
    );
  };
  listen('pointerdown', (event) => {
    if (event.button !== 0) return;
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
    event.stopPropagation();
  });
  listen('pointermove', (event) => {
    if (handle.hasPointerCapture(event.pointerId)) follow(event);
  });
  listen('keydown', (event) => {
    const next = positionAfterKey(event.key, event.shiftKey, position, rows);
    if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(next);
  });

  const setPosition = (next: SwipePosition) => {
    position = next;
    host.style.setProperty('--swipe', `${next * 100}%`);
    handle.setAttribute('aria-valuenow', String(Math.round(next * 100)));
    handle.setAttribute('aria-valuetext', describePosition(next));
  };
  setPosition(position);
  return {
    element,
    setPosition,
    setVisible(visible) {
      element.hidden = !visible;
      host.classList.toggle('swiping', visible);
    },
    setLabels(left, right) {
      labels[0].textContent = left;
      labels[1].textContent = right;
    },
    setRows(across) {
      rows = across;
      handle.setAttribute('aria-orientation', across ? 'vertical' : 'horizontal');
    },
    dispose() {
      events.abort();
      element.remove();
    },
  };
}
