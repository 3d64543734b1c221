import { describe, expect, it, vi } from 'vitest';
import { PipelineError } from '../pipeline/errors.ts';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { ExportedFile, WorkedOn } from '../services/engine.ts';
import { createAppStore } from './create-store.ts';
import { createFakeEngine } from './testing/fake-engine.ts';
import { fakeSample, fakeScene } from './testing/fake-scene.ts';

const file = (name: string) => new File(['x'], name);

function setUp(options: Parameters<typeof createFakeEngine>[0] = {}) {
  const engine = createFakeEngine(options);
  const saved: ExportedFile[] = [];
  const store = createAppStore({ engine, sample: fakeSample, saveFile: (entry) => saved.push(entry) });
  return { engine, store, saved, actions: store.getState().actions };
}

describe('opening a scene', () => {
  it('runs by itself to the end', async () => {
    const { engine, store, actions } = setUp();
    await actions.open(file('scene.tif'));
    expect(engine.calls).toEqual(['open scene.tif', 'reference none', 'warmUp', 'run']);
    const { job, backend, hasResult, opening, combination, stretch } = store.getState();
    expect(job.status).toBe('done');
    expect({ hasResult, opening, combination }).toEqual({
      hasResult: true,
      opening: null,
      combination: 'true-colour',
    });
    expect(backend?.backend).toBe('wasm');
    expect(stretch).toHaveLength(3);
  });

  it('takes the files of one scene together', async () => {
    const { engine, store, actions } = setUp();
    const opening = actions.open([file('B02.tif'), file('B03.tif')]);
    expect(store.getState().opening).toBe('2 files');
    await opening;
    expect(engine.calls).toContain('open B02.tif B03.tif');
  });

  it('takes an address with a % that stands for nothing', async () => {
    const { store, actions } = setUp();
    const opening = actions.open(new URL('https://example.org/100%.tif'));
    expect(store.getState().opening).toBe('100%.tif');
    await opening;
    expect(store.getState().job.status).toBe('done');
  });

  it('measures the sample against its truth, and nothing else', async () => {
    const { engine, store, actions } = setUp();
    await actions.openSample();
    expect(engine.calls.slice(0, 2)).toEqual(['open sample.tif', 'reference set']);
    expect(store.getState().sample).toBe(fakeSample);
    await actions.open(file('scene.tif'));
    expect(engine.calls).toContain('reference none');
    expect(store.getState().sample).toBeNull();
  });

  it('keeps the scene at hand when the next cannot be opened', async () => {
    const { store, actions } = setUp();
    await actions.open(file('scene.tif'));
    await actions.open(file('bad.tif'));
    const { error, scene, opening, job } = store.getState();
    expect(error?.code).toBe('file/not-a-tiff');
    expect(error?.remedy).not.toBe('');
    expect(scene?.scene.name).toBe('scene.tif');
    expect(opening).toBeNull();
    expect(job.status).toBe('done');
    actions.dismissError();
    expect(store.getState().error).toBeNull();
  });

  it('starts no run of a scene without blue, green and red until it is said which they are', async () => {
    const { engine, store, actions } = setUp();
    const scene = fakeScene();
    const infrared = { ...scene, bands: scene.bands.slice(1, 4) };
    const { displayBands } = await engine.open(file('infrared.tif'));
    vi.spyOn(engine, 'open').mockResolvedValue({ scene: infrared, displayBands });
    await actions.open(file('infrared.tif'));
    await actions.run({ fresh: true });
    expect(store.getState()).toMatchObject({
      job: { status: 'idle' },
      error: null,
      scene: { scene: infrared },
    });
    expect(engine.calls).not.toContain('warmUp');
    vi.spyOn(engine, 'override').mockResolvedValue({ scene, displayBands });
    await actions.correct({ roles: ['blue', 'green', 'red'] }, {});
    expect(store.getState().job.status).toBe('done');
  });

  it('lets the last of two win', async () => {
    const { store, actions } = setUp();
    await Promise.all([actions.open(file('first.tif')), actions.open(file('second.tif'))]);
    expect(store.getState().scene?.scene.name).toBe('second.tif');
    expect(store.getState().job.status).toBe('done');
  });
});

describe('a run', () => {
  it('tells of stages and changed tiles as they come', async () => {
    const { engine, store, actions } = setUp({ stepwise: true });
    const run = actions.open(file('scene.tif'));
    await vi.waitFor(() =>
      expect(store.getState().job).toMatchObject({ stage: 'detect', done: 0, total: 16 }),
    );
    engine.step();
    await vi.waitFor(() => expect(store.getState().tileChange?.type).toBe('mask-changed'));
    expect(store.getState().hasResult).toBe(false);
    actions.cancel();
    await run;
    expect(store.getState().job.status).toBe('cancelled');
    expect(store.getState().error).toBeNull();
  });

  it('can be run again after it was cancelled', async () => {
    const { engine, store, actions } = setUp({ stepwise: true });
    void actions.open(file('scene.tif'));
    await vi.waitFor(() => expect(store.getState().job.status).toBe('running'));
    actions.cancel();
    const again = actions.run();
    await vi.waitFor(() => expect(engine.calls.filter((call) => call === 'run')).toHaveLength(2));
    const pump = setInterval(() => engine.step(), 0);
    await again;
    clearInterval(pump);
    expect(store.getState().job.status).toBe('done');
  });

  it('that fails says why and can be tried again', async () => {
    const { engine, store, actions } = setUp();
    vi.spyOn(engine, 'warmUp').mockRejectedValueOnce(new Error('no models'));
    await actions.open(file('scene.tif'));
    expect(store.getState().job.status).toBe('failed');
    expect(store.getState().error?.message.values).toEqual({ reason: 'no models' });
    await actions.run();
    expect(store.getState()).toMatchObject({ job: { status: 'done' }, error: null });
  });

  it('takes corrections of settings alone without opening the scene anew', async () => {
    const { engine, store, actions } = setUp();
    await actions.open(file('scene.tif'));
    const { sceneRevision } = store.getState();
    await actions.correct(null, { cloudThreshold: 0.3 });
    expect(engine.calls.some((call) => call.startsWith('override'))).toBe(false);
    expect(store.getState().settings.cloudThreshold).toBe(0.3);
    expect(store.getState().sceneRevision).toBe(sceneRevision);
    await actions.correct({ scale: 2e-4 }, {});
    expect(engine.calls).toContain('override scale');
    expect(store.getState().sceneRevision).toBe(sceneRevision + 1);
    expect(store.getState().job.status).toBe('done');
  });

  it('is known to have ended when the scene cannot be corrected', async () => {
    const { engine, store, actions } = setUp({ stepwise: true });
    void actions.open(file('scene.tif'));
    await vi.waitFor(() => expect(store.getState().job.status).toBe('running'));
    vi.spyOn(engine, 'override').mockRejectedValueOnce(
      new PipelineError('scene/nodata-out-of-range', phrase('It cannot be.'), phrase('Choose another.')),
    );
    await actions.correct({ nodata: -9999 }, {});
    expect(store.getState()).toMatchObject({
      job: { status: 'cancelled' },
      error: { code: 'scene/nodata-out-of-range' },
    });
  });
});

describe('a run that an earlier visit left', () => {
  const unfinished = { done: 0.61, settings: { ...DEFAULT_SETTINGS, cloudThreshold: 0.3 }, overrides: null };

  it('is offered, and continued with the settings that it had', async () => {
    const { engine, store, actions } = setUp({ unfinished });
    await actions.open(file('scene.tif'));
    expect(store.getState()).toMatchObject({ job: { status: 'unfinished' }, unfinished: { done: 0.61 } });
    expect(engine.calls).not.toContain('run');
    await actions.continueRun();
    expect(engine.calls.slice(-2)).toEqual(['warmUp', 'run']);
    expect(store.getState()).toMatchObject({
      job: { status: 'done' },
      unfinished: null,
      settings: { cloudThreshold: 0.3 },
    });
  });

  it('brings the corrections of the scene back', async () => {
    const { engine, actions } = setUp({ unfinished: { ...unfinished, overrides: { scale: 2e-4 } } });
    await actions.open(file('scene.tif'));
    await actions.continueRun();
    expect(engine.calls.slice(-3)).toEqual(['override scale', 'warmUp', 'run']);
  });

  it('is shown again as the corrected scene that it was of', async () => {
    const { engine, actions } = setUp({ unfinished: { ...unfinished, done: 1, overrides: { scale: 2e-4 } } });
    await actions.open(file('scene.tif'));
    expect(engine.calls.slice(-3)).toEqual(['override scale', 'warmUp', 'run']);
  });

  it('can be started over', async () => {
    const { engine, store, actions } = setUp({ unfinished });
    await actions.open(file('scene.tif'));
    await actions.run({ fresh: true });
    expect(engine.calls.at(-1)).toBe('run afresh');
    expect(store.getState().job.status).toBe('done');
  });

  it('is continued from the empty page, where the scene can be found again', async () => {
    const origin = new URL('https://example.org/scene.tif');
    const calls: string[] = [];
    const memory = {
      remember: async ({ name, origin }: WorkedOn) => void calls.push(`remember ${name} ${origin}`),
      recall: async () => ({
        name: 'scene.tif',
        origin,
        dates: [],
        composite: null,
        reopen: async () => ({ scene: origin, dates: [] }),
      }),
      forget: async () => void calls.push('forget'),
    };
    const engine = createFakeEngine({ unfinished });
    const store = createAppStore({ engine, sample: fakeSample, memory, saveFile: () => {} });
    const { actions } = store.getState();
    await actions.recall();
    expect(store.getState().lastScene?.name).toBe('scene.tif');
    await actions.continueLast();
    expect(store.getState()).toMatchObject({ job: { status: 'done' }, lastScene: null });
    // The next visit can show the result again.
    expect(calls).toEqual(['remember scene.tif https://example.org/scene.tif']);
  });

  it('is told to be gone where the scene is', async () => {
    const reopen = () =>
      Promise.reject(new PipelineError('file/unreadable', phrase('It is gone.'), phrase('Open it again.')));
    const origin = new URL('https://example.org/scene.tif');
    const memory = {
      remember: async () => {},
      recall: async () => ({ name: 'scene.tif', origin, dates: [], composite: null, reopen }),
      forget: async () => {},
    };
    const store = createAppStore({
      engine: createFakeEngine(),
      sample: fakeSample,
      memory,
      saveFile: () => {},
    });
    const { actions } = store.getState();
    await actions.recall();
    await actions.continueLast();
    expect(store.getState()).toMatchObject({
      error: { code: 'file/unreadable' },
      lastScene: null,
      scene: null,
    });
  });

  it('that was finished is shown without a question', async () => {
    const { store, actions } = setUp({ unfinished: { ...unfinished, done: 1 } });
    await actions.open(file('scene.tif'));
    expect(store.getState().job.status).toBe('done');
  });
});

describe('a run that stopped in this visit', () => {
  it('is offered where its worker died, in its own words', async () => {
    const { engine, store, actions } = setUp({
      unfinished: { done: 0.4, settings: DEFAULT_SETTINGS, overrides: null },
    });
    vi.spyOn(engine, 'run').mockRejectedValueOnce(
      new PipelineError('worker/crashed', phrase('It died.'), phrase('Continue.')),
    );
    await actions.open(file('scene.tif'));
    await actions.run();
    expect(store.getState()).toMatchObject({
      job: { status: 'failed' },
      error: { code: 'worker/crashed' },
      unfinished: { done: 0.4 },
    });
    await actions.continueRun();
    expect(store.getState()).toMatchObject({ job: { status: 'done' }, error: null });
  });

  it('is offered after it was cancelled', async () => {
    const { engine, store, actions } = setUp({ stepwise: true });
    void actions.open(file('scene.tif'));
    await vi.waitFor(() => expect(store.getState().job.status).toBe('running'));
    engine.step();
    await vi.waitFor(() => expect(store.getState().tileChange?.type).toBe('mask-changed'));
    actions.cancel();
    await vi.waitFor(() => expect(store.getState().unfinished?.done).toBe(0.5));
    expect(store.getState().job.status).toBe('cancelled');
  });
});

describe('after a run', () => {
  it('saves each product as a file', async () => {
    const { store, saved, actions } = setUp();
    await actions.open(file('scene.tif'));
    await actions.save('result');
    await actions.save('mask');
    expect(saved.map(({ name }) => name)).toEqual(['scene-result.tif', 'scene-mask.tif']);
    expect(store.getState().saving).toBeNull();
  });

  it('shows how far a file is written, and hands out none that the user has already', async () => {
    const { engine, store, saved, actions } = setUp();
    await actions.open(file('scene.tif'));
    const seen: unknown[] = [];
    engine.export = async (_, onEvent) => {
      onEvent({ type: 'progress', stage: 'output', done: 3, total: 4, secondsLeft: null });
      seen.push(store.getState().saving);
      return null;
    };
    await actions.save('mask');
    expect(seen).toEqual([{ product: 'mask', share: 0.75 }]);
    expect(saved).toEqual([]);
    expect(store.getState().saving).toBeNull();
  });

  it('a closed dialog is no error, a full disk is one', async () => {
    const { engine, store, actions } = setUp();
    await actions.open(file('scene.tif'));
    engine.export = () => Promise.reject(new PipelineError('job/cancelled', phrase(''), phrase('')));
    await actions.save('result');
    expect(store.getState().error).toBeNull();
    engine.export = () =>
      Promise.reject(new PipelineError('output/disk-full', phrase('Full.'), phrase('Free some.')));
    await actions.save('result');
    expect(store.getState().error).toMatchObject({ code: 'output/disk-full', remedy: phrase('Free some.') });
    expect(store.getState().job.status).toBe('done');
  });

  it('a save that is stopped says nothing, and can be begun again', async () => {
    const { engine, store, saved, actions } = setUp();
    await actions.open(file('scene.tif'));
    const { export: write } = engine;
    engine.export = (_, __, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () =>
          reject(new PipelineError('job/cancelled', phrase(''), phrase(''))),
        );
      });
    const stopped = actions.save('result');
    expect(store.getState().saving).toEqual({ product: 'result', share: 0 });
    actions.cancelSave();
    await stopped;
    expect(store.getState()).toMatchObject({ saving: null, error: null, job: { status: 'done' } });
    engine.export = write;
    await actions.save('result');
    expect(saved).toHaveLength(1);
  });

  it('answers the newest pixel only', async () => {
    const { engine, store, actions } = setUp();
    await actions.open(file('scene.tif'));
    for (let x = 0; x < 50; x++) actions.pointAt({ x, y: 7 });
    await vi.waitFor(() => expect(store.getState().probe).toMatchObject({ x: 49, y: 7 }));
    expect(engine.calls.filter((call) => call.startsWith('probe')).length).toBeLessThan(5);
    actions.pointAt(null);
    expect(store.getState().probe).toBeNull();
  });

  it('closes to the empty page', async () => {
    const { store, actions } = setUp();
    await actions.open(file('scene.tif'));
    actions.close();
    expect(store.getState()).toMatchObject({ scene: null, job: { status: 'idle' }, hasResult: false });
  });
});

it('dismissing a notice leaves the others, also of its code', () => {
  const { store, actions } = setUp();
  const notices = ['may.tif was left out.', 'june.tif was left out.'].map((text) => ({
    code: 'dates/no-overlap',
    message: { text },
  }));
  store.setState({ notices });
  actions.dismissNotice(notices[0]);
  expect(store.getState().notices).toEqual([notices[1]]);
});
