import { describe, expect, it, vi } from 'vitest';
import { PipelineError } from '../pipeline/errors.ts';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { LastScene, Unfinished, WorkedOn } from '../services/engine.ts';
import { createAppStore } from './create-store.ts';
import { usableDates } from './dates.ts';
import { createFakeEngine } from './testing/fake-engine.ts';
import { fakeSample } from './testing/fake-scene.ts';

const file = (name: string) => new File(['x'], name);

function setUp(options: Parameters<typeof createFakeEngine>[0] = {}, last: LastScene | null = null) {
  const engine = createFakeEngine(options);
  const remembered: WorkedOn[] = [];
  const memory = {
    remember: async (work: WorkedOn) => void remembered.push(work),
    recall: async () => last,
    forget: async () => {},
  };
  const store = createAppStore({ engine, sample: fakeSample, memory, saveFile: () => {} });
  const state = store.getState;
  const names = () => state().dates.map(({ name }) => name);
  const idOf = (name: string) => state().dates.find((date) => date.name === name)?.id as number;
  return { engine, store, state, names, idOf, actions: state().actions, remembered };
}

const [JUNE, JULY, MAY] = [
  'june-2020-06-15-cloud40.tif',
  'july-2020-07-01-cloud10.tif',
  'may-2020-05-02-cloud25.tif',
];

describe('files that come together', () => {
  it('of several dates: the clearest is opened, all are kept by day, and nothing runs until it is asked for', async () => {
    const { actions, state, names, idOf, engine } = setUp();
    await actions.open([file(JUNE), file(JULY), file(MAY)]);
    expect(names()).toEqual([MAY, JUNE, JULY]);
    expect(state()).toMatchObject({ target: idOf(JULY), job: { status: 'idle' }, opening: null });
    expect(state().dates[0]).toMatchObject({
      acquired: '2020-05-02',
      cloud: 0.25,
      used: true,
      problem: null,
    });
    expect(engine.calls).toContain(`open ${JULY}`);
    expect(engine.calls).not.toContain('run');
    await actions.run();
    expect(engine.calls.at(-1)).toBe('run with 2 dates');
    expect(state().runDates).toEqual([idOf(MAY), idOf(JUNE)]);
  });

  it('of several dates: what was drawn on the mask of the scene before is not theirs', async () => {
    const { actions, store, engine } = setUp();
    const runs = vi.spyOn(engine, 'run');
    await actions.open(file('scene.tif'));
    const drawn = { kind: 'stroke', class: 2, radius: 4, points: [10, 10] } as const;
    store.setState({ settings: { ...store.getState().settings, edits: { own: null, operations: [drawn] } } });
    await actions.open([file(JUNE), file(JULY)]);
    await actions.run();
    expect(runs.mock.lastCall?.[0].edits).toBeUndefined();
  });

  it('of one scene are opened as one and processed at once', async () => {
    const { actions, names, engine } = setUp();
    await actions.open([file('S_B02.tif'), file('S_B03.tif')]);
    expect(names()).toEqual([]);
    expect(engine.calls).toContain('open S_B02.tif S_B03.tif');
    expect(engine.calls).toContain('run');
  });

  it('that cannot be read, or are there twice, are told of, and what is left is opened', async () => {
    const { actions, state, names } = setUp();
    await actions.open([file(JUNE), file(`copy-of-${JUNE}`), file('bad.tif')]);
    expect(names()).toEqual([]);
    expect(state()).toMatchObject({ scene: { scene: { name: JUNE } }, job: { status: 'idle' } });
    expect(state().notices.map(({ code }) => code)).toEqual(['dates/same-date', 'file/not-a-tiff']);
  });

  it.each([
    ['fails', () => {}],
    ['is given up', (cancel: () => void) => cancel()],
  ])('leave the clearest alone where it %s to lay the others beside it', async (_, act) => {
    const { actions, state, names, engine } = setUp();
    vi.spyOn(engine, 'setDates').mockImplementationOnce(async () => {
      act(actions.cancel);
      throw new Error('no more');
    });
    await actions.open([file(JUNE), file(JULY)]);
    expect(state()).toMatchObject({ scene: { scene: { name: JULY } }, target: null, opening: null });
    expect(names()).toEqual([]);
  });

  it('are not run before the engine knows the others', async () => {
    const { actions, state, engine } = setUp();
    let give = () => {};
    const setDates = engine.setDates.bind(engine);
    vi.spyOn(engine, 'setDates').mockImplementationOnce(async (...asked) => {
      await new Promise<void>((resolve) => {
        give = resolve;
      });
      return setDates(...asked);
    });
    const opening = actions.open([file(JUNE), file(JULY)]);
    await vi.waitFor(() => expect(engine.setDates).toHaveBeenCalled());
    expect(state().scene?.scene.name).toBe(JULY);
    expect(state().opening).toBe(JULY);
    give();
    await opening;
    expect(state().opening).toBeNull();
    expect(state().dates).toHaveLength(2);
  });

  it('of which none can be read leave the page as it was', async () => {
    const { actions, state } = setUp();
    await actions.open([file('bad.tif'), file('bad.tif')]);
    expect(state()).toMatchObject({ scene: null, opening: null, error: { code: 'file/not-a-tiff' } });
  });
});

describe('dates of an open scene', () => {
  it('are added beside it: the result stays until it is repaired again', async () => {
    const { actions, state, names, idOf, engine } = setUp();
    await actions.open(file(JUNE));
    await actions.addDates([file(JULY)]);
    expect(names()).toEqual([JUNE, JULY]);
    expect(state()).toMatchObject({ target: idOf(JUNE), job: { status: 'done' }, surveying: null });
    expect(usableDates(state())).toEqual([idOf(JULY)]);
    expect(state().runDates).toEqual([]);
    await actions.run();
    expect(engine.calls.at(-1)).toBe('run with 1 dates');
  });

  it('that are there already, or cannot be read, are refused with an error', async () => {
    const { actions, state, names } = setUp();
    await actions.open(file(JUNE));
    await actions.addDates(file(JUNE));
    expect(state().error?.code).toBe('dates/same-date');
    await actions.addDates(file('bad.tif'));
    expect(state().error?.code).toBe('file/not-a-tiff');
    expect(names()).toEqual([]);
  });

  it('that do not lie on it stay visible with the reason, and no run uses them', async () => {
    const { actions, state } = setUp();
    await actions.open(file(JUNE));
    await actions.addDates(file('elsewhere.tif'));
    expect(state().dates.map(({ problem }) => problem?.code ?? null)).toEqual([null, 'dates/no-overlap']);
    expect(usableDates(state())).toEqual([]);
  });

  it('can be switched off, removed, and made the one that is repaired', async () => {
    const { actions, state, names, idOf, engine } = setUp();
    await actions.open([file(JUNE), file(JULY), file(MAY)]);
    actions.switchDate(idOf(MAY), false);
    expect(usableDates(state())).toEqual([idOf(JUNE)]);
    actions.showPictures(idOf(MAY), 'result');
    await actions.removeDate(idOf(MAY));
    expect(names()).toEqual([JUNE, JULY]);
    expect(state().pictures).toEqual(['scene', 'result']);
    await actions.repairDate(idOf(JUNE));
    expect(state()).toMatchObject({ target: idOf(JUNE), job: { status: 'idle' } });
    expect(engine.calls.slice(-2)).toEqual([`reference none`, `dates ${JULY}`]);
    await actions.removeDate(idOf(JULY));
    expect(state()).toMatchObject({ dates: [], target: null });
  });

  it('are put together as a composite once that is chosen', async () => {
    const { actions, state } = setUp();
    await actions.open([file(JUNE), file(JULY), file(MAY)]);
    expect(state().settings.composite).toBeUndefined();
    actions.chooseComposite('median');
    await actions.run();
    expect(state().job).toMatchObject({ status: 'done', report: { settings: { composite: 'median' } } });
    actions.chooseComposite(null);
    expect(state().settings).not.toHaveProperty('composite');
  });

  it('wait while a run is under way', async () => {
    const { actions, state, names, engine } = setUp({ stepwise: true });
    const opening = actions.open(file(JUNE));
    while (state().job.status !== 'running') await new Promise((resolve) => setTimeout(resolve));
    await actions.addDates(file(JULY));
    expect(names()).toEqual([]);
    expect(engine.calls).not.toContain(`survey ${JULY}`);
    actions.cancel();
    await opening;
  });
});

describe('at the next visit', () => {
  const origin = (name: string) => new URL(`https://example.org/${name}`);
  const lastOf = (more: Partial<LastScene> = {}): LastScene => ({
    name: JUNE,
    origin: origin(JUNE),
    dates: [JULY, MAY].map((name) => ({ name, origin: origin(name), used: true })),
    composite: null,
    reopen: async () => ({ scene: origin(JUNE), dates: [JULY, MAY].map(origin) }),
    ...more,
  });
  /** Opens the dates again; what an earlier run of the target left names its dates by their numbers here. */
  const again = async (last: LastScene, left?: Omit<Unfinished, 'dates'>, usedThen: string[] = []) => {
    const made = setUp({}, last);
    if (left) {
      const unfinished = async () => ({ ...left, dates: usedThen.map(made.idOf) });
      vi.spyOn(made.engine, 'unfinished').mockImplementation(unfinished);
    }
    await made.actions.recall();
    await made.actions.continueLast();
    const used = made.state().dates.flatMap((date) => (date.used ? [date.name] : []));
    return { ...made, used };
  };

  it('the dates are opened again with the scene, and the run goes on with those that it used', async () => {
    const unfinished = { done: 0.4, settings: { bufferPixels: 5 } as never, overrides: null };
    const { state, idOf, engine, remembered } = await again(lastOf(), unfinished);
    expect(state()).toMatchObject({ target: idOf(JUNE), job: { status: 'done' } });
    // The unfinished run of this engine used none.
    expect(engine.calls.at(-1)).toBe('run');
    expect(state().dates.every(({ used }) => !used)).toBe(true);
    expect(remembered).toMatchObject([{ name: JUNE, dates: [{ name: MAY }, { name: JULY }] }]);
  });

  it('what was chosen before any run is as it was', async () => {
    const dates = lastOf().dates.map((date) => ({ ...date, used: date.name !== MAY }));
    const { state, used, engine, remembered } = await again(lastOf({ dates, composite: 'median' }));
    expect(used).toEqual([JUNE, JULY]);
    expect(state()).toMatchObject({ settings: { composite: 'median' }, job: { status: 'idle' } });
    expect(engine.calls).not.toContain('run');
    expect(remembered.at(-1)).toMatchObject({
      composite: 'median',
      dates: [
        { name: MAY, used: false },
        { name: JULY, used: true },
      ],
    });
  });

  it('what is chosen is remembered at once', async () => {
    const { actions, idOf, remembered } = setUp();
    await actions.open([file(JUNE), file(JULY), file(MAY)]);
    actions.switchDate(idOf(MAY), false);
    actions.chooseComposite('median');
    expect(remembered.at(-1)).toEqual({
      name: JULY,
      origin: null,
      dates: [
        { name: MAY, origin: null, used: false },
        { name: JUNE, origin: null, used: true },
      ],
      composite: 'median',
    });
  });

  it('a finished result with dates is shown, over the dates that it used', async () => {
    const left = {
      done: 1,
      settings: { ...DEFAULT_SETTINGS, composite: 'median' } as const,
      overrides: null,
    };
    const { state, used, engine } = await again(lastOf(), left, [MAY]);
    expect(engine.calls.at(-1)).toBe('run with 1 dates');
    expect(used).toEqual([MAY]);
    expect(state()).toMatchObject({ job: { status: 'done', report: { settings: { composite: 'median' } } } });
  });

  it.each([
    ['half done', 0.5],
    ['done', 1],
  ])('what was drawn on the mask of the target is taken up, over a run that was %s', async (_, done) => {
    const edits = {
      own: null,
      operations: [{ kind: 'stroke', class: 2, radius: 4, points: [10, 10] } as const],
    };
    const draft = { ...DEFAULT_SETTINGS, edits };
    const left = { done, settings: DEFAULT_SETTINGS, overrides: { scale: 2e-4 }, draft };
    const { state, idOf, used, engine } = await again(lastOf(), left, [MAY]);
    expect(state().maskEditor?.draft.edits).toEqual(edits);
    expect(state()).toMatchObject({
      target: idOf(JUNE),
      job: { status: done === 1 ? 'done' : 'unfinished' },
    });
    expect(used).toEqual([MAY]);
    expect(engine.calls.filter((call) => /^(run|override)/.test(call))).toEqual(
      done === 1 ? ['override scale', 'run with 1 dates'] : ['override scale'],
    );
  });

  it('what was drawn is taken up beside dates that its run did not know, and nothing runs', async () => {
    const draft = { ...DEFAULT_SETTINGS, bufferPixels: 9 };
    const left = { done: 1, settings: DEFAULT_SETTINGS, overrides: { scale: 2e-4 }, draft };
    const gone = new PipelineError('file/unreadable', phrase('It is gone.'), phrase('Open it again.'));
    const reopen = async () => ({ scene: origin(JUNE), dates: [gone, origin(MAY)] });
    const { state, used, engine } = await again(lastOf({ reopen }), left);
    expect(state().maskEditor?.draft.bufferPixels).toBe(9);
    expect(state().notices.map(({ code }) => code)).toEqual(['file/unreadable']);
    expect(used).toEqual([MAY, JUNE]);
    expect(engine.calls.filter((call) => call.startsWith('run'))).toEqual([]);
  });

  it('dates that cannot be opened again are named, and the run waits for them', async () => {
    const gone = new PipelineError('file/unreadable', phrase('It is gone.'), phrase('Open it again.'));
    const reopen = async () => ({ scene: origin(JUNE), dates: [gone, origin(MAY)] });
    const left = { done: 0.5, settings: DEFAULT_SETTINGS, overrides: null, missingDates: [JULY] };
    const { state, names, engine } = await again(lastOf({ reopen }), left, [MAY]);
    expect(names()).toEqual([MAY, JUNE]);
    expect(state().notices.map(({ code }) => code)).toEqual(['file/unreadable']);
    expect(state()).toMatchObject({ job: { status: 'unfinished' }, unfinished: { missingDates: [JULY] } });
    expect(engine.calls.filter((call) => call.startsWith('run'))).toEqual([]);
  });

  it('bands in files of their own come back where the browser can find all of them', async () => {
    const { actions, remembered } = setUp();
    const handle = (name: string) => ({ name, getFile: async () => file(name) }) as FileSystemFileHandle;
    const bands = ['S_B02.tif', 'S_B03.tif'];
    await actions.open(bands.map(file), bands.map(handle));
    expect(remembered.at(-1)?.origin).toMatchObject([{ name: 'S_B02.tif' }, { name: 'S_B03.tif' }]);
    await actions.open(bands.map(file), [handle('S_B02.tif'), null]);
    expect(remembered.at(-1)?.origin).toBeNull();
  });
});

it('a date that is added when another scene takes the place of its own is given up', async () => {
  const { actions, state, engine } = setUp();
  await actions.open(file(JUNE));
  let give = () => {};
  const setDates = vi.spyOn(engine, 'setDates').mockImplementationOnce(async (dates) => {
    await new Promise<void>((resolve) => {
      give = resolve;
    });
    return dates.map(() => null);
  });
  const adding = actions.addDates(file(JULY));
  await vi.waitFor(() => expect(setDates).toHaveBeenCalled());
  await actions.open(file(MAY));
  expect(setDates.mock.calls[0][1]?.aborted).toBe(true);
  give();
  await adding;
  expect(state()).toMatchObject({
    dates: [],
    target: null,
    surveying: null,
    scene: { scene: { name: MAY } },
  });
});
