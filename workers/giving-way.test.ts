import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givingWay } from './giving-way.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How long the next turn is waited for. */
async function waited(way: ReturnType<typeof givingWay>): Promise<number> {
  const start = performance.now();
  const turn = way.turn().then(() => performance.now() - start);
  await vi.runAllTimersAsync();
  return turn;
}

test('work waits until the user rests', async () => {
  const way = givingWay();
  way.worked(5000);
  expect(await waited(way)).toBe(0);
  way.asked();
  expect(await waited(way)).toBe(300);
  expect(await waited(way)).toBe(0);
});

test('acts during the wait prolong it', async () => {
  const way = givingWay();
  way.worked(5000);
  way.asked();
  setTimeout(way.asked, 200);
  expect(await waited(way)).toBe(500);
});

test('no wait is longer than the work before it', async () => {
  const way = givingWay();
  way.asked();
  expect(await waited(way)).toBe(0);
  way.worked(120);
  way.asked();
  expect(await waited(way)).toBe(120);
  expect(await waited(way)).toBe(0);
});

test('a user who never rests holds the work up for no longer than it has taken', async () => {
  const way = givingWay();
  way.asked();
  const acts = setInterval(way.asked, 50);
  way.worked(800);
  const start = performance.now();
  let took = 0;
  void way.turn().then(() => {
    took = performance.now() - start;
  });
  await vi.advanceTimersByTimeAsync(2000);
  clearInterval(acts);
  expect(took).toBe(800);
});
