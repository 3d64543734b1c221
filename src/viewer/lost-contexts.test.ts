import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchContexts } from './lost-contexts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A canvas of the map, whose context can be taken away. */
class Canvas extends EventTarget {
  isConnected = true;
  isLost = false;
  getContext = () => ({ isContextLost: () => this.isLost });
  lose() {
    this.isLost = true;
    this.dispatchEvent(new Event('webglcontextlost'));
  }
}

function watched() {
  const canvas = new Canvas();
  const onLost = vi.fn();
  return { canvas, onLost, end: watchContexts(canvas, onLost) };
}

it('a context that the browser takes away for good is told, once', () => {
  const { canvas, onLost } = watched();
  canvas.lose();
  vi.advanceTimersByTime(1000);
  expect(onLost).not.toHaveBeenCalled();
  canvas.lose();
  vi.advanceTimersByTime(10_000);
  expect(onLost).toHaveBeenCalledOnce();
});

it('one that comes back, is let go of by the map, or went with it, is not', () => {
  const back = watched();
  back.canvas.lose();
  back.canvas.isLost = false;
  const left = watched();
  left.canvas.lose();
  left.canvas.isConnected = false;
  const gone = watched();
  gone.canvas.lose();
  gone.end();
  vi.advanceTimersByTime(10_000);
  for (const { onLost } of [back, left, gone]) expect(onLost).not.toHaveBeenCalled();
});
