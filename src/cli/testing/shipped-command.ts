/** What the tests of the shipped command work with: its process, and scenes on disk. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openScene } from '../../pipeline/ingest/open.ts';
import { writeCog } from '../../pipeline/output/cog-writer.ts';
import type { SceneSource } from '../../pipeline/scene.ts';
import { writeNodeFile } from '../node-sink.ts';
import { fileSource } from '../node-source.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command that was built, in some folder. */
export function startIn(
  folder: string,
  words: readonly string[],
  stdio: StdioOptions = 'pipe',
): { process: ChildProcess; ended: Promise<Ended> } {
  const command = [join(root, 'dist-cli/unclouded.js'), ...words];
  const child = spawn(process.execPath, command, { cwd: folder, stdio });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { process: child, ended };
}

/** The upper left pixels of a scene as a scene. */
export async function cutCorner(path: string, side: number, to: string): Promise<void> {
  const file = await fileSource(path);
  const { scene, read } = await openScene(file);
  const { bands, sampleType, nodata, metadata } = scene;
  const size = { width: side, height: side, bands: bands.length };
  const reductions = bands.map(() => 'average' as const);
  await writeNodeFile(to, ({ sink, scratch }) =>
    writeCog({ ...size, sampleType, nodata, metadata, reductions }, (window) => read(window), sink, {
      scratch,
    }),
  );
  await file.close();
}

/** All samples of a file, and what is understood of it. */
export async function whole(path: string) {
  const file = await fileSource(path);
  const source: SceneSource = await openScene(file);
  const { width, height } = source.scene.grid;
  const { bands } = await source.read({ x: 0, y: 0, width, height });
  await file.close();
  return { scene: source.scene, bands };
}
