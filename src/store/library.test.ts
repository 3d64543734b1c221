import { expect, it } from 'vitest';
import { cancelled, PipelineError } from '../pipeline/errors.ts';
import { type ComparisonRecord, IMAGE_FILES } from '../pipeline/library/record.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { ExportedFile } from '../services/engine.ts';
import type { Library, LibraryEntry, LibraryState } from '../services/library-types.ts';
import { createAppStore } from './create-store.ts';
import { fileName } from './library.ts';
import { createFakeEngine } from './testing/fake-engine.ts';
import { fakeSample } from './testing/fake-scene.ts';

/** A library in memory that writes down what it is asked. */
function fakeLibrary() {
  const calls: string[] = [];
  let report: (state: LibraryState) => void = () => {};
  let records: ComparisonRecord[] = [];
  const tell = () => {
    const entries = records.map((record): LibraryEntry => ({ id: record.id, record, problem: null }));
    report({ status: 'ready', entries, storage: null });
  };
  const library: Library = {
    follow(onState) {
      report = onState;
      tell();
    },
    async save(draft, thumbnail, write) {
      const files = await write('id-of-the-first');
      const record: ComparisonRecord = {
        ...draft,
        version: 1,
        id: 'id-of-the-first',
        savedAt: '2026-11-23T06:00:00Z',
        files,
      };
      calls.push(`save ${thumbnail?.type}`);
      records = [record, ...records];
      tell();
      return record;
    },
    async open(id, show) {
      const record = records.find((one) => one.id === id);
      if (!record) throw new PipelineError('library/gone', phrase('It is gone.'), phrase('Choose another.'));
      calls.push('open');
      const files = IMAGE_FILES.map((name) => [name, new File([name], name)]);
      await show({ record, images: Object.fromEntries(files) });
    },
    release: () => void calls.push('release'),
    async rename(id, title) {
      records = records.map((record) => (record.id === id ? { ...record, title } : record));
      tell();
    },
    async remove(id) {
      calls.push('remove');
      records = records.filter((record) => record.id !== id);
      tell();
    },
    thumbnail: async () => null,
    async export(ids, name) {
      calls.push(`export ${ids.length}`);
      return { name, blob: new Blob() };
    },
    import: async () => ({ added: 2, known: 1, refused: 0 }),
    sharedView: async () => ({ swipe: '0.5' }),
    shareFolder: async (_, name) => ({ name, blob: new Blob() }),
    async persist() {
      calls.push('persist');
      return true;
    },
  };
  return { library, calls };
}

async function withResult() {
  const engine = createFakeEngine();
  const { library, calls } = fakeLibrary();
  const handed: ExportedFile[] = [];
  const store = createAppStore({
    engine,
    library,
    sample: fakeSample,
    saveFile: (file) => handed.push(file),
  });
  const { actions } = store.getState();
  await actions.open(new File(['x'], 'scene.tif'));
  return { engine, store, actions, calls, handed };
}

const seen = {
  thumbnail: new Blob([], { type: 'image/jpeg' }),
  window: { x: 1, y: 2, width: 30, height: 40 },
};

it('a result is saved with the view, and opened with it', async () => {
  const { store, actions, calls, engine, handed } = await withResult();
  actions.setSwipe(0.25);
  actions.setGamma(2);
  await actions.keep(seen);
  expect(calls).toEqual(['persist', 'save image/jpeg']);
  const { kept, libraryWork } = store.getState();
  expect(libraryWork).toBeNull();
  expect(kept?.record).toMatchObject({ title: 'scene', scene: { name: 'scene.tif', width: 512, bands: 6 } });
  expect(kept?.record.view.stretch.map((range) => Object.keys(range))).toEqual(
    Array(3).fill(['low', 'high']),
  );
  actions.close();
  actions.setGamma(1);

  await actions.openSaved('id-of-the-first');
  const state = store.getState();
  expect(engine.calls.at(-1)).toBe('openComparison');
  expect(state).toMatchObject({
    hasResult: true,
    swipe: 0.25,
    gamma: 2,
    startWindow: seen.window,
    page: 'scene',
  });
  expect(state.job.status).toBe('saved');
  expect(state.scene?.scene.name).toBe('scene');
  actions.saveImage('after');
  actions.saveImage('mask');
  expect(handed.map(({ name }) => name)).toEqual(['scene-unclouded.tif', 'scene-mask.tif']);
  // Nothing stands behind it that could be repaired.
  await actions.editMask();
  expect(store.getState().maskEditor).toBeNull();
});

it('stands on the page when its opening is cancelled after the engine has taken it', async () => {
  const { store, actions, engine } = await withResult();
  await actions.keep(seen);
  engine.stretch = async () => {
    actions.cancel();
    throw cancelled();
  };
  await actions.openSaved('id-of-the-first');
  const { job, opening, stretch, levels } = store.getState();
  expect([job.status, opening, stretch.length]).toEqual(['saved', null, 3]);
  expect(levels).toEqual({ black: 0, white: 1 });
});

it('what is open is let go when another scene is opened, and closed when it is deleted', async () => {
  const { store, actions, calls } = await withResult();
  await actions.keep(seen);
  await actions.openSaved('id-of-the-first');
  await actions.renameSaved('id-of-the-first', 'Another name');
  expect(store.getState().scene?.scene.name).toBe('Another name');
  await actions.open(new File(['x'], 'other.tif'));
  expect(calls.filter((call) => call === 'release')).toHaveLength(1);

  await actions.openSaved('id-of-the-first');
  await actions.removeSaved('id-of-the-first');
  expect(calls.slice(-2)).toEqual(['release', 'remove']);
  expect(store.getState()).toMatchObject({ scene: null, page: 'library' });
});

it('one that is gone is told, and what was open stays', async () => {
  const { store, actions } = await withResult();
  await actions.openSaved('never-there');
  expect(store.getState()).toMatchObject({ error: { code: 'library/gone' }, opening: null });
  expect(store.getState().job.status).toBe('done');
});

it('comparisons travel as files', async () => {
  const { store, actions, handed } = await withResult();
  await actions.keep(seen);
  await actions.exportSaved(['id-of-the-first']);
  expect(handed.map(({ name }) => name)).toEqual(['scene.zip']);
  await actions.importSaved(new Blob());
  expect(store.getState()).toMatchObject({ imported: { added: 2, known: 1, refused: 0 }, page: 'library' });
});

it('a title becomes a file’s name', () => {
  expect(fileName('Olinda: July / 2.5 m')).toBe('Olinda-July-2.5-m');
  expect(fileName('../..')).toBe('comparison');
});

it('levels that were set are found again', async () => {
  const { store, actions } = await withResult();
  actions.setLevels({ black: 0.1, white: 0.8 });
  const { stretch } = store.getState();
  await actions.keep(seen);
  await actions.openSaved('id-of-the-first');
  expect(store.getState()).toMatchObject({ levels: { black: 0.1, white: 0.8 }, stretch });
});
