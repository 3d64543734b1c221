import { INTEGER_RANGES, type SampleType } from '../scene.ts';
import { type BandFile, isClasses } from './band-files.ts';
import { asSample, type Image } from './image.ts';

/**
 * The type of the samples, and their no-data value: GeoTIFF has one for all bands. Bands that name none share that of the
 * others. Where bands name different ones, it is one that no measurement of any band can equal, if need be in a wider type.
 */
export function commonSamples(
  chosen: readonly BandFile[],
): Pick<Image, 'sampleType' | 'measuredType' | 'nodata'> {
  const measuredType = commonType(chosen.map(({ image }) => image.sampleType));
  const named = namedNodata(chosen);
  const same = { sampleType: measuredType, measuredType };
  if (named.length <= 1) return { ...same, nodata: named[0] ?? null };
  const free = named.find((value) =>
    lightOf(chosen).every(
      ({ nodata, sampleType }) => Object.is(nodata, value) || asSample(value, sampleType) === null,
    ),
  );
  if (free !== undefined) return { ...same, nodata: free };
  const range = INTEGER_RANGES[measuredType];
  if (!range) return { ...same, nodata: Number.NaN };
  const lowest = (type: SampleType) => INTEGER_RANGES[type]?.[0] ?? 0;
  const wider = TYPES.find((type) => holds(type, measuredType) && lowest(type) < range[0]);
  return wider
    ? { sampleType: wider, measuredType, nodata: lowest(wider) }
    : { sampleType: 'float64', measuredType, nodata: Number.NaN };
}

const lightOf = (chosen: readonly BandFile[]): Image[] =>
  chosen.filter(({ role }) => !isClasses(role)).map(({ image }) => image);

/** The different no-data values that bands of light name. */
export const namedNodata = (chosen: readonly BandFile[]): number[] => [
  ...new Set(lightOf(chosen).flatMap(({ nodata }) => nodata ?? [])),
];

/** From the narrowest on. */
const TYPES = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32'] as const;

/** The narrowest type that holds every value of the given ones. */
function commonType(types: readonly SampleType[]): SampleType {
  return TYPES.find((type) => types.every((other) => holds(type, other))) ?? 'float64';
}

function holds(type: SampleType, other: SampleType): boolean {
  const [range, inner] = [INTEGER_RANGES[type], INTEGER_RANGES[other]];
  if (range) return inner !== undefined && range[0] <= inner[0] && inner[1] <= range[1];
  return type === other || (inner !== undefined && inner[1] < 2 ** 24);
}
