import type { StoreApi } from 'zustand/vanilla';
import { type EditClass, type MaskOperation, NO_EDITS, reachOf } from '../pipeline/detect/edits.ts';
import { DEFAULT_SETTINGS, type RunSettings } from '../pipeline/events.ts';
import type { Window } from '../pipeline/scene.ts';
import type { Unfinished } from '../services/engine.ts';
import type { ActionContext } from './context.ts';
import type { AppState } from './state.ts';

/** What the mask depends on, of all settings. */
export type MaskDraft = Pick<RunSettings, 'cloudThreshold' | 'shadowThreshold' | 'bufferPixels' | 'edits'>;

export type MaskTool = 'move' | 'brush' | 'eraser' | 'polygon';

export interface MaskEditor {
  readonly draft: MaskDraft;
  /** Earlier drafts, the last one last, and those that were undone, the next one last. */
  readonly past: readonly MaskDraft[];
  readonly future: readonly MaskDraft[];
  /** The slider that made the present draft: while it moves, it makes no new step. */
  readonly moving: keyof MaskDraft | null;
  /** The name of a mask file that is being read. */
  readonly reading: string | null;
}

export interface MaskEditorSlice {
  /** The editor; null while the mask is not edited. */
  readonly maskEditor: MaskEditor | null;
  readonly maskTool: MaskTool;
  readonly maskClass: Exclude<EditClass, 0>;
  /** Radius of the brush in pixels of the scene. */
  readonly brushRadius: number;
  /** A run stops for the review of its mask when that is found. */
  readonly reviewMask: boolean;
  /** How often the map has taken in the mask's draft. */
  readonly sketchesDrawn: number;
}

export interface MaskEditorActions {
  setReviewMask(on: boolean): void;
  /**
   * Stops a run that is under way (it can be continued) and opens the editor.
   * @param draft what was drawn in an earlier visit; it is used only once the user repairs with it
   */
  editMask(draft?: MaskDraft): Promise<void>;
  /** Back to the mask as it was; the draft is forgotten. */
  discardMask(): Promise<void>;
  /** Repairs with the mask as it is in the editor. */
  repairWithMask(): Promise<void>;
  setMaskTool(tool: MaskTool): void;
  setMaskClass(value: Exclude<EditClass, 0>): void;
  /** @param radius in pixels, kept within its range */
  setBrushRadius(radius: number): void;
  drawOnMask(operation: MaskOperation): void;
  setMaskDraft(change: Partial<Omit<MaskDraft, 'edits'>>): void;
  /** A mask of the user's own as GeoTIFF or GeoJSON, in place of what was found; null: back to what was found. */
  takeMask(file: File | null): Promise<void>;
  undoMask(): void;
  redoMask(): void;
}

const BRUSH_RADII = { least: 0.5, most: 200 } as const;

export const NO_MASK_EDITOR = {
  maskEditor: null,
  maskTool: 'brush',
  maskClass: 2,
  brushRadius: 8,
  reviewMask: false,
  sketchesDrawn: 0,
} as const satisfies MaskEditorSlice;

/** Settings with the mask as another job had it; without one, with a mask that nobody edited. */
export function withMaskOf(settings: RunSettings, other: RunSettings | undefined): RunSettings {
  const { edits, ...rest } = settings;
  if (!other?.edits) return rest;
  return { ...rest, ...draftOf(other), featherPixels: Math.min(other.bufferPixels, rest.featherPixels) };
}

/** What was being tried out for the mask and was never used; null if that is what the run had. */
export function unusedDraft({ settings, draft }: Pick<Unfinished, 'settings' | 'draft'>): MaskDraft | null {
  return draft && maskKey(draft) !== maskKey(settings) ? draftOf(draft) : null;
}

const maskKey = ({ cloudThreshold, shadowThreshold, bufferPixels, edits = NO_EDITS }: MaskDraft) =>
  JSON.stringify([cloudThreshold, shadowThreshold, bufferPixels, edits.own?.id, edits.operations]);

function draftOf({ cloudThreshold, shadowThreshold, bufferPixels, edits }: RunSettings): MaskDraft {
  return { cloudThreshold, shadowThreshold, bufferPixels, edits };
}

/** The editor closes, and the settings take its draft along. */
export function takingDraft({
  settings,
  maskEditor,
}: Pick<AppState, 'settings' | 'maskEditor'>): Pick<AppState, 'settings' | 'maskEditor'> {
  if (maskEditor === null) return { settings, maskEditor };
  const { draft } = maskEditor;
  const { featherPixels } = settings;
  const feather = Math.min(draft.bufferPixels, DEFAULT_SETTINGS.featherPixels, featherPixels);
  return { settings: { ...settings, ...draft, featherPixels: feather }, maskEditor: null };
}

/** Steps that can be undone. */
const DEPTH = 200;

/** Reviewing and editing the mask: edits are data, the workers make the mask of them. */
export function maskEditorActions(context: ActionContext): MaskEditorActions {
  const { engine, set, get } = context;
  let preview: AbortController | null = null;
  /** The draft has changed everywhere, and the map does not show all of it yet. */
  let allChanged = false;

  const change = (update: (editor: MaskEditor) => Partial<MaskEditor>) =>
    set(({ maskEditor }) => ({ maskEditor: maskEditor && { ...maskEditor, ...update(maskEditor) } }));

  /** Takes a new draft as a step that can be undone, and shows it. */
  const step = (draft: MaskDraft, where: Window | null, moving: keyof MaskDraft | null = null) => {
    change(({ draft: before, past, moving: moved }) => ({
      draft,
      moving,
      future: [],
      past: moving !== null && moving === moved ? past : [...past, before].slice(-DEPTH),
    }));
    void show(where);
  };

  /** Shows the draft: under a window only, or everywhere. */
  const show = async (where: Window | null) => {
    const { maskEditor, settings } = get();
    if (maskEditor === null) return;
    preview?.abort();
    preview = new AbortController();
    const { signal } = preview;
    allChanged ||= where === null;
    try {
      await engine.previewMask(
        { ...settings, ...maskEditor.draft },
        { window: where, only: !allChanged },
        (event) => {
          if (event.type === 'mask-changed') set({ tileChange: event });
        },
        signal,
      );
      if (signal.aborted) return;
      allChanged = false;
      set(({ sketchesDrawn }) => ({ sketchesDrawn: sketchesDrawn + 1 }));
    } catch (fault) {
      if (!signal.aborted) get().actions.fail(fault);
    }
  };

  const operationsOf = (draft: MaskDraft) => draft.edits?.operations ?? [];

  return {
    setReviewMask: (reviewMask) => set({ reviewMask }),
    async editMask(drawn) {
      const { job, actions, settings } = get();
      // Of a saved comparison there is a scene to see, but none to run.
      if (get().source === null || get().opening !== null || get().maskEditor !== null) return;
      if (job.status === 'running' || job.status === 'starting') actions.cancel();
      const used = draftOf(settings);
      const steps = drawn ? { draft: drawn, past: [used] } : { draft: used, past: [] };
      set({ maskEditor: { ...steps, future: [], moving: null, reading: null }, overlay: 'mask' });
      await show(null);
    },
    async discardMask() {
      const { maskEditor, settings } = get();
      if (maskEditor !== null && maskEditor.past.length > 0) {
        change(() => ({ draft: draftOf(settings), past: [], future: [], moving: null }));
        await show(null);
      }
      set({ maskEditor: null });
    },
    async repairWithMask() {
      const { maskEditor, actions, opening } = get();
      if (maskEditor === null || opening !== null) return;
      preview?.abort();
      set({ reviewMask: false });
      await actions.correct(null, {});
    },
    setMaskTool: (maskTool) => set({ maskTool }),
    setMaskClass: (maskClass) =>
      set(({ maskTool }) => ({ maskClass, maskTool: maskTool === 'polygon' ? 'polygon' : 'brush' })),
    setBrushRadius: (radius) =>
      set({ brushRadius: Math.min(BRUSH_RADII.most, Math.max(BRUSH_RADII.least, radius)) }),
    drawOnMask(operation) {
      const draft = get().maskEditor?.draft;
      if (draft === undefined) return;
      const edits = { ...(draft.edits ?? NO_EDITS), operations: [...operationsOf(draft), operation] };
      step({ ...draft, edits }, reachOf(operation));
    },
    setMaskDraft(values) {
      const draft = get().maskEditor?.draft;
      const [moving] = Object.keys(values) as (keyof MaskDraft)[];
      if (draft !== undefined) step({ ...draft, ...values }, null, moving);
    },
    async takeMask(file) {
      const { maskEditor, sceneRevision } = get();
      if (maskEditor === null) return;
      set({ error: null });
      try {
        change(() => ({ reading: file?.name ?? null }));
        const own = file && (await engine.takeMask(file));
        const draft = get().maskEditor?.draft;
        if (draft === undefined || get().sceneRevision !== sceneRevision) return;
        step({ ...draft, edits: { ...(draft.edits ?? NO_EDITS), own } }, null);
      } catch (fault) {
        get().actions.fail(fault);
      } finally {
        change(() => ({ reading: null }));
      }
    },
    undoMask() {
      const { maskEditor } = get();
      const draft = maskEditor?.past.at(-1);
      if (!maskEditor || draft === undefined) return;
      const { past, future, draft: present } = maskEditor;
      change(() => ({ draft, past: past.slice(0, -1), future: [...future, present], moving: null }));
      void show(changeBetween(present, draft));
    },
    redoMask() {
      const { maskEditor } = get();
      const draft = maskEditor?.future.at(-1);
      if (!maskEditor || draft === undefined) return;
      const { past, future, draft: present } = maskEditor;
      change(() => ({ draft, past: [...past, present], future: future.slice(0, -1), moving: null }));
      void show(changeBetween(present, draft));
    },
  };
}

/** Where two drafts that follow each other differ; null: perhaps everywhere. */
function changeBetween(a: MaskDraft, b: MaskDraft): Window | null {
  const [longer, shorter] = [a.edits?.operations ?? [], b.edits?.operations ?? []].sort(
    (one, other) => other.length - one.length,
  );
  const sameElse = a.edits?.own?.id === b.edits?.own?.id;
  return sameElse && longer.length === shorter.length + 1 ? reachOf(longer[longer.length - 1]) : null;
}

/** Opens the editor when the mask of a run that shall be reviewed is found; closes it with the scene. */
export function followMaskEditor(store: StoreApi<AppState>): void {
  store.subscribe((now, before) => {
    const { job, opening, reviewMask, actions } = now;
    if (
      reviewMask &&
      opening === null &&
      job !== before.job &&
      job.status === 'running' &&
      job.stage === 'generate'
    ) {
      store.setState({ reviewMask: false });
      void actions.editMask();
    }
    if (now.maskEditor !== null && now.sceneRevision !== before.sceneRevision)
      store.setState({ maskEditor: null });
    if (now.maskEditor !== null && now.scene === null) store.setState({ maskEditor: null });
  });
}
