import type { CarriedMetadata } from '../scene.ts';

/** Of a file that says nothing of itself. */
export const NO_METADATA: CarriedMetadata = {
  geoTags: {},
  gdalMetadata: null,
  gdalNodata: null,
  photometricInterpretation: 1,
  extraSamples: [],
  otherTags: {},
};
