import { rmSync } from 'node:fs';

/** Where a run keeps its pages while an output is made; `node-sink.ts` adds the other two. */
export const pagesOf = (output: string) => `${output}.pages`;

/** Removes what stands beside outputs while they are made, as far as it is there. */
export function removeWorkingFiles(outputs: readonly string[]): void {
  for (const output of outputs) {
    for (const path of [pagesOf(output), `${output}.part`, `${output}.scratch`])
      rmSync(path, { force: true });
  }
}
