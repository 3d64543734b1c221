import type { RunSettings } from './events.ts';
import type { Models } from './networks.ts';
import type { PageStore } from './pages.ts';
import type { Band, Scene, SceneOverrides } from './scene.ts';
import { HALOS, type Halos } from './tiles.ts';
import { VERSION } from './version.ts';

/** What a result depends on, besides the samples of the scene: pages may be continued only under the same. */
export interface JobRecord {
  readonly version: string;
  /** SHA-256 of the weights. */
  readonly models: { readonly detector: string; readonly generator: string };
  /** What the networks saw around their tiles: tiles of other halos do not meet. */
  readonly halos: Halos;
  readonly settings: RunSettings;
  /** What the user changed of ingest's decisions, null if nothing. */
  readonly overrides: SceneOverrides | null;
  readonly bands: readonly Pick<Band, 'role' | 'scale' | 'offset'>[];
  /** The settings that the user is trying out for the mask, if any. */
  readonly draft?: RunSettings;
  /** As text, because JSON knows no NaN. */
  readonly nodata: string;
  /** The other dates in their order: what each is known by, and its name. */
  readonly dates: readonly { readonly fingerprint: string; readonly name: string }[];
}

export function jobRecord(
  scene: Scene,
  models: Models,
  settings: RunSettings,
  overrides: SceneOverrides | null = null,
  dates: JobRecord['dates'] = [],
): JobRecord {
  return {
    version: VERSION,
    models: { detector: models.detector.sha256, generator: models.generator.sha256 },
    halos: HALOS,
    settings,
    overrides,
    bands: scene.bands.map(({ role, scale, offset }) => ({ role, scale, offset })),
    nodata: String(scene.nodata),
    dates,
  };
}

const PAGE = 'job';

/** Writes down what the pages belong to. */
export function writeJobRecord(pages: PageStore, record: JobRecord): void {
  pages.set(PAGE, new TextEncoder().encode(JSON.stringify(record)));
}

/** Those of records that name none. */
const FIRST_HALOS: Halos = { detect: 32, generate: 32 };

/** What the pages belong to; null if they are empty or of another version of this software. */
export function readJobRecord(pages: PageStore): JobRecord | null {
  const page = pages.get(PAGE);
  if (!page) return null;
  const record = {
    dates: [],
    halos: FIRST_HALOS,
    ...JSON.parse(new TextDecoder().decode(page)),
  } as JobRecord;
  return record.version === VERSION ? record : null;
}

const BACKENDS = 'backends';

/** Writes down that a back end works on the pages; returns all that did, e.g. `webgpu, wasm`. */
export function noteBackend(pages: PageStore, backend: string): string {
  const page = pages.get(BACKENDS);
  const known = page ? new TextDecoder().decode(page).split(', ') : [];
  if (known.includes(backend)) return known.join(', ');
  const all = [...known, backend].join(', ');
  pages.set(BACKENDS, new TextEncoder().encode(all));
  return all;
}

/** May pages of the one job be continued as the other? */
export function sameJob(a: JobRecord | null, b: JobRecord): boolean {
  return sameFindings(a, b) && a !== null && resultKey(a) === resultKey(b);
}

/** Is what the detector found under the one job what it would find under the other? */
export function sameFindings(a: JobRecord | null, b: JobRecord): boolean {
  return a !== null && findingsKey(a) === findingsKey(b);
}

const findingsKey = ({ version, models, halos, settings, bands, nodata }: JobRecord) =>
  JSON.stringify([
    version,
    [models.detector, halos.detect],
    settings.maskSource,
    bands.map(({ role, scale, offset }) => [role, scale, offset]),
    nodata,
  ]);

const resultKey = ({ models, halos, settings: s, dates }: JobRecord) =>
  JSON.stringify([
    [models.generator, halos.generate],
    [s.cloudThreshold, s.shadowThreshold, s.bufferPixels, s.featherPixels],
    s.composite ?? null,
    s.edits?.own?.id ?? null,
    s.edits?.operations ?? [],
    dates.map(({ fingerprint }) => fingerprint),
  ]);

/** What does not depend on thresholds, buffer and the user's edits: shared by all results of a scene. */
const SHARED = /^(job|backends|inputs|found|thin|thick|shadow|classes|brightness|own|results)(\/|$)/;
const RESULTS = 'results';

/**
 * The pages of one result among those of a scene: the findings are shared, the rest lies apart by settings, so that the
 * mask can be edited without looking for clouds again.
 */
export function resultPages(pages: PageStore, record: JobRecord): PageStore {
  const page = pages.get(RESULTS);
  const known: string[] = page ? JSON.parse(new TextDecoder().decode(page)) : [];
  const key = resultKey(record);
  if (!known.includes(key)) {
    known.push(key);
    pages.set(RESULTS, new TextEncoder().encode(JSON.stringify(known)));
  }
  const prefix = `${known.indexOf(key)}:`;
  const own = (name: string) => (SHARED.test(name) ? name : prefix + name);
  return {
    has: (name) => pages.has(own(name)),
    get: (name) => pages.get(own(name)),
    set: (name, bytes) => pages.set(own(name), bytes),
  };
}
