/** Our part of read-windows.mjs: `node ours.js FILE WINDOW` prints the seconds of processor time for all windows. */

import { nodeInflate } from '../src/cli/node-inflate.ts';
import { fileSource } from '../src/cli/node-source.ts';
import { openScene } from '../src/pipeline/ingest/open.ts';

const [path, side] = process.argv.slice(2);
const file = await fileSource(path);
const size = Number(side);

async function readAll(): Promise<number> {
  const source = await openScene(file, { inflate: nodeInflate });
  const { width, height } = source.scene.grid;
  const before = process.cpuUsage();
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      await source.read({ x, y, width: Math.min(size, width - x), height: Math.min(size, height - y) });
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

// A worker reads many windows: what counts is the rate once its code is compiled.
await readAll();
console.log(await readAll());
await file.close();
