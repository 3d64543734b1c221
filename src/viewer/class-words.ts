import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { MASK_CLASS, PROVENANCE } from '../pipeline/scene.ts';

/** What the values of a mask and of provenance mean, to readers who know nothing else of it. */
export const MASK_WORDS: Readonly<Record<number, Phrase>> = {
  [MASK_CLASS.clear]: phrase('Clear'),
  [MASK_CLASS.thin]: phrase('Thin cloud'),
  [MASK_CLASS.thick]: phrase('Thick cloud'),
  [MASK_CLASS.shadow]: phrase('Cloud shadow'),
  [MASK_CLASS.nodata]: phrase('No data'),
};

export const PROVENANCE_WORDS: Readonly<Record<number, Phrase>> = {
  [PROVENANCE.observed]: phrase('Observed, unchanged'),
  [PROVENANCE.thinCorrected]: phrase('Thin cloud corrected'),
  [PROVENANCE.shadowCorrected]: phrase('Shadow corrected'),
  [PROVENANCE.otherDate]: phrase('Seen on another date'),
  [PROVENANCE.otherDateChanged]: phrase('Seen on another date, changed since: a guess'),
  [PROVENANCE.generated]: phrase('Generated: a guess'),
  [PROVENANCE.leftCloudy]: phrase('Left cloudy'),
  [PROVENANCE.nodata]: phrase('No data'),
};
