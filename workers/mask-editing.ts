import type { ClearGround } from '../src/pipeline/detect/darkness.ts';
import type { OwnMask } from '../src/pipeline/detect/edits.ts';
import { hasMasked } from '../src/pipeline/detect/mask.ts';
import { type OpenedMask, openMask } from '../src/pipeline/detect/own-mask.ts';
import { throwIfAborted } from '../src/pipeline/errors.ts';
import type { RunSettings } from '../src/pipeline/events.ts';
import { type Findings, groundOf, openFindings } from '../src/pipeline/findings.ts';
import {
  type FoundMask,
  maskAt,
  openFoundMask,
  ownMaskCover,
  uniformMask,
} from '../src/pipeline/found-mask.ts';
import { breathe } from '../src/pipeline/job.ts';
import { resultPages, writeJobRecord } from '../src/pipeline/job-record.ts';
import type { PageStore } from '../src/pipeline/pages.ts';
import { planBands } from '../src/pipeline/preprocess/bands.ts';
import type { Scene, Window } from '../src/pipeline/scene.ts';
import { openTiles, planTiles, readPlane, type TileLayout, tilesUnder } from '../src/pipeline/tiles.ts';
import { checksum } from './checksum.ts';
import type { DisplayLink } from './display-link.ts';
import type { JobPages } from './job-pages.ts';
import type { PostedScene } from './protocol.ts';

export interface PreviewRequest {
  /** Number under which the display is told, unless it shows a run already. */
  readonly job: number;
  readonly input: PostedScene;
  readonly scene: Scene;
  readonly settings: RunSettings;
  /** Tiles that come first. */
  readonly window: Window | null;
  /** No others. */
  readonly only: boolean;
}

/** The mask while the user edits it. */
export interface MaskEditing {
  /**
   * Tells the display of the mask under the settings; a newer preview ends an older one.
   * @returns false if nothing was found yet
   * @throws PipelineError `mask/lost`
   */
  preview(request: PreviewRequest, signal?: AbortSignal): Promise<boolean>;
  /** @throws PipelineError as {@link openMask} */
  take(input: PostedScene, scene: Scene, file: File, signal?: AbortSignal): Promise<OwnMask>;
  /** Writes the user's own mask into the pages of a run that uses it, where it was taken in this session. */
  keep(pages: PageStore, settings: RunSettings, signal?: AbortSignal): Promise<void>;
  /** A run begins, or another scene. */
  end(): void;
}

export function maskEditing(pages: JobPages, display: DisplayLink): MaskEditing {
  let generation = 0;
  let taken: OpenedMask | null = null;
  /** Whether the display was given tiles to edit. */
  let shown = false;
  /** Tiles whose mask on the display may differ from what a run made. */
  const told = new Set<number>();
  /** What was found, without the user's mask, while the same pages are edited. */
  let seen: {
    readonly pages: PageStore;
    readonly findings: Findings;
    readonly ground: ClearGround | null;
  } | null = null;

  return {
    async preview({ job, input, scene, settings, window, only }, signal) {
      const turn = ++generation;
      const known = await pages.look(input, signal);
      if (!known || turn !== generation) return false;
      const layout = planTiles(scene.grid);
      await keepTaken(known.pages, settings, signal);
      if (seen?.pages !== known.pages) {
        const plan = planBands(scene);
        const findings = openFindings(layout, plan, known.pages);
        seen = { pages: known.pages, findings, ground: groundOf(findings, plan) };
      }
      const found = openFoundMask(seen.findings, seen.ground, settings.edits);
      const store = openTiles(scene, layout, resultPages(known.pages, known.record));
      if (!shown && !display.isShowing()) display.show(job, store);
      shown = true;
      writeJobRecord(known.pages, { ...known.record, draft: settings });
      const tileOf = (key: number) => ({
        window: layout.windows[key],
        classes: previewed(found, settings, key),
      });
      display.showMask(tileOf);
      const first = window ? tilesUnder(layout, window) : [];
      const rest = only ? [] : layout.windows.map((_, key) => key).filter((key) => !first.includes(key));
      for (const key of [...first, ...rest]) {
        if (turn !== generation) return true;
        const tile = tileOf(key);
        // Of a tile that was clear and stays clear, the display knows already.
        if (!hasMasked(tile.classes) && !told.has(key) && !wasMasked(found, store.mask, layout, key))
          continue;
        told.add(key);
        display.tellMask(tile);
        await breathe(signal);
      }
      return true;
    },
    async take(input, scene, file, signal) {
      const layout = planTiles(scene.grid);
      const opened = await openMask(file, file.name, layout, signal);
      const sha256 = await checksum(file, () => {}, signal);
      const known = await pages.look(input, signal);
      if (known) await opened.keep(known.pages, signal);
      throwIfAborted(signal);
      taken = opened;
      const own = { ...opened.own, bytes: file.size, sha256 };
      return known ? { ...own, covers: ownMaskCover(layout, known.pages, own.id) } : own;
    },
    keep: keepTaken,
    end() {
      generation++;
      shown = false;
      seen = null;
      told.clear();
    },
  };

  async function keepTaken(to: PageStore, settings: RunSettings, signal?: AbortSignal): Promise<void> {
    if (taken && settings.edits?.own?.id === taken.own.id) await taken.keep(to, signal);
  }
}

function previewed(found: FoundMask, settings: RunSettings, key: number): Uint8Array {
  const core = found.classes.layout.windows[key];
  const uniform = uniformMask(found, settings, key);
  return uniform === null
    ? maskAt(found, settings, core)
    : new Uint8Array(core.width * core.height).fill(uniform);
}

function wasMasked(found: FoundMask, mask: FoundMask['classes'], layout: TileLayout, key: number): boolean {
  const core = layout.windows[key];
  return hasMasked(readPlane(mask, core)) || hasMasked(readPlane(found.classes, core));
}
