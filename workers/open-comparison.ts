import { type Comparison, openComparison } from '../src/pipeline/enhance/comparison.ts';
import { firstDisplayBands } from '../src/pipeline/enhance/display-tile.ts';
import { requireDescribed } from '../src/pipeline/library/record.ts';
import type { ComparisonInput, OpenedComparison } from './comparison-protocol.ts';
import { received } from './crossing.ts';

/** Opens files and addresses, and says what the page has to know of them. */
export async function openInput(
  { before, after, mask, provenance, overrides, described }: ComparisonInput,
  signal: AbortSignal,
): Promise<{ comparison: Comparison; opened: OpenedComparison }> {
  const files = {
    before: received(before),
    after: received(after),
    mask: mask ? received(mask) : undefined,
    provenance: provenance ? received(provenance) : undefined,
    overrides,
  };
  const comparison = await openComparison(files, signal);
  const { scene } = comparison.before;
  if (described) requireDescribed(scene, described);
  const bands = Math.min(scene.bands.length, comparison.after.scene.bands.length);
  return { comparison, opened: { scene, displayBands: firstDisplayBands(scene), bands } };
}
