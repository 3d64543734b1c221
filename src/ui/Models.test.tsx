import { expect, it } from 'vitest';
import { createAppStore } from '../store/create-store.ts';
import { isBusy } from '../store/state.ts';
import { createFakeEngine } from '../store/testing/fake-engine.ts';
import { fakeSample } from '../store/testing/fake-scene.ts';
import Models from './Models.tsx';
import { rendered } from './testing/render.ts';

function setUp() {
  const engine = createFakeEngine();
  const store = createAppStore({ engine, sample: fakeSample, saveFile: () => {} });
  return { engine, store, actions: store.getState().actions };
}

it('networks that cannot be measured are told in the dialog, which covers the page’s own message', async () => {
  const { engine, store, actions } = setUp();
  engine.measure = () => Promise.reject(new Error('No measure.'));
  await actions.measureSpeed('light');
  expect(store.getState().measuring).toBeNull();
  expect(rendered(store, <Models />)).toContain('No measure.');
  engine.measure = () => new Promise(() => {});
  void actions.measureSpeed('light');
  expect(rendered(store, <Models />)).not.toContain('No measure.');
});

it('measuring keeps the page busy, and does not wait for itself', () => {
  const { engine, store, actions } = setUp();
  engine.measure = () => new Promise(() => {});
  void actions.measureSpeed('full');
  expect(isBusy(store.getState())).toBe(true);
  expect(rendered(store, <Models />)).not.toContain('Can be measured when');
});
