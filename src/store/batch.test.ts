import { describe, expect, it, vi } from 'vitest';
import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import { createAppStore } from './create-store.ts';
import { isBusy } from './state.ts';
import { createFakeEngine } from './testing/fake-engine.ts';
import { fakeSample, fakeScene } from './testing/fake-scene.ts';

const file = (name: string) => new File([], name);

function setUp(options: Parameters<typeof createFakeEngine>[0] = {}) {
  const engine = createFakeEngine(options);
  const saved: string[] = [];
  const store = createAppStore({ engine, sample: fakeSample, saveFile: ({ name }) => void saved.push(name) });
  return { engine, store, saved, actions: store.getState().actions };
}
const states = (store: ReturnType<typeof setUp>['store']) =>
  store.getState().batch?.items.map(({ state }) => state.status);

describe('a queue of scenes', () => {
  it('processes one after the other and saves each; one that fails does not stop the others', async () => {
    const { store, saved, actions } = setUp();
    await actions.queueFiles([file('one.tif'), file('bad.tif'), file('B02.tif'), file('B03.tif')]);
    expect(store.getState().batch?.items.map(({ name }) => name)).toEqual(['2 files', 'one.tif', 'bad.tif']);
    actions.setBatchLayers(true);
    await actions.runBatch();
    expect(states(store)).toEqual(['done', 'done', 'failed']);
    expect(store.getState().batch?.items[2].state).toMatchObject({ error: { code: 'file/not-a-tiff' } });
    expect(saved.filter((name) => name.startsWith('one'))).toEqual([
      'one-result.tif',
      'one-mask.tif',
      'one-provenance.tif',
    ]);
    expect(store.getState()).toMatchObject({ error: null, batch: { running: false } });
  });

  it('says of a scene what bands it lacks, and goes on', async () => {
    const { engine, store, actions } = setUp();
    const scene = fakeScene();
    vi.spyOn(engine, 'open').mockResolvedValueOnce({
      scene: { ...scene, bands: scene.bands.slice(1, 4) },
      displayBands: [0, 1, 2],
    });
    actions.queueScenes([file('infrared.tif'), file('two.tif')]);
    await actions.runBatch();
    expect(states(store)).toEqual(['failed', 'done']);
    expect(store.getState().batch?.items[0].state).toMatchObject({
      error: { code: 'scene/roles-incomplete' },
    });
  });

  it('can be stopped and gone on with', async () => {
    const { engine, store, saved, actions } = setUp({ stepwise: true });
    actions.queueScenes([file('one.tif'), file('two.tif')]);
    const first = actions.runBatch();
    await vi.waitFor(() => expect(store.getState().job.status).toBe('running'));
    expect(states(store)).toEqual(['running', 'waiting']);
    expect(isBusy(store.getState())).toBe(true);
    actions.stopBatch();
    await first;
    expect(states(store)).toEqual(['waiting', 'waiting']);
    expect(saved).toEqual([]);
    const pump = setInterval(() => engine.step(), 0);
    await actions.runBatch();
    clearInterval(pump);
    expect(states(store)).toEqual(['done', 'done']);
    expect(saved).toEqual(['one-result.tif', 'two-result.tif']);
  });

  it('goes on with all that waits when it is started again at once', async () => {
    const { engine, store, saved, actions } = setUp({ stepwise: true });
    actions.queueScenes([file('one.tif'), file('two.tif'), file('three.tif')]);
    const first = actions.runBatch();
    await vi.waitFor(() => expect(store.getState().job.status).toBe('running'));
    actions.stopBatch();
    const pump = setInterval(() => engine.step(), 0);
    await Promise.all([first, actions.runBatch()]);
    clearInterval(pump);
    expect(states(store)).toEqual(['done', 'done', 'done']);
    expect(saved).toEqual(['one-result.tif', 'two-result.tif', 'three-result.tif']);
  });

  it('stops where results cannot be written', async () => {
    const { engine, store, actions } = setUp();
    engine.exportInto = () =>
      Promise.reject(new PipelineError('output/disk-full', phrase('Full.'), phrase('Free some.')));
    actions.queueScenes([file('one.tif'), file('two.tif')]);
    await actions.runBatch();
    expect(states(store)).toEqual(['failed', 'waiting']);
  });

  it('is what scenes become that were dropped together and lie apart', async () => {
    const { store, actions } = setUp();
    await actions.open([file('one.tif'), file('elsewhere.tif')]);
    expect(states(store)).toEqual(['waiting', 'waiting']);
    expect(store.getState()).toMatchObject({ job: { status: 'idle' }, dates: [], target: null });
    actions.removeFromBatch(store.getState().batch!.items[0].id);
    expect(states(store)).toEqual(['waiting']);
    actions.closeBatch();
    expect(store.getState().batch).toBeNull();
  });
});
