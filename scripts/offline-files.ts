import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import type { OfflineFile } from '../workers/offline-protocol.ts';

/** The service worker's file; it stands at the root, because it answers for what lies beneath it. */
const WORKER = 'offline-worker.js';

/** Files that the application itself never asks for: texts and examples, and what pages of others load. */
const FOR_OTHERS = /\.md$|-poster\.jpg$|^embedding\.|^embed\/(?!frame\.|texts-)/;

/** Builds the service worker, and tells it every file of the finished build with its checksum. */
export function offlineFiles(): Plugin {
  return {
    name: 'offline-files',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: 'workers/offline.worker.ts', fileName: WORKER });
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      handler({ dir }) {
        if (dir) listOfflineFiles(dir);
      },
    },
  };
}

/** Writes the list of a folder's files into the service worker there, in the place of `__OFFLINE_FILES__`. */
export function listOfflineFiles(folder: string): void {
  const files = filesBelow(folder).filter(({ path }) => path !== WORKER && !FOR_OTHERS.test(path));
  const list = JSON.stringify(files);
  const worker = join(folder, WORKER);
  const code = readFileSync(worker, 'utf8');
  writeFileSync(
    worker,
    code
      .replaceAll('__OFFLINE_FILES__', () => list)
      .replaceAll('__OFFLINE_VERSION__', () => JSON.stringify(sha256(list + code).slice(0, 12))),
  );
}

function filesBelow(folder: string): OfflineFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const content = readFileSync(file);
      const path = relative(folder, file).split(sep).map(encodeURIComponent).join('/');
      return { path, bytes: content.length, sha256: sha256(content) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
