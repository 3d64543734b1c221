import { type ClearGround, weighShadow } from './detect/darkness.ts';
import { editClasses, editProbability, type MaskEdits, touches } from './detect/edits.ts';
import { finalMask, maskContext } from './detect/mask.ts';
import { classify, type Probabilities } from './detect/probabilities.ts';
import { PipelineError } from './errors.ts';
import type { RunSettings } from './events.ts';
import type { Findings } from './findings.ts';
import type { PageStore } from './pages.ts';
import { phrase } from './phrase.ts';
import { MASK_CLASS, type Window } from './scene.ts';
import {
  hasTile,
  openPlane,
  readPlane,
  type SparsePlane,
  type TileLayout,
  tileOf,
  tilesUnder,
} from './tiles.ts';
import { growWindow } from './windows.ts';

/** Thresholds below this may miss cloud, because what is less likely is not kept. */
export const LEAST_THRESHOLD = 0.1;

/** What was found in the pages, and what the user says instead: enough to make the mask anew, under other settings too. */
export interface FoundMask {
  readonly thin: SparsePlane;
  readonly thick: SparsePlane;
  readonly shadow: SparsePlane;
  /** MASK_CLASS before shadow is weighed, specks are dropped and the mask is grown, under the settings of the first run. */
  readonly classes: SparsePlane;
  readonly brightness: SparsePlane;
  /** The clear ground beside which shadow is weighed; null: shadow stands as it was found. */
  readonly ground: ClearGround | null;
  /** The user's own mask in place of what was found: MASK_CLASS; null if there is none. */
  readonly own?: SparsePlane | null;
}

/**
 * The mask by the findings, before any of them is edited.
 * @param ground The clear ground of the findings.
 * @throws PipelineError `mask/lost` if the pages do not hold the user's own mask
 */
export function openFoundMask(
  { thin, thick, shadow, classes, brightness, pages }: Findings,
  ground: ClearGround | null,
  edits?: MaskEdits,
): FoundMask {
  return { thin, thick, shadow, classes, brightness, ground, own: ownPlane(classes.layout, pages, edits) };
}

function ownPlane(layout: TileLayout, pages: PageStore, edits?: MaskEdits): SparsePlane | null {
  if (!edits?.own) return null;
  const { id, name } = edits.own;
  if (isOwnMaskKept(pages, id)) return openPlane(layout, pages, ownMaskName(id));
  throw new PipelineError(
    'mask/lost',
    phrase('The mask {{name}} is no longer at hand.', { name }),
    phrase('Open the mask file again, or go back to the mask that was found.'),
  );
}

/** Name of the plane that holds a mask of the user's own. */
export const ownMaskName = (id: string) => `own/${id}`;

/** Name of the plane that is 1 where a mask of the user's own says nothing. */
export const uncoveredName = (id: string) => `${ownMaskName(id)}/uncovered`;

/** The share of the scene's pixels with data, as far as they are known, of which a kept mask of the user's own says something. */
export function ownMaskCover(layout: TileLayout, pages: PageStore, id: string): number {
  const uncovered = openPlane(layout, pages, uncoveredName(id));
  const classes = openPlane(layout, pages, 'classes');
  if (!layout.windows.some((_, key) => hasTile(uncovered, key))) return 1;
  let [valid, missing] = [0, 0];
  for (const window of layout.windows) {
    const known = readPlane(classes, window);
    const isUnsaid = readPlane(uncovered, window);
    for (let i = 0; i < known.length; i++) {
      if (known[i] === MASK_CLASS.nodata) continue;
      valid++;
      missing += isUnsaid[i];
    }
  }
  return valid === 0 ? 1 : 1 - missing / valid;
}

/** Is the mask of this id in the pages, as a whole? */
export function isOwnMaskKept(pages: PageStore, id: string): boolean {
  return pages.has(`${ownMaskName(id)}/kept`);
}

/** Says that it is. */
export function setOwnMaskKept(pages: PageStore, id: string): void {
  pages.set(`${ownMaskName(id)}/kept`, Uint8Array.of(1));
}

/** MASK_CLASS over a window, before it is grown: the user's own, or what was found under the thresholds of `settings`. */
function classesAt(found: FoundMask, settings: RunSettings, window: Window): Uint8Array {
  const known = readPlane(found.classes, window, MASK_CLASS.nodata);
  if (found.own) {
    const own = readPlane(found.own, window);
    return known.map((value, i) => (value === MASK_CLASS.nodata ? value : own[i]));
  }
  const probabilities: Probabilities = {
    thin: readPlane(found.thin, window),
    thick: readPlane(found.thick, window),
    shadow: readPlane(found.shadow, window),
  };
  const valid = known.map((value) => (value === MASK_CLASS.nodata ? 0 : 1));
  const { ground } = found;
  const shadow = ground
    ? weighShadow(probabilities, readPlane(found.brightness, window), window, ground)
    : probabilities.shadow;
  return classify({ ...probabilities, shadow }, valid, settings);
}

/** The final mask of a tile core: grown by the buffer, then edited. */
export function maskAt(found: FoundMask, settings: RunSettings, core: Window): Uint8Array {
  const read = (window: Window) => classesAt(found, settings, window);
  const mask = finalMask(core, settings.bufferPixels, read, !!found.own);
  return editClasses(mask, core, settings.edits?.operations ?? []);
}

/** The one value of a tile's final mask, where that is clear without making it: clear or no data; else null. */
export function uniformMask(found: FoundMask, settings: RunSettings, key: number): number | null {
  const { layout } = found.classes;
  const core = layout.windows[key];
  const value = tileOf(found.classes, key);
  if (value !== MASK_CLASS.clear && value !== MASK_CLASS.nodata) return null;
  if (settings.edits?.operations.some((operation) => touches(operation, core))) return null;
  const evidence = found.own ? [found.own] : [found.thin, found.thick, found.shadow];
  const same = tilesUnder(layout, growWindow(core, maskContext(settings.bufferPixels))).every(
    (near) => tileOf(found.classes, near) === value && !evidence.some((plane) => hasTile(plane, near)),
  );
  return same ? value : null;
}

/** The three probabilities seen through the user's edits: what the user drew is certain. */
export function retouched(found: FoundMask, { operations }: MaskEdits) {
  const plane = (of: keyof Probabilities): SparsePlane => ({
    ...found[of],
    retouch(values, window) {
      if (found.own) {
        const own = readPlane(found.own, window);
        for (let i = 0; i < values.length; i++) values[i] = own[i] === MASK_CLASS[of] ? 255 : 0;
      }
      editProbability(values, of, window, operations);
    },
  });
  return { thin: plane('thin'), thick: plane('thick'), shadow: plane('shadow') };
}
