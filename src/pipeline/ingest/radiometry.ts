import { type Phrase, phrase } from '../phrase.ts';
import { type BandRole, type Decision, QUALITY_ROLES } from '../scene.ts';
import { bandItem, type MetadataItem } from '../tiff/gdal-metadata.ts';
import {
  fromConvention,
  isTakenOut,
  type Radiometry,
  type RadiometryEvidence,
  type Rule,
  sentinel2Said,
  thermalBeside,
  trimmed,
} from './conventions.ts';
import { quantile } from './statistics.ts';

/**
 * Scale and offset per band, `reflectance = sample * scale + offset`, and the decision with its reason. Thermal bands are scaled to
 * kelvin, where that is known. Metadata first, then the sensor's convention, then the values themselves.
 */
export function decideRadiometry(evidence: RadiometryEvidence): { bands: Radiometry[]; decision: Decision } {
  const { roles, items } = evidence;
  // What is not reflected light, such as a temperature, says nothing of the scale of the other bands.
  const judged = judgedBands(roles);
  const fromFile = roles.map((role, i) => (QUALITY_ROLES.includes(role) ? null : fileRadiometry(items, i)));
  /** Of a thermal band beside bands of reflected light, if it is known. */
  const thermal = (i: number, light: Radiometry) =>
    roles[i] === 'lwir' && !judged.includes(i) ? (fromFile[i] ?? thermalBeside(light)) : null;
  const known = judged.map((band) => fromFile[band]).find((r) => r !== null);
  const isLeftOver = known !== undefined && isTooDark(evidence, known);
  if (
    known &&
    !isLeftOver &&
    !isScaleAlone(
      evidence,
      judged.map((band) => fromFile[band]),
    )
  ) {
    const own = roles.map((role, i) => (QUALITY_ROLES.includes(role) ? IDENTITY : (fromFile[i] ?? known)));
    const { factor, because } = toReflectance(evidence, own);
    const bands = own.map((band, i) => thermal(i, known) ?? (band === IDENTITY ? band : times(band, factor)));
    return { bands, decision: decision(times(known, factor), because) };
  }
  const rule = isLeftOver ? withoutScale(fromConvention(evidence), known) : fromConvention(evidence);
  const bands = roles.map((role, i) =>
    QUALITY_ROLES.includes(role) ? IDENTITY : (thermal(i, rule) ?? rule),
  );
  return {
    bands: bands.map(({ scale, offset }) => ({ scale, offset })),
    decision: decision(rule, rule.because),
  };
}

const IDENTITY: Radiometry = { scale: 1, offset: 0 };

/** Their numbers may be kelvin or anything: they do not tell how reflectance is scaled. */
const APART: readonly BandRole[] = ['lwir', 'pan', 'other'];

/** The bands by whose samples radiometry is judged: those of reflected light, or all of light if there are none. */
export function judgedBands(roles: readonly BandRole[]): number[] {
  const light = roles.flatMap((role, i) => (QUALITY_ROLES.includes(role) ? [] : [i]));
  const reflective = light.filter((band) => !APART.includes(roles[band]));
  return reflective.length > 0 ? reflective : light;
}

/** Even 16 bits of reflectance x 10000 do not reach so far. */
const NO_REFLECTANCE = 10;

/** What a file scales to need not be reflectance: percent, reflectance x 10000 and others are told by the brightest. */
function toReflectance({ roles, sample }: RadiometryEvidence, own: readonly Radiometry[]) {
  const tops = judgedBands(roles).map((band, i) => {
    const { scale, offset } = own[band];
    return quantile(sample.sorted[i], scale > 0 ? 0.98 : 0.02) * scale + offset;
  });
  const bright = Math.max(...tops.filter(Number.isFinite));
  if (!(bright > NO_REFLECTANCE)) return { factor: 1, because: phrase('scale and offset are in the file') };
  const factor = bright <= 130 ? 0.01 : bright >= 1500 && bright <= 20_000 ? 1e-4 : 0.9 / bright;
  const because = phrase(
    'scale and offset are in the file; what they give goes up to {{value}}, which is no reflectance: divided by {{divisor}}, please check',
    { value: trimmed(bright), divisor: trimmed(1 / factor) },
  );
  return { factor, because };
}

/** No scene is so dark, in reflectance: of floats the brightest, of 8 bits the highest that they can hold. */
const [DARKEST_FLOATS, DARKEST_BYTES] = [0.002, 0.1];

/** Tools that rescale samples leave the scale that was that of the samples before. */
function isTooDark({ sampleType, sample }: RadiometryEvidence, { scale, offset }: Radiometry): boolean {
  if (sampleType === 'uint8') return scale > 0 && 255 * scale + offset < DARKEST_BYTES;
  const tops = sample.sorted.map((values) => quantile(values, 0.98) * scale + offset).filter(Number.isFinite);
  return sampleType.startsWith('float') && tops.length > 0 && Math.max(...tops) < DARKEST_FLOATS;
}

function withoutScale(rule: Rule, { scale, offset }: Radiometry): Rule {
  const because = phrase(
    '{{because}}; scale {{scale}} and offset {{offset}} of the file would make it darker than any ground: they seem to be applied already, please check',
    { because: rule.because, scale: trimmed(scale), offset: trimmed(offset) },
  );
  return { ...rule, because };
}

function times({ scale, offset }: Radiometry, factor: number): Radiometry {
  return factor === 1 ? { scale, offset } : { scale: scale * factor, offset: offset * factor };
}

export function radiometryText({ scale, offset }: Radiometry): Phrase {
  if (scale === 1 && offset === 0) return phrase('samples are reflectance as they are');
  const values = { scale: trimmed(scale), offset: trimmed(Math.abs(offset)) };
  if (offset === 0) return phrase('reflectance = DN x {{scale}}', values);
  return offset < 0
    ? phrase('reflectance = DN x {{scale}} - {{offset}}', values)
    : phrase('reflectance = DN x {{scale}} + {{offset}}', values);
}

function decision(radiometry: Radiometry, because: Phrase): Decision {
  return { subject: 'radiometry', text: radiometryText(radiometry), because };
}

function fileRadiometry(items: readonly MetadataItem[], band: number): Radiometry | null {
  const scale = Number(bandItem(items, band, 'scale') ?? 1);
  const offset = Number(bandItem(items, band, 'offset') ?? 0);
  const meaningful = Number.isFinite(scale) && Number.isFinite(offset) && scale !== 0;
  return meaningful && (scale !== 1 || offset !== 0) ? { scale, offset } : null;
}

/**
 * Tools that set the scale of Sentinel-2 leave its offset in the metadata beside. It still counts unless samples
 * lie well below it: then it was taken out before.
 */
function isScaleAlone(evidence: RadiometryEvidence, fromFile: readonly (Radiometry | null)[]): boolean {
  if (evidence.sensor !== 'sentinel-2') return false;
  if (!fromFile.every((r) => r !== null && r.offset === 0 && Math.abs(r.scale - 1e-4) < 1e-9)) return false;
  const said = sentinel2Said(evidence);
  return said !== null && said.offset < 0 && !isTakenOut(said, evidence.sample);
}
