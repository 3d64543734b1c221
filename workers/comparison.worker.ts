import { expose, transfer } from 'comlink';
import { type Comparison, comparisonTile } from '../src/pipeline/enhance/comparison.ts';
import { sceneStretch } from '../src/pipeline/enhance/stretch.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import type { ComparisonApi } from './comparison-protocol.ts';
import { jobs } from './crossing.ts';
import { holdLock } from './liveness.ts';
import { openInput } from './open-comparison.ts';

const running = jobs();
let comparison: Comparison | null = null;

const api: ComparisonApi = {
  start: () => holdLock(self.name),
  cancel: running.cancel,
  open: (job, input) =>
    running.run(job, async (signal) => {
      const { comparison: ready, opened } = await openInput(input, signal);
      comparison = ready;
      return opened;
    }),
  tile: (job, request) =>
    running.run(job, async (signal) => {
      const tile = await comparisonTile(opened(), request, signal);
      return transfer(tile, [tile.data.buffer]);
    }),
  stretch: (job, bands) => running.run(job, (signal) => sceneStretch(opened().before, bands, signal)),
};

function opened(): Comparison {
  if (comparison) return comparison;
  throw new PipelineError(
    'job/not-ready',
    phrase('No comparison is open.'),
    phrase('Name the images before and after.'),
  );
}

expose(api);
