import { rmSync } from 'node:fs';

/** Where a run keeps its pages while an output is made; `node-sink.ts` adds the other two. */
export const pagesOf = (output: string) => `${output}.pages`;

/**
 * Removes what stands beside outputs while they are made, as far as it is there.
 * @param keepPages leave the pages for the next run
 */
export function removeWorkingFiles(outputs: readonly string[], keepPages = false): void {
  for (const output of outputs) {
    for (const path of [`${output}.part`, `${output}.scratch`, ...(keepPages ? [] : [pagesOf(output)])])
      rmSync(path, { force: true });
  }
}
