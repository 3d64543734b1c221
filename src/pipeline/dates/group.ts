import { blobSource } from '../ingest/byte-source.ts';
import { openImage } from '../ingest/image.ts';
import { acquiredOn } from './acquired.ts';

/** A file of fewer bands is no scene by itself. */
const SCENE_BANDS = 3;

/**
 * Sorts files that came together into scenes: a file of three bands or more is one by itself, the others are bands, which
 * belong together if they are of one day (a file that names no day belongs to the first). Reads the headers only; a file
 * that cannot be read stands by itself, so that opening it tells why.
 * @returns positions in `files`, scene by scene
 */
export async function groupScenes(
  files: readonly (Blob & { readonly name: string })[],
  signal?: AbortSignal,
): Promise<number[][]> {
  const scenes: number[][] = [];
  const days = new Map<string, number[]>();
  const undated: number[] = [];
  for (const [i, file] of files.entries()) {
    const image = await openImage(blobSource(file), {}, signal).catch((thrown) => {
      if (signal?.aborted) throw thrown;
      return null;
    });
    const day = image && acquiredOn(image);
    if (!image || image.bands >= SCENE_BANDS) scenes.push([i]);
    else if (day === null) undated.push(i);
    else days.set(day, [...(days.get(day) ?? []), i]);
  }
  const [first = [], ...rest] = days.values();
  const bands = [...first, ...undated].sort((a, b) => a - b);
  return [bands, ...rest, ...scenes].filter((group) => group.length > 0);
}
