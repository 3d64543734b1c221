import type { RunReport } from '../pipeline/events.ts';
import { stemOf } from '../pipeline/file-names.ts';
import {
  type ComparisonRecord,
  interpretationOf,
  type SavedView,
  tidyTitle,
} from '../pipeline/library/record.ts';
import type { ViewAttributes } from '../pipeline/library/share.ts';
import type { Window } from '../pipeline/scene.ts';
import type { ImportReport, LibraryState, StoredComparison } from '../services/library-types.ts';
import { t } from '../texts/texts.ts';
import { combinationsOf } from './combinations.ts';
import { type ActionContext, EMPTY } from './context.ts';
import { levelsOf, OWN_LEVELS } from './levels.ts';
import { stretchToShow } from './opening.ts';
import { lastingMode } from './preferences.ts';
import type { AppState } from './state.ts';

export interface LibrarySlice {
  readonly library: LibraryState;
  /** What the page shows. */
  readonly page: 'scene' | 'library';
  /** What is being written or read, and how much of it is done, 0..1. */
  readonly libraryWork: {
    readonly kind: 'save' | 'export' | 'share' | 'import';
    readonly share: number;
  } | null;
  /** The comparison that the result of this report was saved as. */
  readonly kept: { readonly report: RunReport; readonly record: ComparisonRecord } | null;
  readonly imported: ImportReport | null;
  /** The comparison that is being shared, and how pages show it. */
  readonly sharing: { readonly record: ComparisonRecord; readonly view: ViewAttributes } | null;
  /** The part of the scene, in its pixels, that the map shows first; null: all of it. */
  readonly startWindow: Window | null;
}

export interface LibraryActions {
  showLibrary(): void;
  /** Back to the scene, or to the empty page. */
  leaveLibrary(): void;
  /** Saves the result, as it is looked at, in the library. */
  keep(seen: { readonly thumbnail: Blob | null; readonly window: Window | null }): Promise<void>;
  openSaved(id: string): Promise<void>;
  renameSaved(id: string, title: string): Promise<void>;
  removeSaved(id: string): Promise<void>;
  /** JPEG; null where there is none. */
  thumbnailOf(id: string): Promise<Blob | null>;
  /** Hands comparisons out as one file. */
  exportSaved(ids: readonly string[]): Promise<void>;
  importSaved(file: Blob): Promise<void>;
  /** Begins to share a comparison: `sharing` is what there is to share. */
  share(record: ComparisonRecord): Promise<void>;
  endSharing(): void;
  /** Hands out a folder for a web host, as one file. */
  shareFolder(): Promise<void>;
  /** Hands out one image of the comparison that is open. */
  saveImage(image: 'before' | 'after' | 'mask' | 'provenance'): void;
  persistLibrary(): Promise<void>;
  /** Stops saving, exporting or importing. */
  stopLibraryWork(): void;
}

export const EMPTY_LIBRARY = {
  library: { status: 'unknown' },
  page: 'scene',
  libraryWork: null,
  kept: null,
  imported: null,
  sharing: null,
  startWindow: null,
} as const satisfies LibrarySlice;

/** Saving, opening and carrying comparisons. Only for a store that was given a library. */
export function libraryActions(context: ActionContext): LibraryActions {
  const { engine, library, set, get } = context;
  let stop: AbortController | null = null;
  /** Images of the comparison that is open. */
  let images: StoredComparison['images'] | null = null;

  /** Does one thing at a time that takes a while and can be stopped. */
  const work = async (
    kind: NonNullable<AppState['libraryWork']>['kind'],
    task: (signal: AbortSignal, onShare: (share: number) => void) => Promise<void>,
  ) => {
    if (get().libraryWork !== null) return;
    stop = new AbortController();
    const { signal } = stop;
    set({ libraryWork: { kind, share: 0 }, imported: null, error: null });
    try {
      await task(signal, (share) => set({ libraryWork: { kind, share } }));
    } catch (fault) {
      if (!signal.aborted) get().actions.fail(fault);
    } finally {
      set({ libraryWork: null });
    }
  };

  const attempt = async (task: () => Promise<unknown>) => {
    set({ error: null });
    await task().catch(get().actions.fail);
  };

  /** Puts a stored comparison on the page; false where the page shall not show it. */
  const show = async ({ record, images: stored }: StoredComparison, signal: AbortSignal) => {
    const {
      'before.tif': before,
      'after.tif': after,
      'mask.tif': mask,
      'provenance.tif': provenance,
    } = stored;
    const { interpretation: overrides, scene: described } = record;
    const input = { before, after, mask, provenance, overrides, described };
    const opened = await engine.openComparison(input, signal);
    context.takeOver(signal);
    const { bands, stretch, gamma, overlay, overlayOpacity, swipe, window } = record.view;
    const ownStretch = await stretchToShow(context, bands, signal);
    if (ownStretch === null) return false;
    images = stored;
    const combinations = combinationsOf(opened.scene, bands);
    set((state) => ({
      ...EMPTY,
      opening: signal.aborted ? state.opening : null,
      scene: { ...opened, scene: { ...opened.scene, name: record.title } },
      job: { status: 'saved', record },
      hasResult: true,
      combinations,
      combination: combinations.find((one) => one.bands.join() === bands.join())?.id ?? combinations[0].id,
      displayBands: bands,
      stretch,
      ownStretch,
      levels: ownStretch.length > 0 ? levelsOf(stretch, ownStretch) : OWN_LEVELS,
      gamma,
      overlay,
      overlayOpacity,
      compareMode: lastingMode(state.compareMode),
      swipe,
      startWindow: window,
      sceneRevision: state.sceneRevision + 1,
      page: 'scene',
    }));
    return true;
  };

  return {
    showLibrary: () => set({ page: 'library', imported: null }),
    leaveLibrary: () => set({ page: 'scene' }),

    keep: ({ thumbnail, window }) =>
      work('save', async (signal, onShare) => {
        const { scene, job, sceneRevision } = get();
        if (!library || scene === null || job.status !== 'done') return;
        const { report } = job;
        const { name, grid, bands } = scene.scene;
        void library.persist();
        const record = await library.save(
          {
            title: tidyTitle(stemOf(name), t('Untitled')),
            scene: {
              name,
              width: grid.width,
              height: grid.height,
              bands: bands.length,
              crs: grid.transform === null ? null : grid.crs.code,
            },
            interpretation: interpretationOf(scene.scene),
            summary: {
              shares: report.shares,
              meanConfidence: report.meanConfidence,
              backend: report.backend,
            },
            view: viewOf(get(), window),
          },
          thumbnail,
          (id) =>
            engine.keep(
              id,
              (event) => event.type === 'progress' && onShare(event.done / event.total),
              signal,
            ),
          signal,
        );
        if (get().sceneRevision === sceneRevision) set({ kept: { report, record } });
      }),

    async openSaved(id) {
      if (!library) return;
      const signal = context.beginOpening();
      const { library: listed } = get();
      const known = listed.status === 'ready' ? listed.entries : [];
      const title = known.find((entry) => entry.id === id)?.record?.title;
      set({ opening: title ?? t('the comparison'), error: null });
      try {
        await library.open(id, (stored) => show(stored, signal), signal);
      } catch (fault) {
        if (signal.aborted) return;
        set({ opening: null });
        get().actions.fail(fault);
      }
    },

    renameSaved: (id, title) =>
      attempt(async () => {
        await library?.rename(id, title);
        const { job, scene, kept } = get();
        if (kept?.record.id === id) set({ kept: { ...kept, record: { ...kept.record, title } } });
        if (job.status !== 'saved' || job.record.id !== id || scene === null) return;
        const { record } = job;
        set({
          job: { status: 'saved', record: { ...record, title } },
          scene: { ...scene, scene: { ...scene.scene, name: title } },
        });
      }),

    removeSaved: (id) =>
      attempt(async () => {
        const { job, kept, actions } = get();
        if (job.status === 'saved' && job.record.id === id) {
          actions.close();
          set({ page: 'library' });
        }
        await library?.remove(id);
        if (kept?.record.id === id) set({ kept: null });
      }),

    thumbnailOf: async (id) => (await library?.thumbnail(id).catch(() => null)) ?? null,

    exportSaved: (ids) =>
      work('export', async (signal, onShare) => {
        const { library: known } = get();
        if (!library || known.status !== 'ready') return;
        const one = ids.length === 1 && known.entries.find(({ id }) => id === ids[0])?.record;
        const name = `${one ? fileName(one.title) : 'unclouded-library'}.zip`;
        const file = await library.export(ids, name, onShare, signal);
        if (file !== null && !signal.aborted) context.saveFile(file);
      }),

    importSaved: (file) =>
      work('import', async (signal, onShare) => {
        if (!library) return;
        const imported = await library.import(file, onShare, signal);
        set({ imported, page: 'library' });
      }),

    share: (record) =>
      attempt(async () => {
        if (library) set({ sharing: { record, view: await library.sharedView(record.id) } });
      }),

    endSharing: () => set({ sharing: null }),

    shareFolder: () =>
      work('share', async (signal, onShare) => {
        const { sharing } = get();
        if (!library || sharing === null) return;
        const { id, title } = sharing.record;
        const file = await library.shareFolder(id, `${fileName(title)}-folder.zip`, onShare, signal);
        if (file !== null && !signal.aborted) context.saveFile(file);
      }),

    saveImage(image) {
      const { job } = get();
      if (job.status !== 'saved' || images === null) return;
      const suffix = image === 'after' ? 'unclouded' : image;
      const name = `${fileName(job.record.title)}-${suffix}.tif`;
      context.saveFile({ name, blob: images[`${image}.tif`] });
    },

    persistLibrary: () => attempt(async () => library?.persist()),
    stopLibraryWork: () => stop?.abort(),
  };
}

function viewOf(state: AppState, window: Window | null): SavedView {
  const { displayBands, stretch, gamma, overlay, overlayOpacity, swipe } = state;
  return {
    bands: displayBands,
    stretch: stretch.map(({ low, high }) => ({ low, high })),
    gamma,
    overlay: overlay === 'mask' || overlay === 'provenance' ? overlay : 'none',
    overlayOpacity,
    swipe,
    window,
  };
}

/** A title as part of a file's name, on any system. */
export function fileName(title: string): string {
  return (
    title
      .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
      .replace(/\s+/g, '-')
      .replace(/^[.-]+|[.-]+$/g, '') || 'comparison'
  );
}
