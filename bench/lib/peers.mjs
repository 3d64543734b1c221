import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds an entry of bench/ as the command line is built, for Node, which does not read TypeScript in version 20; returns the script's path. */
export async function bundle(entry) {
  const name = entry.replace(/^.*\//, '').replace(/\.ts$/, '');
  const outDir = `${root}.cache/bench-${name}`;
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      rollupOptions: { output: { entryFileNames: 'ours.js', topLevelVar: false } },
    },
  });
  return `${outDir}/ours.js`;
}

/** A Python with GDAL's bindings. */
export function gdalPython() {
  const found = ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'from osgeo import gdal_array'], { stdio: 'ignore' }).status === 0,
  );
  if (!found) throw new Error('This benchmark needs python3-gdal.');
  return found;
}

export function machine() {
  return {
    date: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0].model}`,
    load: loadavg()[0],
    node: process.version,
  };
}

/** Keeps a report in bench/results. */
export function keep(name, report) {
  mkdirSync(`${root}bench/results`, { recursive: true });
  const file = `bench/results/${name}-${report.date.slice(0, 10)}.json`;
  writeFileSync(root + file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`written to ${file}`);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
