import { openAsBlob } from 'node:fs';
import { writeNodeFile } from '../src/cli/node-sink.ts';
import { openScene } from '../src/pipeline/ingest/open.ts';
import { type CogSpec, writeCog } from '../src/pipeline/output/cog-writer.ts';

/** In a process of its own: reads a file and writes it again, as a result is saved. */
const [input, output] = process.argv.slice(2);
const source = await openScene(Object.assign(await openAsBlob(input), { name: 'in.tif' }));
const { scene } = source;
const spec: CogSpec = {
  width: scene.grid.width,
  height: scene.grid.height,
  bands: scene.bands.length,
  sampleType: scene.sampleType,
  nodata: scene.nodata,
  reductions: scene.bands.map(() => 'average'),
  metadata: scene.metadata,
};
await writeNodeFile(output, ({ sink, ...options }) =>
  writeCog(spec, (window, signal) => source.read(window, undefined, signal), sink, options),
);
