import { describe, expect, it, vi } from 'vitest';
import type { MaskOperation } from '../pipeline/detect/edits.ts';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import type { SceneOverrides } from '../pipeline/scene.ts';
import { createAppStore } from './create-store.ts';
import { createFakeEngine } from './testing/fake-engine.ts';

const DOT: MaskOperation = { kind: 'stroke', class: 2, radius: 4, points: [10, 10] };
const sample = {
  name: 'Sample',
  scene: new URL('https://x.test/s.tif'),
  truth: new URL('https://x.test/t.tif'),
};

async function editing() {
  const engine = createFakeEngine();
  const store = createAppStore({ engine, sample, saveFile: vi.fn() });
  const { actions } = store.getState();
  await actions.open(new File([], 'a.tif'));
  await actions.editMask();
  const operations = () => store.getState().maskEditor?.draft.edits?.operations ?? [];
  return { engine, store, actions, operations };
}

describe('the mask editor', () => {
  it('keeps what was drawn, undoes and redoes it, and shows every step', async () => {
    const { engine, actions, operations, store } = await editing();
    actions.drawOnMask(DOT);
    actions.drawOnMask({ ...DOT, class: 0 });
    actions.undoMask();
    expect(operations()).toEqual([DOT]);
    actions.redoMask();
    expect(operations()).toHaveLength(2);
    actions.undoMask();
    actions.undoMask();
    actions.undoMask();
    expect(operations()).toEqual([]);
    actions.drawOnMask(DOT);
    expect(store.getState().maskEditor?.future).toEqual([]);
    const shown = engine.calls.filter((call) => call.startsWith('preview'));
    expect(shown).toEqual([0, 1, 2, 1, 2, 1, 0, 1].map((count) => `preview ${count}`));
  });

  it('shows a stroke first and then the rest, as long as the rest still shows an earlier threshold', async () => {
    const { engine, actions } = await editing();
    const asked: boolean[] = [];
    let finish = () => {};
    engine.previewMask = async (_, { only }) => {
      asked.push(only);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return true;
    };
    actions.setMaskDraft({ cloudThreshold: 0.7 });
    actions.drawOnMask(DOT);
    finish();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await new Promise((resolve) => setTimeout(resolve));
    actions.drawOnMask(DOT);
    expect(asked).toEqual([false, false, true]);
  });

  it('takes a slider that moves as one step', async () => {
    const { actions, store } = await editing();
    for (const cloudThreshold of [0.6, 0.3, 0.2]) actions.setMaskDraft({ cloudThreshold });
    actions.setMaskDraft({ bufferPixels: 6 });
    expect(store.getState().maskEditor?.past).toHaveLength(2);
    actions.undoMask();
    actions.undoMask();
    expect(store.getState().maskEditor?.draft).toMatchObject({
      cloudThreshold: DEFAULT_SETTINGS.cloudThreshold,
      bufferPixels: DEFAULT_SETTINGS.bufferPixels,
    });
  });

  it('repairs with the draft, or leaves the settings as they were', async () => {
    const { actions, store } = await editing();
    actions.drawOnMask(DOT);
    await actions.discardMask();
    expect(store.getState()).toMatchObject({ maskEditor: null, settings: { bufferPixels: 3 } });
    expect(store.getState().settings.edits).toBeUndefined();
    await actions.editMask();
    actions.drawOnMask(DOT);
    actions.setMaskDraft({ bufferPixels: 1 });
    await actions.repairWithMask();
    const { job, settings } = store.getState();
    expect(job.status).toBe('done');
    expect(settings).toMatchObject({ bufferPixels: 1, featherPixels: 1, edits: { operations: [DOT] } });
  });

  it('closes with any run, which takes the draft along', async () => {
    const { actions, store } = await editing();
    actions.drawOnMask(DOT);
    actions.setMaskDraft({ bufferPixels: 1, cloudThreshold: 0.3 });
    await actions.correct(null, { generator: 'light', cloudThreshold: 0.6 });
    const edits = { own: null, operations: [DOT] };
    expect(store.getState()).toMatchObject({
      maskEditor: null,
      job: { status: 'done' },
      settings: { bufferPixels: 1, featherPixels: 1, cloudThreshold: 0.6, generator: 'light', edits },
    });
    await actions.editMask();
    actions.drawOnMask(DOT);
    await actions.run();
    expect(store.getState().maskEditor).toBeNull();
    expect(store.getState().settings.edits?.operations).toEqual([DOT, DOT]);
  });

  it('goes back to the mask as it was from any number of steps', async () => {
    const { engine, actions, store } = await editing();
    for (let i = 0; i < 300; i++) actions.drawOnMask(DOT);
    await actions.discardMask();
    expect(store.getState().maskEditor).toBeNull();
    expect(engine.calls.at(-1)).toBe('preview 0');
  });

  it("takes a mask of the user's own, and tells of one that is none", async () => {
    const { actions, store, operations } = await editing();
    actions.drawOnMask(DOT);
    await actions.takeMask(new File([], 'mine.tif'));
    expect(store.getState().maskEditor?.draft.edits?.own).toMatchObject({ name: 'mine.tif' });
    expect(operations()).toEqual([DOT]);
    await actions.takeMask(new File([], 'bad.geojson'));
    expect(store.getState().error?.code).toBe('mask/not-a-mask');
    expect(store.getState().maskEditor).toMatchObject({
      reading: null,
      draft: { edits: { own: { name: 'mine.tif' } } },
    });
    await actions.takeMask(null);
    expect(store.getState().error).toBeNull();
    expect(store.getState().maskEditor?.draft.edits?.own).toBeNull();
  });

  it('takes the edits of an earlier run of the scene, and none of another scene', async () => {
    const edited = { ...DEFAULT_SETTINGS, bufferPixels: 7, edits: { own: null, operations: [DOT] } };
    for (const unfinished of [undefined, { done: 1, settings: edited, overrides: null }]) {
      const store = createAppStore({ engine: createFakeEngine({ unfinished }), sample, saveFile: vi.fn() });
      store.setState({ settings: { ...DEFAULT_SETTINGS, edits: { own: null, operations: [] } } });
      await store.getState().actions.open(new File([], 'b.tif'));
      const { edits, bufferPixels } = store.getState().settings;
      expect([edits, bufferPixels]).toEqual(unfinished ? [edited.edits, 7] : [undefined, 3]);
    }
  });

  describe('that a reload closed', () => {
    const drawn = { ...DEFAULT_SETTINGS, bufferPixels: 7, edits: { own: null, operations: [DOT] } };
    const confirmed = { ...DEFAULT_SETTINGS, bufferPixels: 5 };
    const reload = (done: number, overrides: SceneOverrides | null = null) => {
      const unfinished = { done, settings: confirmed, overrides, draft: drawn };
      const engine = createFakeEngine({ unfinished });
      const runs = vi.spyOn(engine, 'run');
      const store = createAppStore({ engine, sample, saveFile: vi.fn() });
      const masks = () => runs.mock.calls.map(([settings]) => [settings.bufferPixels, settings.edits]);
      return { engine, store, actions: store.getState().actions, masks };
    };

    it.each([
      [0.5, 'unfinished', []],
      [1, 'done', [[5, undefined]]],
    ])(
      'opens again with what was drawn, which runs only when the user says so (%f done)',
      async (done, status, ran) => {
        const { store, actions, masks } = reload(done);
        await actions.open(new File([], 'a.tif'));
        expect(store.getState()).toMatchObject({
          job: { status },
          maskEditor: { draft: { bufferPixels: 7, edits: drawn.edits } },
          settings: { bufferPixels: 5 },
        });
        expect(masks()).toEqual(ran);
        await actions.repairWithMask();
        expect(masks()).toEqual([...ran, [7, drawn.edits]]);
      },
    );

    it('can be closed without it', async () => {
      const { store, actions, masks } = reload(0.5);
      await actions.open(new File([], 'a.tif'));
      actions.undoMask();
      expect(store.getState().maskEditor?.draft.edits).toBeUndefined();
      actions.redoMask();
      await actions.discardMask();
      expect(store.getState()).toMatchObject({ maskEditor: null, job: { status: 'unfinished' } });
      await actions.continueRun();
      expect(masks()).toEqual([[5, undefined]]);
    });

    it('opens over the scene as it was corrected', async () => {
      const { engine, store, actions } = reload(0.5, { scale: 2e-4 });
      const override = vi.spyOn(engine, 'override');
      await actions.open(new File([], 'a.tif'));
      expect(override).toHaveBeenCalledExactlyOnceWith({ scale: 2e-4 });
      expect(store.getState().maskEditor?.draft.edits).toEqual(drawn.edits);
    });

    it('stays closed where nothing was changed in it', async () => {
      const unfinished = { done: 0.5, settings: confirmed, overrides: null, draft: confirmed };
      const store = createAppStore({ engine: createFakeEngine({ unfinished }), sample, saveFile: vi.fn() });
      await store.getState().actions.open(new File([], 'a.tif'));
      expect(store.getState()).toMatchObject({ maskEditor: null, job: { status: 'unfinished' } });
    });

    it('does not take part in a queue', async () => {
      const { store, actions, masks } = reload(0.5);
      actions.queueScenes([new File([], 'a.tif')]);
      await actions.runBatch();
      expect(store.getState().batch?.items[0].state.status).toBe('done');
      expect(masks()).toEqual([[5, undefined]]);
    });

    it('waits for the user when the scene of the last visit is opened', async () => {
      const { engine, masks } = reload(0.5);
      const origin = new URL('https://x.test/a.tif');
      const reopen = async () => ({ scene: origin, dates: [] });
      const last = { name: 'a.tif', origin, dates: [], composite: null, reopen };
      const memory = { remember: async () => {}, recall: async () => last, forget: async () => {} };
      const store = createAppStore({ engine, sample, memory, saveFile: vi.fn() });
      await store.getState().actions.recall();
      await store.getState().actions.continueLast();
      expect(store.getState().maskEditor?.draft.edits).toEqual(drawn.edits);
      expect(masks()).toEqual([]);
    });
  });

  it('stops a run for the review when its mask is found', async () => {
    const engine = createFakeEngine({ tileDelay: 1 });
    const store = createAppStore({ engine, sample, saveFile: vi.fn() });
    store.getState().actions.setReviewMask(true);
    await store.getState().actions.open(new File([], 'a.tif'));
    expect(store.getState()).toMatchObject({ job: { status: 'cancelled' }, reviewMask: false });
    expect(store.getState().maskEditor).not.toBeNull();
  });
});
