import { describe, expect, it, vi } from 'vitest';
import { cancelled, throwIfAborted } from '../pipeline/errors.ts';
import { createAppStore } from './create-store.ts';
import { createFakeEngine } from './testing/fake-engine.ts';
import { fakeSample, fakeScene } from './testing/fake-scene.ts';

const file = (name: string) => new File(['x'], name);

function setUp(options: Parameters<typeof createFakeEngine>[0] = {}) {
  const engine = createFakeEngine(options);
  const store = createAppStore({ engine, sample: fakeSample, saveFile: () => {} });
  return { engine, store, actions: store.getState().actions };
}

describe('a run while another scene is opened', () => {
  const start = async () => {
    const made = setUp({ stepwise: true });
    const run = made.actions.open(file('scene.tif'));
    await vi.waitFor(() => expect(made.store.getState().job.status).toBe('running'));
    return { ...made, run };
  };
  const finish = async (engine: ReturnType<typeof createFakeEngine>, run: Promise<void>) => {
    const pump = setInterval(() => engine.step(), 0);
    await run;
    clearInterval(pump);
  };

  it.each([
    ['one that cannot be read', [file('bad.tif')]],
    ['several that cannot be read', [file('bad.tif'), file('bad.tif')]],
  ])('goes on beside the error: %s', async (_, files) => {
    const { engine, store, actions, run } = await start();
    await actions.open(files);
    expect(store.getState()).toMatchObject({
      job: { status: 'running' },
      error: { code: 'file/not-a-tiff' },
      opening: null,
    });
    await finish(engine, run);
    expect(store.getState().job.status).toBe('done');
    expect(store.getState().scene?.scene.name).toBe('scene.tif');
    expect(engine.calls.filter((call) => call === 'run')).toHaveLength(1);
  });

  it('goes on when that is cancelled, and ends when the scene is there', async () => {
    const { engine, store, actions, run } = await start();
    let give = () => {};
    vi.spyOn(engine, 'open').mockImplementationOnce(async (_, signal) => {
      await new Promise<void>((resolve) => {
        give = resolve;
      });
      throwIfAborted(signal);
      return { scene: fakeScene('late.tif'), displayBands: [2, 1, 0] };
    });
    const late = actions.open(file('late.tif'));
    expect(store.getState().opening).toBe('late.tif');
    actions.cancel();
    give();
    await late;
    expect(store.getState()).toMatchObject({ opening: null, job: { status: 'running' } });

    const next = actions.open(file('next.tif'));
    await run;
    await vi.waitFor(() => expect(engine.calls.filter((call) => call === 'run')).toHaveLength(2));
    await finish(engine, next);
    expect(store.getState().scene?.scene.name).toBe('next.tif');
    expect(store.getState().job.status).toBe('done');
  });
});

describe('a scene that the engine has taken, while its colours are looked for', () => {
  const start = async () => {
    const made = setUp();
    await made.actions.open(file('scene.tif'));
    const stretch = vi.spyOn(made.engine, 'stretch').mockImplementationOnce(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(cancelled()));
        }),
    );
    const opening = made.actions.open(file('next.tif'));
    await vi.waitFor(() => expect(stretch).toHaveBeenCalled());
    return { ...made, opening };
  };

  it('stands on the page when the opening is cancelled, and is not run', async () => {
    const { engine, store, actions, opening } = await start();
    actions.cancel();
    await opening;
    const { scene, stretch, job, hasResult } = store.getState();
    expect({ name: scene?.scene.name, job, hasResult }).toEqual({
      name: 'next.tif',
      job: { status: 'idle' },
      hasResult: false,
    });
    expect(stretch).toHaveLength(3);
    expect(store.getState()).toMatchObject({ opening: null, error: null });
    expect(engine.calls.filter((call) => call === 'run')).toHaveLength(1);
  });

  it('stands on the page when the scene that shall take its place cannot be read', async () => {
    const { store, actions, opening } = await start();
    await Promise.all([actions.open(file('bad.tif')), opening]);
    const { scene, opening: awaited, error } = store.getState();
    expect([scene?.scene.name, awaited, error?.code]).toEqual(['next.tif', null, 'file/not-a-tiff']);
  });

  it('gives way to the scene that takes its place', async () => {
    const { store, actions, opening } = await start();
    await Promise.all([actions.open(file('third.tif')), opening]);
    expect(store.getState()).toMatchObject({ scene: { scene: { name: 'third.tif' } }, opening: null });
  });

  it('stays away when the page is closed', async () => {
    const { store, actions, opening } = await start();
    actions.close();
    await opening;
    expect(store.getState()).toMatchObject({ scene: null, opening: null });
  });

  it('stands on the page in plain colours where they cannot be found', async () => {
    const { engine, store, actions } = setUp();
    vi.spyOn(engine, 'stretch').mockRejectedValueOnce(new Error('no samples'));
    await actions.open(file('scene.tif'));
    expect(store.getState()).toMatchObject({
      scene: { scene: { name: 'scene.tif' } },
      job: { status: 'done' },
    });
    expect(store.getState().stretch).toHaveLength(3);
  });

  it('is being opened until it is known what an earlier run left of it', async () => {
    const { engine, store, actions } = setUp();
    let give = (_: null) => {};
    vi.spyOn(engine, 'unfinished').mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    const opening = actions.open(file('scene.tif'));
    await vi.waitFor(() => expect(engine.unfinished).toHaveBeenCalled());
    expect(store.getState()).toMatchObject({
      scene: { scene: { name: 'scene.tif' } },
      opening: 'scene.tif',
    });
    give(null);
    await opening;
    expect(store.getState()).toMatchObject({ opening: null, job: { status: 'done' } });
  });

  it('is shown as corrected even if the run after that is cancelled', async () => {
    const { engine, store, actions } = setUp();
    await actions.open(file('scene.tif'));
    const { sceneRevision } = store.getState();
    let give = () => {};
    const override = engine.override.bind(engine);
    vi.spyOn(engine, 'override').mockImplementationOnce(async (overrides) => {
      await new Promise<void>((resolve) => {
        give = resolve;
      });
      return override(overrides);
    });
    const correcting = actions.correct({ scale: 2e-4 }, {});
    actions.cancel();
    give();
    await correcting;
    expect(store.getState().sceneRevision).toBe(sceneRevision + 1);
    expect(engine.calls.filter((call) => call === 'run')).toHaveLength(1);
  });
});

describe('scenes that come one upon the other', () => {
  /** An engine whose colours come late, whatever was given up meanwhile; the page's scene beside the one that it had then. */
  const start = async () => {
    const made = setUp();
    await made.actions.open(file('first.tif'));
    const give: (() => void)[] = [];
    vi.spyOn(made.engine, 'stretch').mockImplementation(
      () => new Promise((resolve) => give.push(() => resolve([]))),
    );
    const shown: [string | undefined, string | undefined][] = [];
    made.store.subscribe(({ scene, sceneRevision }, before) => {
      const has = made.engine.calls.findLast((call) => /^open (?!bad)/.test(call))?.slice(5);
      if (sceneRevision !== before.sceneRevision) shown.push([scene?.scene.name, has]);
    });
    const waits = (count: number) => vi.waitFor(() => expect(give).toHaveLength(count));
    return { ...made, give, shown, waits };
  };

  it('never leave one on the page that the engine no longer has', async () => {
    const { store, actions, give, shown, waits } = await start();
    const openings = [actions.open(file('second.tif'))];
    await waits(1);
    openings.push(actions.open(file('third.tif')));
    await waits(2);
    give[0]();
    openings.push(actions.open(file('bad.tif')));
    give[1]();
    await Promise.all(openings);
    for (const [onPage, inEngine] of shown) expect(onPage).toBe(inEngine);
    expect(store.getState()).toMatchObject({ scene: { scene: { name: 'third.tif' } }, opening: null });
  });

  it('take the place of a correction of the one before', async () => {
    const { store, actions, give, shown, waits } = await start();
    const correcting = actions.correct({ scale: 2e-4 }, {});
    await waits(1);
    const opening = actions.open(file('second.tif'));
    await waits(2);
    const bad = actions.open(file('bad.tif'));
    give[0]();
    give[1]();
    await Promise.all([correcting, opening, bad]);
    expect(shown).toEqual([['second.tif', 'second.tif']]);
    expect(store.getState().scene?.scene.name).toBe('second.tif');
  });

  it('are not corrected in the place of the one that the page still shows', async () => {
    const { engine, store, actions, give, waits } = await start();
    store.setState({
      maskEditor: {
        draft: { ...store.getState().settings },
        past: [],
        future: [],
        moving: null,
        reading: null,
      },
    });
    const opening = actions.open(file('second.tif'));
    await waits(1);
    const { calls } = engine;
    const before = [...calls];
    await actions.correct({ scale: 2e-4 }, { bufferPixels: 9 });
    await actions.repairWithMask();
    expect(calls).toEqual(before);
    expect(store.getState()).toMatchObject({ opening: 'second.tif', settings: { bufferPixels: 3 } });
    expect(store.getState().maskEditor).not.toBeNull();
    give[0]();
    await opening;
    expect(store.getState()).toMatchObject({ scene: { scene: { name: 'second.tif' } }, opening: null });
  });
});
