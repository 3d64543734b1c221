import { createRegression, mergeRegression, type Regression } from './composite/extra-bands.ts';
import { type ClearGround, clearGround } from './detect/darkness.ts';
import type { Probabilities } from './detect/probabilities.ts';
import { type CoarseField, createCoarseField } from './generate/coarse-field.ts';
import { CLEAR_LIMIT, COARSE_CELL } from './generate/prefill.ts';
import type { PageStore } from './pages.ts';
import type { BandPlan } from './preprocess/bands.ts';
import type { Window } from './scene.ts';
import { openPlane, type SparsePlane, setTile, type TileLayout } from './tiles.ts';

/** What the first pass knows of the scene. */
export interface Findings {
  /** Probabilities in 1/255, of tiles in which some pixel is not clear. */
  readonly thin: SparsePlane;
  readonly thick: SparsePlane;
  readonly shadow: SparsePlane;
  /** MASK_CLASS before shadow is weighed, specks are dropped and the mask is buffered. */
  readonly classes: SparsePlane;
  /** How bright the pixels are, of tiles where the network saw shadow; see `detect/darkness.ts`. */
  readonly brightness: SparsePlane;
  /** Means of clear pixels over 16 x 16: the canonical bands of the scene, then the extra bands. Has holes. */
  readonly coarse: CoarseField;
  /** The fill rests on pixels below this sum of probabilities: CLEAR_LIMIT, or DOUBTFUL_LIMIT where the scene has none. */
  readonly clearLimit: number;
  /** Sums of clear pixels for the regression of extra bands, by tile, then by block; see {@link regressionOf}. */
  readonly sums: Map<number, ReadonlyMap<number, Float64Array>>;
  /** Pixels with data in each tile that was looked at. */
  readonly valid: Map<number, number>;
  readonly pages: PageStore;
}

/** What the first pass found in one tile core. */
export interface TileFindings {
  readonly classes: Uint8Array;
  /** Null where every valid pixel is clear beyond doubt. */
  readonly probabilities: Probabilities | null;
  /** Null where no shadow is to be weighed. */
  readonly brightness: Uint8Array | null;
  readonly validPixels: number;
  /** Sums of the tile's clear pixels by block. */
  readonly sums: ReadonlyMap<number, Float64Array>;
}

const summaryName = (key: number) => `found/${key}`;

/**
 * The findings in the pages: none, or those of the tiles that an earlier process looked at.
 * Memory: the coarse field and, for scenes with extra bands, some kB per tile.
 */
export function openFindings(layout: TileLayout, plan: BandPlan, pages: PageStore): Findings {
  const present = plan.canonical.filter((index) => index !== null).length;
  const plane = (name: string) => openPlane(layout, pages, name);
  const findings: Findings = {
    thin: plane('thin'),
    thick: plane('thick'),
    shadow: plane('shadow'),
    classes: plane('classes'),
    brightness: plane('brightness'),
    coarse: createCoarseField(layout.grid, present + plan.extra.length),
    clearLimit: CLEAR_LIMIT,
    sums: new Map(),
    valid: new Map(),
    pages,
  };
  layout.windows.forEach((_, key) => {
    const summary = pages.get(summaryName(key));
    if (summary) restore(findings, key, summary);
  });
  return findings;
}

/**
 * Keeps what was found in a tile, whose cells are in the coarse field already. The summary comes last: a tile
 * whose summary is there is complete.
 */
export function setFound(findings: Findings, key: number, found: TileFindings): void {
  setTile(findings.classes, key, found.classes);
  if (found.probabilities) {
    for (const name of ['thin', 'thick', 'shadow'] as const) {
      setTile(findings[name], key, found.probabilities[name]);
    }
  }
  if (found.brightness) setTile(findings.brightness, key, found.brightness);
  findings.sums.set(key, found.sums);
  findings.valid.set(key, found.validPixels);
  findings.pages.set(summaryName(key), summarise(findings, key, found));
}

/** The clear ground of the scene, by all tiles that were looked at; null where nothing is clear. */
export function groundOf({ coarse }: Findings, { canonical }: BandPlan): ClearGround | null {
  return clearGround({ ...coarse, side: COARSE_CELL }, canonical);
}

/** Was the tile looked at? */
export function isFound(pages: PageStore, key: number): boolean {
  return pages.has(summaryName(key));
}

/** The page that says, one byte per tile, which tiles of the final mask hold cloud or shadow. */
const MASKED = 'masked';

/** Keys of the tiles that hold cloud or shadow in the final mask; null while that is not finished. */
export function maskedTiles(pages: PageStore): number[] | null {
  const flags = pages.get(MASKED);
  return flags ? [...flags].flatMap((flag, key) => (flag ? [key] : [])) : null;
}

/** Says that the final mask is finished, and which of `total` tiles hold cloud or shadow. */
export function setMaskedTiles(pages: PageStore, keys: readonly number[], total: number): void {
  const flags = new Uint8Array(total);
  for (const key of keys) flags[key] = 1;
  pages.set(MASKED, flags);
}

/** Pixels of the scene that hold data. */
export function validPixels(findings: Findings): number {
  let sum = 0;
  for (const count of findings.valid.values()) sum += count;
  return sum;
}

/** The sums of all tiles, added in the order of the tiles: the same whichever was looked at first. */
export function regressionOf({ sums, classes: { layout } }: Findings, plan: BandPlan): Regression | null {
  if (plan.extra.length === 0) return null;
  const present = plan.canonical.filter((index) => index !== null).length;
  const regression = createRegression(layout.grid, present, plan.extra.length);
  layout.windows.forEach((_, key) => {
    mergeRegression(regression, sums.get(key) ?? new Map());
  });
  return regression;
}

/**
 * Float64: pixels with data, number of blocks, length of a block's sums, then per block its number and sums.
 * Float32: the tile's cells of the coarse field, plane by plane. Uint8: their weights, likewise.
 */
function summarise(
  { coarse, coarse: { planes, weights }, classes }: Findings,
  key: number,
  found: TileFindings,
) {
  const blocks = [...found.sums];
  const length = blocks[0]?.[1].length ?? 0;
  const numbers = Float64Array.from([
    found.validPixels,
    blocks.length,
    length,
    ...blocks.flatMap(([block, sums]) => [block, ...sums]),
  ]);
  const cells = cellsOf(classes.layout.windows[key]);
  const count = cells.width * cells.height;
  const page = new Uint8Array(numbers.byteLength + 5 * count * planes.length);
  page.set(new Uint8Array(numbers.buffer));
  const values = new Float32Array(page.buffer, numbers.byteLength, count * planes.length);
  planes.forEach((plane, p) => {
    eachRow(coarse, cells, (from, to) =>
      values.set(plane.subarray(from, from + cells.width), p * count + to),
    );
  });
  const kept = page.subarray(page.length - count * planes.length);
  weights.forEach((weight, p) => {
    eachRow(coarse, cells, (from, to) => kept.set(weight.subarray(from, from + cells.width), p * count + to));
  });
  return page;
}

function restore(findings: Findings, key: number, page: Uint8Array): void {
  const { coarse, sums, valid, classes } = findings;
  const [validCount, blocks, length] = new Float64Array(page.buffer, 0, 3);
  const numbers = new Float64Array(page.buffer, 0, 3 + blocks * (1 + length));
  const ofBlocks = new Map<number, Float64Array>();
  for (let at = 3; at < numbers.length; at += 1 + length) {
    ofBlocks.set(numbers[at], numbers.slice(at + 1, at + 1 + length));
  }
  sums.set(key, ofBlocks);
  valid.set(key, validCount);
  const cells = cellsOf(classes.layout.windows[key]);
  const count = cells.width * cells.height;
  const values = new Float32Array(page.buffer, numbers.byteLength, count * coarse.planes.length);
  coarse.planes.forEach((plane, p) => {
    eachRow(coarse, cells, (to, from) => {
      plane.set(values.subarray(p * count + from, p * count + from + cells.width), to);
    });
  });
  const kept = page.subarray(page.length - count * coarse.planes.length);
  coarse.weights.forEach((weight, p) => {
    eachRow(coarse, cells, (to, from) => {
      weight.set(kept.subarray(p * count + from, p * count + from + cells.width), to);
    });
  });
}

/** The cells of the coarse field under a tile core, which begins on a cell. */
function cellsOf({ x, y, width, height }: Window): Window {
  return {
    x: x / COARSE_CELL,
    y: y / COARSE_CELL,
    width: Math.ceil(width / COARSE_CELL),
    height: Math.ceil(height / COARSE_CELL),
  };
}

/** Row by row: where it begins in the field, and among the cells. */
function eachRow(field: CoarseField, cells: Window, visit: (inField: number, inCells: number) => void): void {
  for (let y = 0; y < cells.height; y++) visit((cells.y + y) * field.width + cells.x, y * cells.width);
}
