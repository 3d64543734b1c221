import { phrase } from '../phrase.ts';
import type { BandRole, Notice } from '../scene.ts';
import type { SceneSample } from './statistics.ts';

/** From this share of all-zero pixels on, a border of zeros is likely. */
const ZERO_SHARE = 0.005;

/**
 * What a sample of the scene makes doubtful.
 * @param premultiplied Does the file say that its colours are multiplied by its alpha band?
 */
export function contentNotices(
  roles: readonly BandRole[],
  nodata: number | null,
  { zeroShare, partShare }: SceneSample,
  premultiplied: boolean,
): Notice[] {
  const notices: Notice[] = [];
  if (nodata === null && !roles.includes('alpha') && zeroShare > ZERO_SHARE) {
    notices.push({
      code: 'zero-border',
      message: phrase(
        'About {{share}} % of the pixels are 0 in every band, and the file names no no-data value: if they are empty, set it to 0.',
        { share: percent(zeroShare) },
      ),
    });
  }
  if (premultiplied && partShare > 0) {
    notices.push({
      code: 'premultiplied',
      message: phrase(
        'About {{share}} % of the pixels are partly transparent, and the file says that its colours are multiplied by alpha: as they are too dark there, they count as no data and are left as they are.',
        { share: percent(partShare) },
      ),
    });
  }
  return notices;
}

const percent = (share: number) => Math.max(1, Math.round(share * 100));
