import { type Phrase, phrase } from '../phrase.ts';
import { type BandRole, DISPLAY_SCALE, type SampleType, type Sensor } from '../scene.ts';
import { fileItem, type MetadataItem } from '../tiff/gdal-metadata.ts';
import { quantile, type SceneSample } from './statistics.ts';

export interface Radiometry {
  readonly scale: number;
  readonly offset: number;
}

export interface RadiometryEvidence {
  readonly roles: readonly BandRole[];
  readonly sampleType: SampleType;
  readonly sensor: Sensor;
  readonly items: readonly MetadataItem[];
  /** File name and any text of the file that may bear a product's name. */
  readonly texts: readonly string[];
  /** Of the bands that hold reflected light; of all that hold light if there are none. */
  readonly sample: SceneSample;
}

/** With the reason for it. */
export interface Rule extends Radiometry {
  readonly because: Phrase;
}

/** By the convention of the sensor, of the type of samples, or of what the values look like. */
export function fromConvention(evidence: RadiometryEvidence): Rule {
  const { sampleType } = evidence;
  if (sampleType.startsWith('float')) return floatRule(evidence);
  if (sampleType === 'uint8') {
    return { scale: DISPLAY_SCALE, offset: 0, because: phrase('8-bit samples are display values, 0 to 255') };
  }
  return sensorRule(evidence) ?? unknownRule(evidence);
}

/** Of the numbers that the sensor's products hold; null if it has no convention. */
function sensorRule(evidence: RadiometryEvidence): Rule | null {
  const { sensor } = evidence;
  if (sensor === 'sentinel-2') return sentinel2Rule(evidence);
  if (sensor === 'modis')
    return { scale: 1e-4, offset: 0, because: phrase('MODIS holds reflectance x 10000') };
  return sensor.startsWith('landsat') ? landsatRule(evidence) : null;
}

const PLAIN_S2: Radiometry = { scale: 1e-4, offset: 0 };
const SHIFTED_S2: Radiometry = { scale: 1e-4, offset: -0.1 };

/** ESA: reflectance = (DN - 1000) / 10000 since processing baseline 04.00 (25 January 2022), DN / 10000 before. */
function sentinel2Rule(evidence: RadiometryEvidence): Rule {
  const said = sentinel2Said(evidence);
  if (!said) return sentinel2Seen(evidence);
  if (!isTakenOut(said, evidence.sample)) return said;
  const values = { said: said.because, dark: trimmed(darkestAboveZero(evidence.sample)) };
  return {
    ...PLAIN_S2,
    because: phrase(
      '{{said}}, but many samples lie below {{dark}}: it was taken out of them, please check',
      values,
    ),
  };
}

/** Of a scene with the offset in, hardly more than this share (shadow and water that were corrected too far) is darker than this reflectance. */
const [DARK_SHARE, DARKEST_S2] = [0.05, -0.02];

/** Do samples lie so far below an offset that it cannot be in them any more? Tools that take it out leave names and metadata. */
export function isTakenOut({ scale, offset }: Radiometry, sample: SceneSample): boolean {
  return offset < 0 && darkestAboveZero(sample) * scale + offset < DARKEST_S2;
}

/** What is not above zero is no measurement of Sentinel-2. */
function darkestAboveZero({ sorted }: SceneSample): number {
  const measured = sorted.map((values) => values.filter((value) => value > 0));
  return darkest({ sorted: measured, zeroShare: 0 }, DARK_SHARE);
}

/** By what the metadata and the product's name say; null where they say nothing. */
export function sentinel2Said({ items, texts }: RadiometryEvidence): Rule | null {
  const added = fileItem(items, /(BOA|RADIO)_ADD_OFFSET/i);
  if (added !== null && Number.isFinite(Number(added))) {
    return {
      scale: 1e-4,
      offset: Number(added) * 1e-4,
      because: phrase("the offset {{offset}} is in the file's metadata", { offset: added }),
    };
  }
  if (texts.some((text) => /harmoni[sz]ed|HLS\.?S30/i.test(text))) {
    return { ...PLAIN_S2, because: phrase('the product is harmonised: the -1000 offset has been taken out') };
  }
  const baseline = fileItem(items, /PROCESSING_?BASELINE/i)?.trim();
  const fromName = texts.map((text) => text.match(/_N(\d{2})(\d{2})_R\d{3}/)).find(Boolean);
  const version = baseline ?? (fromName ? `${fromName[1]}.${fromName[2]}` : undefined);
  if (version && Number.isFinite(Number(version))) {
    const said = baseline
      ? phrase("processing baseline {{version}} in the file's metadata", { version })
      : phrase("processing baseline {{version}} in the product's name", { version });
    return Number(version) >= 4
      ? {
          ...SHIFTED_S2,
          because: phrase('{{baseline}}: Sentinel-2 adds 1000 since 04.00', { baseline: said }),
        }
      : { ...PLAIN_S2, because: phrase('{{baseline}}: before 04.00 nothing was added', { baseline: said }) };
  }
  return null;
}

/** By the darkest samples. */
function sentinel2Seen({ sample }: RadiometryEvidence): Rule {
  const dark = darkest(sample, 0.002);
  if (dark >= 1000 && dark <= 2000) {
    return {
      ...SHIFTED_S2,
      because: phrase(
        'no processing baseline is given; the darkest samples are {{dark}}, none below 1000, so the offset of Sentinel-2 since 2022 seems to be in',
        { dark },
      ),
    };
  }
  return {
    ...PLAIN_S2,
    because:
      dark < 1000
        ? phrase(
            'no processing baseline is given; samples go down to {{dark}}, so nothing was added to them',
            {
              dark,
            },
          )
        : phrase(
            'no processing baseline is given and no dark sample tells (lowest {{dark}}): no offset is assumed, please check',
            { dark },
          ),
  };
}

const LANDSAT_LEVEL_2: Radiometry = { scale: 2.75e-5, offset: -0.2 };
/** To kelvin. */
const LANDSAT_SURFACE_TEMPERATURE: Radiometry = { scale: 0.00341802, offset: 149 };
/** Below reflectance 0 by as much as shadows are overcorrected at times: Landsat's level 2 holds hardly anything darker. */
const DARKEST_LEVEL_2 = 6500;
/** Reflectance -0.1, which no correction leaves in a share of a band: rescaled by a tool that left the name. */
const IMPOSSIBLE_LEVEL_2 = 3636;

/** Of thermal bands beside bands of this radiometry, by the same convention; null where it has none. To kelvin. */
export function thermalBeside({ scale, offset }: Radiometry): Radiometry | null {
  const isLevel2 = scale === LANDSAT_LEVEL_2.scale && offset === LANDSAT_LEVEL_2.offset;
  return isLevel2 ? LANDSAT_SURFACE_TEMPERATURE : null;
}

/** USGS Collection 2: level 2 is DN x 2.75e-5 - 0.2; level 1 top-of-atmosphere is about DN x 2e-5 - 0.1. */
function landsatRule({ texts, sample }: RadiometryEvidence): Rule {
  const level1 = { scale: 2e-5, offset: -0.1 };
  if (
    texts.some((text) => /\bL[CETO]\d{2}_L2S[PR]|\bSR_B\d|COLLECTION_2_LEVEL_2|\/C02\/T\d_L2/i.test(text))
  ) {
    const dark = darkest(sample, DARK_SHARE);
    if (!(dark < IMPOSSIBLE_LEVEL_2)) {
      return { ...LANDSAT_LEVEL_2, because: phrase('Landsat Collection 2 level 2 convention') };
    }
    return {
      scale: 1e-4,
      offset: 0,
      because: phrase(
        'the name says Landsat Collection 2 level 2, but many samples lie below {{dark}}: taken for reflectance x 10000, please check',
        { dark: trimmed(dark) },
      ),
    };
  }
  if (texts.some((text) => /_L1(TP|GT|GS)_/i.test(text))) {
    return {
      ...level1,
      because: phrase('Landsat level 1 convention, without the correction for the height of the sun'),
    };
  }
  const dark = darkest(sample, 0.01);
  const bright = brightest(sample, 0.99);
  if (dark >= DARKEST_LEVEL_2) {
    return {
      ...LANDSAT_LEVEL_2,
      because: phrase(
        'the product level is not given; samples from {{dark}} up are those of Collection 2 level 2',
        { dark },
      ),
    };
  }
  if (bright <= 20_000) {
    return {
      scale: 1e-4,
      offset: 0,
      because: phrase(
        'the product level is not given; samples of {{dark}} to {{bright}} are those of reflectance x 10000',
        { dark, bright },
      ),
    };
  }
  return {
    ...level1,
    because: phrase(
      'the product level is not given; samples of {{dark}} to {{bright}} are those of level 1',
      {
        dark,
        bright,
      },
    ),
  };
}

function floatRule(evidence: RadiometryEvidence): Rule {
  const bright = brightest(evidence.sample, 0.98);
  if (!(bright > 3))
    return { scale: 1, offset: 0, because: phrase('floating point samples lie between 0 and 1') };
  const top = { value: trimmed(bright) };
  if (bright <= 130)
    return {
      scale: 0.01,
      offset: 0,
      because: phrase('floating point samples go up to {{value}}: percent', top),
    };
  if (bright <= 300)
    return {
      scale: DISPLAY_SCALE,
      offset: 0,
      because: phrase('floating point samples go up to {{value}}: display values', top),
    };
  const known = sensorRule(evidence);
  if (known) return known;
  if (bright <= 20_000)
    return {
      scale: 1e-4,
      offset: 0,
      because: phrase('floating point samples go up to {{value}}: reflectance x 10000', top),
    };
  return {
    ...robust(bright),
    because: phrase(
      'floating point samples go up to {{value}}, which fits no convention: scaled by the brightest ones',
      top,
    ),
  };
}

function unknownRule({ roles, texts, sample }: RadiometryEvidence): Rule {
  const bright = brightest(sample, 0.98);
  const dark = darkest(sample, 0.01);
  if (Number.isNaN(bright))
    return { scale: 1e-4, offset: 0, because: phrase('no valid sample was found to judge by') };
  if (texts.some((text) => /AnalyticMS(_8b)?_SR|ortho_analytic_\d+b_sr/i.test(text))) {
    return {
      scale: 1e-4,
      offset: 0,
      because: phrase('PlanetScope surface reflectance is reflectance x 10000'),
    };
  }
  if (dark >= DARKEST_LEVEL_2 && roles.includes('nir')) {
    return {
      ...LANDSAT_LEVEL_2,
      because: phrase(
        'the sensor is not known; samples from {{dark}} up are those of Landsat Collection 2 level 2, please check',
        { dark },
      ),
    };
  }
  if (bright >= 1500 && bright <= 12_000) {
    return {
      scale: 1e-4,
      offset: 0,
      because: phrase(
        'the sensor is not known; samples of {{dark}} to {{bright}} look like reflectance x 10000',
        { dark, bright },
      ),
    };
  }
  return {
    ...robust(brightest(sample, 0.995)),
    because: phrase(
      'the sensor is not known and samples of {{dark}} to {{bright}} fit no convention: scaled by the brightest ones',
      { dark, bright },
    ),
  };
}

/** Bright cloud, roofs and snow reflect about 0.9. */
function robust(bright: number): Radiometry {
  return { scale: bright > 0 ? 0.9 / bright : 1, offset: 0 };
}

/** The lowest of the bands' low quantiles, a border of zeros left aside; NaN if there is no sample. */
function darkest({ sorted, zeroShare }: Pick<SceneSample, 'sorted' | 'zeroShare'>, share: number): number {
  const measured = zeroShare > 0 ? sorted.map((values) => values.filter((value) => value !== 0)) : sorted;
  return Math.min(...finite(measured.map((values) => quantile(values, share))));
}

function brightest(sample: SceneSample, share: number): number {
  return Math.max(...finite(sample.sorted.map((values) => quantile(values, share))));
}

function finite(values: readonly number[]): readonly number[] {
  const kept = values.filter(Number.isFinite);
  return kept.length ? kept : [Number.NaN];
}

/** A number with four digits that count. */
export function trimmed(value: number): string {
  return String(Number(value.toPrecision(4)));
}
