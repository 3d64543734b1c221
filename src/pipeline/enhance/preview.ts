import { throwIfAborted } from '../errors.ts';
import { SAMPLE_ARRAYS, SAMPLE_BYTES } from '../ingest/layout.ts';
import type { PageStore } from '../pages.ts';
import type { Raster, Samples, SceneSource, Window } from '../scene.ts';
import { VERSION } from '../version.ts';

/** A version of this size or smaller, in pixels of its longer side, may be read anew for every view. */
const SMALL_SIDE = 2048;
/** Views at full resolution and half of it always come from the scene itself. */
const LEAST_STEP = 4;
/**
 * Rows of the preview that are made at a time: of the scene 1024 at least, the height of tall blocks, so that none is decoded for
 * two chunks. A display tile is as high.
 */
const CHUNK_ROWS = 256;

/** Does a view of the whole scene cost so much that it should be made only once? */
export function needsPreview({ scene: { grid }, reduction = 1 }: SceneSource): boolean {
  return Math.max(grid.width, grid.height) / reduction > SMALL_SIDE;
}

/**
 * A source whose coarse views come from a preview: every `step`-th pixel of the scene, made on the way, chunk by chunk
 * of rows and only for the bands that are looked at, in one pass over the blocks of the file, and kept in pages. So
 * zooming and panning do not decode the full-resolution scene again and again; and where the pages outlive the page,
 * neither does a reload. The pixel shown is at most half a step from the one asked for.
 * @param budget bytes that the preview of all bands may take: says how fine it is
 */
export function withPreview(source: SceneSource, pages: PageStore, budget: number): SceneSource {
  const { grid, sampleType, bands } = source.scene;
  const step = previewStep(grid.width * grid.height * bands.length * SAMPLE_BYTES[sampleType], budget);
  const width = Math.ceil(grid.width / step);
  const height = Math.ceil(grid.height / step);
  /** Set when the pages take no more: from then on every view is read from the scene. */
  let full = false;
  /** Chunks are made one after the other: each takes all blocks of its rows. */
  let last: Promise<unknown> = Promise.resolve();
  const nameOf = (band: number, chunk: number) => `preview/${VERSION}/${step}x${CHUNK_ROWS}/${band}/${chunk}`;

  async function makeChunk(chunk: number, wanted: readonly number[], signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const missing = wanted.filter((band) => !pages.has(nameOf(band, chunk)));
    if (missing.length === 0 || full) return;
    const top = chunk * CHUNK_ROWS;
    const rows = Math.min(CHUNK_ROWS, height - top);
    const y = top * step;
    const window: Window = { x: 0, y, width: grid.width, height: Math.min(rows * step, grid.height - y) };
    const raster = await source.readDecimated(window, width, rows, missing, signal);
    try {
      missing.forEach((band, i) => {
        const { buffer, byteOffset, byteLength } = raster.bands[i];
        pages.set(nameOf(band, chunk), new Uint8Array(buffer, byteOffset, byteLength));
      });
    } catch {
      full = true;
    }
  }

  /** All chunks of a view queue up at once: the first view is there first, not all of them at the end. */
  function chunkInTurn(
    chunk: number,
    wanted: readonly number[],
    signal?: AbortSignal,
  ): Promise<void> | undefined {
    if (wanted.every((band) => pages.has(nameOf(band, chunk)))) return undefined;
    const made = last.then(() => makeChunk(chunk, wanted, signal));
    last = made.catch(() => undefined);
    return made;
  }

  function chunkOf(band: number, chunk: number): Samples | null {
    const page = pages.get(nameOf(band, chunk));
    return page ? new SAMPLE_ARRAYS[sampleType](page.buffer as ArrayBuffer, page.byteOffset) : null;
  }

  /** The view from chunks that are there; null if one is not. */
  function pick(columns: Int32Array, rows: Int32Array, wanted: readonly number[]): Samples[] | null {
    const out = wanted.map(() => new SAMPLE_ARRAYS[sampleType](columns.length * rows.length));
    for (const [k, band] of wanted.entries()) {
      let samples: Samples | null = null;
      let held = -1;
      for (let row = 0; row < rows.length; row++) {
        const chunk = Math.floor(rows[row] / CHUNK_ROWS);
        if (chunk !== held) samples = chunkOf(band, chunk);
        held = chunk;
        if (!samples) return null;
        const line = (rows[row] - chunk * CHUNK_ROWS) * width;
        const to = row * columns.length;
        for (let column = 0; column < columns.length; column++)
          out[k][to + column] = samples[line + columns[column]];
      }
    }
    return out;
  }

  async function view(
    window: Window,
    columnCount: number,
    rowCount: number,
    wanted: readonly number[] = bands.map(({ index }) => index),
    signal?: AbortSignal,
  ): Promise<Raster> {
    // Tiles at the edge of the scene are squeezed a little.
    const fine = Math.min(window.width / columnCount, window.height / rowCount) < 0.9 * step;
    if (!fine) {
      const columns = under(window.x, window.width, columnCount, width / grid.width, width);
      const rows = under(window.y, window.height, rowCount, 1 / step, height);
      const [first, end] = [rows[0], rows[rows.length - 1]].map((row) => Math.floor(row / CHUNK_ROWS));
      const chunks = Array.from({ length: end - first + 1 }, (_, i) => first + i);
      await Promise.all(chunks.map((chunk) => chunkInTurn(chunk, wanted, signal)));
      const picked = pick(columns, rows, wanted);
      if (picked) return { window, bands: picked };
    }
    return source.readDecimated(window, columnCount, rowCount, wanted, signal);
  }

  return { ...source, readDecimated: view };
}

/** The smallest power of two from LEAST_STEP on at which the preview fits the budget. */
function previewStep(sceneBytes: number, budget: number): number {
  let step = LEAST_STEP;
  while (sceneBytes / step ** 2 > budget) step *= 2;
  return step;
}

/** Positions in the preview under the centres of `count` equal parts of `start .. start + length` of the scene. */
function under(start: number, length: number, count: number, ratio: number, size: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) =>
    Math.min(size - 1, Math.floor(Math.floor(start + ((i + 0.5) * length) / count) * ratio)),
  );
}
