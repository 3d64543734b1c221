import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(process.env.UNCLOUDED_DATA ?? '../shared/data');

/** Path of a real scene kept outside the project, or null where it is not at hand. */
export function realScene(file: string): string | null {
  const path = resolve(folder, file);
  return existsSync(path) ? path : null;
}
