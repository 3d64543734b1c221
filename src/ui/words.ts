import type { ErrorReport } from '../pipeline/errors.ts';
import type { DateReport, ReportedStage, Shares } from '../pipeline/events.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import type { BandRole, Sensor } from '../pipeline/scene.ts';
import { locale, t } from '../texts/texts.ts';
import { reportedName } from './date-words.ts';

/** What each stage does, as said to the user. */
export const STAGE_WORDS: Readonly<Record<ReportedStage, Phrase>> = {
  ingest: phrase('Reading the scene'),
  preprocess: phrase('Matching the other dates'),
  detect: phrase('Finding clouds and shadows'),
  generate: phrase('Repairing tiles'),
  composite: phrase('Putting the dates together'),
  evaluate: phrase('Measuring the error'),
  output: phrase('Writing the file'),
};

/** Names of the back ends. */
export const BACKEND_WORDS: Readonly<Record<string, string>> = { webgpu: 'WebGPU', wasm: 'WebAssembly' };

/** What is measured or told of a result, as said to the user. */
export const CHECK_WORDS = {
  'self-check': phrase('Checking with simulated clouds'),
  reference: phrase('Comparing with the clear picture'),
  report: phrase('Making the report'),
} as const;

/** What is done with the library, as said to the user. */
export const LIBRARY_WORK_WORDS = {
  save: phrase('Saving in the library'),
  export: phrase('Writing the file'),
  share: phrase('Writing the folder'),
  import: phrase('Importing'),
} as const;

/** Sensors by the names people know them by. */
export const SENSOR_WORDS: Readonly<Record<Sensor, Phrase>> = {
  'sentinel-2': phrase('Sentinel-2'),
  'landsat-tm-etm': phrase('Landsat 4, 5 or 7'),
  'landsat-oli': phrase('Landsat 8 or 9'),
  modis: phrase('MODIS'),
  aerial: phrase('Aerial or drone'),
  unknown: phrase('Not recognised'),
};

export const ROLE_WORDS: Readonly<Record<BandRole, Phrase>> = {
  blue: phrase('Blue'),
  green: phrase('Green'),
  red: phrase('Red'),
  nir: phrase('Near infrared'),
  swir16: phrase('Short-wave IR 1.6 µm'),
  swir22: phrase('Short-wave IR 2.2 µm'),
  coastal: phrase('Coastal aerosol'),
  green05: phrase('Green I'),
  yellow: phrase('Yellow'),
  rededge1: phrase('Red edge 1'),
  rededge2: phrase('Red edge 2'),
  rededge3: phrase('Red edge 3'),
  nir08: phrase('Near infrared, narrow'),
  nir09: phrase('Water vapour'),
  cirrus: phrase('Cirrus'),
  lwir: phrase('Thermal'),
  pan: phrase('Panchromatic'),
  other: phrase('Other measurement'),
  alpha: phrase('Transparency'),
  qa_pixel: phrase('Landsat quality (QA_PIXEL)'),
  fmask: phrase('Fmask'),
  scl: phrase('Sentinel-2 classes (SCL)'),
  qa60: phrase('Sentinel-2 quality (QA60)'),
  cloud_probability: phrase('Cloud probability'),
  quality: phrase('Other flags or angles'),
};

/** A number as the language writes it: `0.12`, `0,12`. */
export function decimal(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  }).format(value);
}

/** Things that are told one after the other: `a, b, c`. */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'unit', style: 'short' }).format(parts);
}

/** Keeps a number and what belongs to it in one line. */
const inOneLine = (text: string) => text.replaceAll(' ', '\u00a0');

/** 0.123 → `12 %`, for values that are set. */
export function wholePercent(share: number): string {
  return t('{{percent}} %', { percent: decimal(100 * share) });
}

/** A length in pixels: `12 px`. */
export function inPixels(pixels: number): string {
  return t('{{pixels}} px', { pixels: decimal(pixels) });
}

/** 0.128 → `12 %`, for what is under way: all of it only when it is done. */
export function donePercent(share: number): string {
  return t('{{percent}} %', { percent: decimal(Math.floor(100 * share)) });
}

/** 0.123 → `12 %`; small shares that are not nothing stay visible: `< 1 %`. */
export function percent(share: number): string {
  return percentAs(share, Math.round(100 * share));
}

/** A share that was rounded to so many percent: not to nothing, nor nearly all to all. */
function percentAs(share: number, rounded: number): string {
  if (share > 0 && rounded === 0) return inOneLine(t('< 1 %'));
  if (share < 1 && rounded === 100) return inOneLine(t('> 99 %'));
  return inOneLine(wholePercent(rounded / 100));
}

/**
 * Shares in whole percent that add up to what they add up to together (the largest remainders are rounded up); those that
 * round to nothing by themselves stay nothing.
 */
function roundedTogether(shares: readonly number[]): number[] {
  const exact = shares.map((share) => (share < 0.005 ? 0 : 100 * share));
  const rounded = exact.map(Math.floor);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const missing = Math.round(sum(exact)) - sum(rounded);
  const byRemainder = exact.map((_, i) => i).sort((a, b) => exact[b] - rounded[b] - (exact[a] - rounded[a]));
  for (const i of byRemainder.slice(0, missing)) rounded[i]++;
  return rounded;
}

/**
 * The shares of a result in one sentence, parts of nothing left out; they add up to 100 %.
 * @param dates the other dates, if there were any
 */
export function sharesInWords(shares: Shares, dates: readonly DateReport[] = []): string {
  const parts: [number, (share: string) => string][] = [
    [shares.observed, (share) => t('{{share}} observed', { share })],
    [shares.thinCorrected, (share) => t('{{share}} thin cloud corrected', { share })],
    [shares.shadowCorrected, (share) => t('{{share}} shadow corrected', { share })],
    ...dates.map((date): (typeof parts)[number] => [
      date.share,
      (share) => t('{{share}} from {{date}}', { share, date: reportedName(date) }),
    ]),
    [dates.length > 0 ? 0 : shares.otherDates, (share) => t('{{share}} seen on other dates', { share })],
    [shares.generated, (share) => t('{{share}} generated', { share })],
    [shares.leftCloudy, (share) => t('{{share}} left cloudy', { share })],
  ];
  const present = parts.filter(([share]) => share > 0);
  const rounded = roundedTogether(present.map(([share]) => share));
  return listed(present.map(([share, say], i) => say(percentAs(share, rounded[i]))));
}

/** 75 → `1 min 15 s`, rounded so that an estimate does not pretend to be exact. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return t('{{seconds}} s', { seconds: whole });
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  if (minutes >= 10 || rest === 0) return t('{{minutes}} min', { minutes: decimal(whole / 60) });
  return t('{{minutes}} min {{seconds}} s', { minutes, seconds: rest });
}

/** What an estimate says: `about 2 min left`. */
export function timeLeft(seconds: number): string {
  return t('about {{duration}} left', { duration: duration(seconds) });
}

/** Whole numbers as they are, others with four significant digits. */
export function sampleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isInteger(value)) return decimal(value);
  return new Intl.NumberFormat(locale(), { maximumSignificantDigits: 4, useGrouping: false }).format(value);
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A length in bytes: `1.2 MB`, in French `1,2 Mo`. */
export function fileSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  if (power === 0) return inOneLine(t('{{bytes}} B', { bytes: decimal(value) }));
  const digits = value < 10 ? 1 : 0;
  const format = new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: UNITS[power],
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
  return inOneLine(format.format(value));
}

/** A moment in the user's own time: `23 Nov 2026, 14:05`. */
export function dateInWords(iso: string): string {
  return new Date(iso).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
}

/** What is wrong, and what to do about it. */
export function problemInWords({ message, remedy }: ErrorReport): string {
  return t('{{problem}} {{remedy}}', { problem: message, remedy });
}
