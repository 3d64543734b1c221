import { type ErrorReport, toPipelineError } from '../pipeline/errors.ts';
import type { Shares } from '../pipeline/events.ts';
import type { Product } from '../pipeline/file-names.ts';
import { bandsLacking, incomplete } from '../pipeline/preprocess/bands.ts';
import type { SceneInput } from '../services/engine.ts';
import type { ActionContext } from './context.ts';
import { inputName } from './date-actions.ts';

/** A scene in the queue. */
export interface BatchItem {
  /** Never used again for another. */
  readonly id: number;
  readonly name: string;
  readonly input: SceneInput;
  readonly state:
    | { readonly status: 'waiting' }
    | { readonly status: 'running' }
    | { readonly status: 'done'; readonly shares: Shares }
    | { readonly status: 'failed'; readonly error: ErrorReport };
}

export interface BatchSlice {
  /** Scenes that are processed one after the other with the same settings; null if there is no queue. */
  readonly batch: {
    readonly items: readonly BatchItem[];
    readonly running: boolean;
    /** Save mask and provenance beside each result. */
    readonly withLayers: boolean;
    /** Name of the folder that results go to; null: to the downloads, or not yet known. */
    readonly folder: string | null;
  } | null;
}

export interface BatchActions {
  /** Puts scenes in the queue; of files that came together, those of one scene are one. */
  queueFiles(files: readonly File[]): Promise<void>;
  queueScenes(inputs: readonly SceneInput[]): void;
  setBatchLayers(on: boolean): void;
  removeFromBatch(id: number): void;
  /** Processes what waits, and saves each result; to be called from a click, because a folder is asked for. */
  runBatch(): Promise<void>;
  /** Ends the scene under way; it waits again, and what is saved stays. */
  stopBatch(): void;
  /** Forgets the queue. */
  closeBatch(): void;
}

export const NO_BATCH: BatchSlice = { batch: null };

let lastId = 0;

/** A queue of scenes over the same actions as a single one: each is opened, run and saved where the user sees it. */
export function batchActions(context: ActionContext): BatchActions {
  const { engine, set, get } = context;

  const change = (id: number, state: BatchItem['state']) =>
    set(({ batch }) => ({
      batch: batch && {
        ...batch,
        items: batch.items.map((item) => (item.id === id ? { ...item, state } : item)),
      },
    }));

  /** Opens and runs one scene. Returns false if the user stopped it, or went on to something else. */
  const process = async ({ id, input }: BatchItem, folder: FileSystemDirectoryHandle | null) => {
    const { actions } = get();
    change(id, { status: 'running' });
    await actions.open(input instanceof File ? [input] : input);
    // A run would take along what was drawn on the mask in an earlier visit, and never used.
    await actions.discardMask();
    if (get().job.status === 'unfinished') await actions.continueRun();
    const { job, scene, source } = get();
    const isOpen = isSame(source?.input, input);
    if (job.status !== 'done' || !isOpen) {
      const lacking = isOpen && scene ? bandsLacking(scene.scene) : null;
      const error = lacking ? incomplete(lacking).toReport() : get().error;
      if (error === null) return false;
      change(id, { status: 'failed', error });
      actions.dismissError();
      return true;
    }
    const { withLayers } = get().batch ?? { withLayers: false };
    const products: Product[] = withLayers ? ['result', 'mask', 'provenance'] : ['result'];
    try {
      await save(products, folder);
    } catch (fault) {
      const error = toPipelineError(fault).toReport();
      const { code } = error;
      if (code === 'job/cancelled') return false;
      change(id, { status: 'failed', error });
      return code !== 'output/disk-full' && code !== 'output/denied';
    }
    change(id, { status: 'done', shares: job.report.shares });
    return true;
  };

  let saving: AbortController | null = null;
  const save = async (products: readonly Product[], folder: FileSystemDirectoryHandle | null) => {
    saving = new AbortController();
    const onProgress = (product: Product, share: number) => set({ saving: { product, share } });
    try {
      await engine.exportInto(folder, products, { onProgress, onFile: context.saveFile }, saving.signal);
    } finally {
      set({ saving: null });
    }
  };

  /** Resolves when the queue is at work no longer. */
  let ended: Promise<void> = Promise.resolve();
  const processAll = async (folder: FileSystemDirectoryHandle | null) => {
    set(({ batch }) => ({
      batch: batch && { ...batch, running: true, folder: folder?.name ?? null },
      reviewMask: false,
    }));
    const next = () => get().batch?.items.find(({ state }) => state.status === 'waiting');
    try {
      for (let item = next(); item && get().batch?.running; item = next()) {
        const goOn = await process(item, folder);
        const { id } = item;
        const left = get().batch?.items.find((known) => known.id === id)?.state.status === 'running';
        if (left) change(id, { status: 'waiting' });
        if (!goOn) break;
      }
    } finally {
      set(({ batch }) => ({ batch: batch && { ...batch, running: false } }));
    }
  };

  return {
    async queueFiles(files) {
      try {
        const groups = await engine.group(files);
        get().actions.queueScenes(groups.map((group) => (group.length === 1 ? group[0] : group)));
      } catch (fault) {
        get().actions.fail(fault);
      }
    },
    queueScenes(inputs) {
      const added = inputs.map(
        (input): BatchItem => ({ id: ++lastId, name: inputName(input), input, state: { status: 'waiting' } }),
      );
      set(({ batch }) => ({
        batch: batch
          ? { ...batch, items: [...batch.items, ...added] }
          : { items: added, running: false, withLayers: false, folder: null },
      }));
    },
    setBatchLayers: (withLayers) => set(({ batch }) => ({ batch: batch && { ...batch, withLayers } })),
    removeFromBatch: (id) =>
      set(({ batch }) => ({
        batch: batch && { ...batch, items: batch.items.filter((item) => item.id !== id) },
      })),
    async runBatch() {
      if (get().batch === null || get().batch?.running) return;
      try {
        const folder = await engine.pickFolder();
        // What was stopped a moment ago lets go of its scene first.
        await ended;
        if (get().batch?.running !== false) return;
        ended = processAll(folder).catch(get().actions.fail);
        await ended;
      } catch (fault) {
        get().actions.fail(fault);
      }
    },
    stopBatch() {
      set(({ batch }) => ({ batch: batch && { ...batch, running: false } }));
      saving?.abort();
      if (get().opening !== null || ['starting', 'running'].includes(get().job.status))
        get().actions.cancel();
    },
    closeBatch: () => set(NO_BATCH),
  };
}

/** Is the open scene the one that was asked for? Files that are opened alone may come in a list. */
function isSame(open: SceneInput | undefined, asked: SceneInput): boolean {
  if (open === undefined) return false;
  const list = (input: SceneInput) => (input instanceof File || input instanceof URL ? [input] : [...input]);
  const [a, b] = [list(open), list(asked)];
  return a.length === b.length && a.every((part) => b.includes(part));
}
