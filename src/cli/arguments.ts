import { parseArgs } from 'node:util';
import {
  COMPOSITE_METHODS,
  DEFAULT_SETTINGS,
  type MaskSource,
  type RunSettings,
} from '../pipeline/events.ts';
import type { BandRole, SceneOverrides } from '../pipeline/scene.ts';

/** The command cannot be understood; the message says why. Exit code 2. */
export class UsageError extends Error {}

export const EXTRA_PRODUCTS = ['mask', 'provenance', 'confidence'] as const;
type ExtraProduct = (typeof EXTRA_PRODUCTS)[number];

/** What the user asked for, not yet looked up on disk. */
export interface Command {
  /** Paths, patterns and http(s) addresses, at least one. */
  readonly inputs: readonly string[];
  /** File or folder; null: beside each input. */
  readonly output: string | null;
  readonly products: readonly ExtraProduct[];
  /** Clear truth on the grid of every input. */
  readonly reference: string | null;
  /** The user's own mask, in place of what would be found. */
  readonly ownMask: string | null;
  /** Measure the error to expect with simulated clouds on clear parts of each scene. */
  readonly selfCheck: boolean;
  /** Other dates of the area: paths, patterns and addresses. */
  readonly dates: readonly string[];
  readonly settings: RunSettings;
  readonly overrides: SceneOverrides;
  /** Where the JSON report goes: a path, `-` for standard output. */
  readonly report: string | null;
  /** Where the same goes as a page with pictures. */
  readonly reportHtml: string | null;
  readonly overwrite: boolean;
  /** Keep what is done of a scene when its run stops, and go on from it. */
  readonly resume: boolean;
  readonly quiet: boolean;
  /** Scenes at a time, at least 1. */
  readonly jobs: number;
  /** Threads that compute the networks of one scene, at least 1. */
  readonly threads: number;
}

const OPTIONS = {
  output: { type: 'string', short: 'o' },
  mask: { type: 'boolean' },
  provenance: { type: 'boolean' },
  confidence: { type: 'boolean' },
  overwrite: { type: 'boolean' },
  resume: { type: 'boolean' },
  report: { type: 'string' },
  'report-html': { type: 'string' },
  reference: { type: 'string' },
  'self-check': { type: 'boolean' },
  date: { type: 'string', multiple: true },
  composite: { type: 'string' },
  'mask-source': { type: 'string' },
  'own-mask': { type: 'string' },
  'cloud-threshold': { type: 'string' },
  'shadow-threshold': { type: 'string' },
  buffer: { type: 'string' },
  feather: { type: 'string' },
  light: { type: 'boolean' },
  bands: { type: 'string' },
  scale: { type: 'string' },
  offset: { type: 'string' },
  nodata: { type: 'string' },
  jobs: { type: 'string', short: 'j' },
  threads: { type: 'string', short: 't' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const MASK_SOURCES: readonly MaskSource[] = ['network', 'quality-band', 'union'];

/** Every role; the type makes sure that none is left out. */
const ROLES: Readonly<Record<BandRole, true>> = {
  blue: true,
  green: true,
  red: true,
  nir: true,
  swir16: true,
  swir22: true,
  coastal: true,
  green05: true,
  yellow: true,
  rededge1: true,
  rededge2: true,
  rededge3: true,
  nir08: true,
  nir09: true,
  cirrus: true,
  lwir: true,
  pan: true,
  other: true,
  alpha: true,
  qa_pixel: true,
  fmask: true,
  scl: true,
  qa60: true,
  cloud_probability: true,
  quality: true,
};
export const ROLE_NAMES = Object.keys(ROLES) as readonly BandRole[];

const MAX_THREADS = 256;
/** A run has two tiles under way at a time: a third thread would wait. */
const USEFUL_THREADS = 2;

/**
 * Understands the words after `unclouded`.
 * @param cores processors that this process may use
 * @throws UsageError
 */
export function parseCommand(words: readonly string[], cores: number): Command | 'help' | 'version' {
  const { values, positionals } = parse(words);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (positionals.length === 0) throw new UsageError('No input is given.');
  if (values.report === '') throw new UsageError('--report needs a file name, or - for standard output.');
  if (values['report-html'] === '') throw new UsageError('--report-html needs a file name.');
  const jobs = values.jobs === undefined ? 1 : wholeNumber('--jobs', values.jobs, 1, MAX_THREADS);
  const fairShare = Math.max(1, Math.min(USEFUL_THREADS, Math.floor(cores / jobs)));
  return {
    inputs: positionals,
    output: values.output ?? null,
    products: EXTRA_PRODUCTS.filter((product) => values[product]),
    reference: values.reference ?? null,
    ownMask: values['own-mask'] ?? null,
    selfCheck: values['self-check'] ?? false,
    dates: values.date ?? [],
    settings: settingsOf(values),
    overrides: overridesOf(values),
    report: values.report ?? null,
    reportHtml: values['report-html'] ?? null,
    overwrite: values.overwrite ?? false,
    resume: values.resume ?? false,
    quiet: values.quiet ?? false,
    jobs,
    threads:
      values.threads === undefined ? fairShare : wholeNumber('--threads', values.threads, 1, MAX_THREADS),
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (thrown) {
    throw new UsageError((thrown as Error).message);
  }
}

type Values = ReturnType<typeof parse>['values'];

function settingsOf(values: Values): RunSettings {
  const source = values['mask-source'] ?? DEFAULT_SETTINGS.maskSource;
  if (!isOneOf(MASK_SOURCES, source)) {
    throw new UsageError(`--mask-source is one of ${MASK_SOURCES.join(', ')}, not ${source}.`);
  }
  const share = (name: 'cloud-threshold' | 'shadow-threshold', otherwise: number) => {
    const text = values[name];
    return text === undefined ? otherwise : numberWithin(`--${name}`, text, 0, 1);
  };
  const bufferPixels =
    values.buffer === undefined
      ? DEFAULT_SETTINGS.bufferPixels
      : wholeNumber('--buffer', values.buffer, 0, 32);
  return {
    maskSource: source,
    cloudThreshold: share('cloud-threshold', DEFAULT_SETTINGS.cloudThreshold),
    shadowThreshold: share('shadow-threshold', DEFAULT_SETTINGS.shadowThreshold),
    bufferPixels,
    featherPixels:
      values.feather === undefined
        ? Math.min(DEFAULT_SETTINGS.featherPixels, bufferPixels)
        : wholeNumber('--feather', values.feather, 0, bufferPixels),
    generator: values.light ? 'light' : DEFAULT_SETTINGS.generator,
    ...compositeOf(values),
  };
}

function compositeOf({ composite, date }: Values): Pick<RunSettings, 'composite'> {
  if (composite === undefined) return {};
  if (!isOneOf(COMPOSITE_METHODS, composite)) {
    throw new UsageError(`--composite is one of ${COMPOSITE_METHODS.join(', ')}, not ${composite}.`);
  }
  if (!date?.length) throw new UsageError('--composite needs other dates: add them with --date.');
  return { composite };
}

function overridesOf(values: Values): SceneOverrides {
  const roles = values.bands?.split(',').map((role) => role.trim().toLowerCase());
  const unknown = roles?.find((role) => !isOneOf(ROLE_NAMES, role));
  if (unknown !== undefined) {
    throw new UsageError(`--bands: '${unknown}' is no band role; there are ${ROLE_NAMES.join(', ')}.`);
  }
  return {
    ...(roles && { roles: roles as BandRole[] }),
    ...(values.scale !== undefined && { scale: nonZero('--scale', values.scale) }),
    ...(values.offset !== undefined && { offset: numberWithin('--offset', values.offset) }),
    ...(values.nodata !== undefined && { nodata: nodataOf(values.nodata) }),
  };
}

function nodataOf(text: string): number | null {
  if (text.toLowerCase() === 'none') return null;
  if (text.toLowerCase() === 'nan') return Number.NaN;
  return numberWithin('--nodata', text);
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name);
}

function nonZero(option: string, text: string): number {
  const value = numberWithin(option, text);
  if (value === 0) throw new UsageError(`${option} must not be 0.`);
  return value;
}

function numberWithin(option: string, text: string, low = -Infinity, high = Infinity): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= low && value <= high) return value;
  const range = Number.isFinite(low) ? ` from ${low} to ${high}` : '';
  throw new UsageError(`${option} is a number${range}, not '${text}'.`);
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = numberWithin(option, text, low, high);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`${option} is a whole number, not '${text}'.`);
}
