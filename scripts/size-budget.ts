import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/** JavaScript that a browser may have to fetch before the page can be used, in bytes of gzip. */
export const SHELL_BUDGET = 250_000;
/** The same for a host page, until it shows an embedded comparison. */
export const LOADER_BUDGET = 8_000;

/**
 * Fails a build in which an entry outgrows its budget, together with all that it imports statically.
 * @param budgets bytes of gzip by the entry's name
 */
export function sizeBudget(budgets: Readonly<Record<string, number>>): Plugin {
  return {
    name: 'size-budget',
    apply: 'build',
    writeBundle(_, bundle) {
      for (const [name, budget] of Object.entries(budgets)) {
        const bytes = gzipBytes(neededAtOnce(bundle, name));
        const told = `${name}: ${kilobytes(bytes)} of at most ${kilobytes(budget)} gzip`;
        if (bytes > budget) this.error(`First load too large. ${told}`);
        this.info(told);
      }
    },
  };
}

type Chunk = Rolldown.OutputChunk;

/** An entry and what it imports before it runs, without repetition. */
function neededAtOnce(bundle: Rolldown.OutputBundle, entry: string): readonly Chunk[] {
  const first = Object.values(bundle).find(
    (file): file is Chunk => file.type === 'chunk' && file.isEntry && file.name === entry,
  );
  if (!first) throw new Error(`The build has no entry "${entry}" to weigh.`);
  const needed = new Set([first]);
  for (const chunk of needed) {
    for (const file of chunk.imports) {
      const imported = bundle[file];
      if (imported?.type === 'chunk') needed.add(imported);
    }
  }
  return [...needed];
}

const gzipBytes = (chunks: readonly Chunk[]) =>
  chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0);

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
