import { percentCovered, touches } from './detect/edits.ts';
import type { Findings } from './findings.ts';
import { type FoundMask, ownMaskCover, retouched } from './found-mask.ts';
import type { Job } from './job.ts';
import { enterClearPixels } from './pass-detect.ts';
import { phrase } from './phrase.ts';
import { hasTile } from './tiles.ts';

/**
 * The findings as the user edited them: what was drawn is certain, and the fill rests on clear pixels by the user's
 * judgement. Tiles that edits touch are read again for that; nothing is written to the pages, whose findings stay the
 * detector's. A mask of the user's own that leaves out a part of the scene is told.
 * @throws PipelineError as the source's `read`
 */
export async function editPass(job: Job, findings: Findings, found: FoundMask): Promise<Findings> {
  const { edits } = job.settings;
  if (!edits || (edits.own === null && edits.operations.length === 0)) return findings;
  const { layout } = job;
  const edited: Findings = { ...findings, ...retouched(found, edits) };
  if (edits.own) {
    const covered = ownMaskCover(layout, findings.pages, edits.own.id);
    if (covered < 1) {
      job.notices.add(
        'mask/partial',
        phrase('The mask {{name}} covers {{share}} % of the scene. The rest counts as clear.', {
          name: edits.own.name,
          share: percentCovered(covered),
        }),
      );
    }
  }
  const evidence = [found.thin, found.thick, found.shadow];
  const touched = layout.windows.flatMap((window, key) => {
    const drawn = edits.operations.some((operation) => touches(operation, window));
    const replaced = found.own && [found.own, ...evidence].some((plane) => hasTile(plane, key));
    return (drawn || replaced) && findings.valid.get(key) !== 0 ? [key] : [];
  });
  await enterClearPixels(job, edited, touched);
  return edited;
}
