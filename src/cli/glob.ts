import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UsageError } from './arguments.ts';

const MAGIC = /[*?[\]{}]/;

/** Whether a word is a pattern rather than a path. */
export const isPattern = (word: string) => MAGIC.test(word);

/**
 * Files that match a pattern, sorted: `*` and `?` within a name, `[abc]`, `{a,b}`, `**` for any folders. Names that
 * begin with a dot match only a pattern that does. Folders that cannot be read hold nothing.
 * @throws UsageError for a set that ends before it begins, such as `[9-1]`
 */
export function glob(pattern: string): string[] {
  const found = new Set<string>();
  for (const plain of expandBraces(sep === '/' ? pattern : pattern.replaceAll(sep, '/'))) {
    const root = /^([A-Za-z]:)?\//.exec(plain)?.[0] ?? '';
    const parts = plain.slice(root.length).split('/');
    walk(root, parts.filter(Boolean), found);
  }
  return [...found].sort();
}

/** `a{b,c}` → `ab`, `ac`; inner braces first. */
function expandBraces(pattern: string): string[] {
  const group = /\{([^{}]*)\}/.exec(pattern);
  if (!group) return [pattern];
  const before = pattern.slice(0, group.index);
  const after = pattern.slice(group.index + group[0].length);
  return group[1].split(',').flatMap((choice) => expandBraces(before + choice + after));
}

function walk(folder: string, parts: readonly string[], found: Set<string>): void {
  const [part, ...rest] = parts;
  if (part === '**') walk(folder, rest.length > 0 ? rest : ['*'], found);
  const matches = part === '**' ? /^[^.]/ : matcher(part);
  for (const entry of entriesOf(folder)) {
    if (!matches.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (part === '**') {
      if (entry.isDirectory()) walk(path, parts, found);
    } else if (rest.length > 0) {
      if (!entry.isFile()) walk(path, rest, found);
    } else if (!entry.isDirectory()) found.add(path);
  }
  if (part === '.' || part === '..') walk(join(folder, part), rest, found);
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder || '.', { withFileTypes: true });
  } catch {
    return [];
  }
}

function matcher(part: string): RegExp {
  let source = '';
  for (let i = 0; i < part.length; i++) {
    const close = part.indexOf(']', i + 2);
    if (part[i] === '*') source += '.*';
    else if (part[i] === '?') source += '.';
    else if (part[i] === '[' && close > 0) {
      const negated = part[i + 1] === '!' || part[i + 1] === '^';
      const set = part.slice(i + (negated ? 2 : 1), close).replace(/[\\\]^]/g, '\\$&');
      source += `[${negated ? '^' : ''}${set}]`;
      i = close;
    } else source += part[i].replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  }
  try {
    return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 'su');
  } catch {
    throw new UsageError(`${part} is no pattern: look at what stands in [ ].`);
  }
}
