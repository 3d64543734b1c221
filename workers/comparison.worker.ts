import { expose, transfer } from 'comlink';
import { type Comparison, comparisonTile, openComparison } from '../src/pipeline/enhance/comparison.ts';
import { firstDisplayBands } from '../src/pipeline/enhance/display-tile.ts';
import { sceneStretch } from '../src/pipeline/enhance/stretch.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import type { ComparisonApi, ComparisonFile } from './comparison-protocol.ts';
import { jobs } from './crossing.ts';
import { holdLock } from './liveness.ts';

const running = jobs();
let comparison: Comparison | null = null;

const api: ComparisonApi = {
  start: () => holdLock(self.name),
  cancel: running.cancel,
  open: (job, { before, after, mask, provenance }) =>
    running.run(job, async (signal) => {
      const files = {
        before: asFile(before),
        after: asFile(after),
        mask: mask ? asFile(mask) : undefined,
        provenance: provenance ? asFile(provenance) : undefined,
      };
      comparison = await openComparison(files, signal);
      const { scene } = comparison.before;
      const bands = Math.min(scene.bands.length, comparison.after.scene.bands.length);
      return { scene, displayBands: firstDisplayBands(scene), bands };
    }),
  tile: (job, request) =>
    running.run(job, async (signal) => {
      const tile = await comparisonTile(opened(), request, signal);
      return transfer(tile, [tile.data.buffer]);
    }),
  stretch: (job, bands) => running.run(job, (signal) => sceneStretch(opened().before, bands, signal)),
};

const asFile = (file: ComparisonFile) => (typeof file === 'string' ? new URL(file) : file);

function opened(): Comparison {
  if (comparison) return comparison;
  throw new PipelineError('job/not-ready', 'No comparison is open.', 'Name the images before and after.');
}

expose(api);
