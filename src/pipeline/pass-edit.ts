import { touches } from './detect/edits.ts';
import { clearPixels } from './detect/probabilities.ts';
import type { Findings } from './findings.ts';
import { openFoundMask, retouched } from './found-mask.ts';
import { CLEAR_LIMIT } from './generate/prefill.ts';
import { type Job, readAhead } from './job.ts';
import { addClearPixels } from './pass-detect.ts';
import { observe } from './preprocess/observe.ts';
import { hasTile, readPlane } from './tiles.ts';
import { cropPlane } from './windows.ts';

/**
 * The findings as the user edited them: what was drawn is certain, and the fill rests on clear pixels by the user's
 * judgement. Tiles that edits touch are read again for that; nothing is written to the pages, whose findings stay the
 * detector's.
 * @throws PipelineError `mask/lost`, and as the source's `read`
 */
export async function editPass(job: Job, findings: Findings): Promise<Findings> {
  const { edits } = job.settings;
  if (!edits || (edits.own === null && edits.operations.length === 0)) return findings;
  const { layout, plan, source } = job;
  const found = openFoundMask(layout, findings.pages, edits);
  const edited: Findings = { ...findings, ...retouched(found, edits) };
  const evidence = [found.thin, found.thick, found.shadow];
  const touched = layout.windows.flatMap((window, key) => {
    const drawn = edits.operations.some((operation) => touches(operation, window));
    const replaced = found.own && [found.own, ...evidence].some((plane) => hasTile(plane, key));
    return (drawn || replaced) && findings.valid.get(key) !== 0 ? [key] : [];
  });
  for await (const { key, rasters } of readAhead(job, touched, (at) => [
    { window: layout.windows[at], bands: plan.all },
  ])) {
    const core = layout.windows[key];
    const seen = observe(source.scene, plan, rasters[0], plan.all, job.scratch[0]);
    const valid = cropPlane(seen.valid, seen.window, core);
    const probabilities = {
      thin: readPlane(edited.thin, core),
      thick: readPlane(edited.thick, core),
      shadow: readPlane(edited.shadow, core),
    };
    const clear = clearPixels(probabilities, valid, CLEAR_LIMIT);
    edited.sums.set(key, addClearPixels(job, edited, seen, core, clear));
  }
  return edited;
}
