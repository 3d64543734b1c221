import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onActs } from './acts.ts';

let page: EventTarget;
beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal('window', page);
});
afterEach(() => void vi.unstubAllGlobals());

function act(type: string, timeStamp: number, more = {}): void {
  const event = new Event(type);
  Object.defineProperties(event, { timeStamp: { value: timeStamp } });
  page.dispatchEvent(Object.assign(event, more));
}

test('tells of acts, several in short order as one, and of none once it has ended', () => {
  const tell = vi.fn();
  const end = onActs(tell);
  for (const time of [0, 40, 99, 100]) act('keydown', time);
  expect(tell).toHaveBeenCalledTimes(2);
  end();
  act('keydown', 500);
  expect(tell).toHaveBeenCalledTimes(2);
});

test('a pointer that only passes over the page is no act', () => {
  const tell = vi.fn();
  onActs(tell);
  act('pointermove', 0, { buttons: 0 });
  expect(tell).not.toHaveBeenCalled();
  act('pointermove', 10, { buttons: 1 });
  expect(tell).toHaveBeenCalledTimes(1);
});
