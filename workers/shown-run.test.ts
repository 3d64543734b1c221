import { expect, test } from 'vitest';
import { MASK_CLASS } from '../src/pipeline/scene.ts';
import { memorySource } from '../src/pipeline/testing/memory-source.ts';
import { displayState, show } from './display-state.ts';
import type { DisplayEvent } from './protocol.ts';
import { shownRun } from './shown-run.ts';

test('the map is told that what earlier runs found is forgotten, once it is', async () => {
  const state = displayState();
  show(state, memorySource({ width: 30, height: 20, roles: ['red', 'green', 'blue'], sample: () => 1 }));
  const told: [number, DisplayEvent['type'], boolean][] = [];
  state.emit = (run, event) => told.push([run, event.type, state.store.masks.empty]);
  const run = shownRun(state);
  run.expectRun(1);
  const window = { x: 0, y: 0, width: 30, height: 20 };
  state.store.masks.add({ window, classes: new Uint8Array(600).fill(MASK_CLASS.thick) });
  run.expectRun(2);
  expect(told).toEqual([
    [1, 'all-changed', true],
    [2, 'all-changed', true],
  ]);
});
