import { PipelineError, throwIfAborted, toPipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import { leavingNone, requestWhole } from '../pipeline/request.ts';
import { clipWindow } from '../pipeline/windows.ts';
import { type ComparisonInput, createComparisonEngine } from '../services/comparison.ts';
import { chooseLanguage, locale, t } from '../texts/texts.ts';
import { mapStyles } from '../viewer/shadow-styles.ts';
import { createViewer } from '../viewer/viewer.ts';
import type { EmbedError, ViewState } from './api.ts';
import { controlStyles, createControls } from './controls.ts';
import { parseSettings, type Settings, shareText, viewText } from './settings.ts';
import { adopt } from './styles.ts';

export interface ComparisonMapOptions {
  /** In a shadow root, which gets the map's styles. */
  readonly map: HTMLElement;
  /** Addresses may be relative to the page. */
  readonly sources: ComparisonInput;
  readonly state: Partial<ViewState>;
  /** The language of the page can be spoken from now on, or the nearest to it: a BCP 47 tag. */
  onLanguage(translate: typeof t, language: string): void;
  onLoad(): void;
  /** The user changed something. */
  onState(change: Partial<ViewState>): void;
  onError(fault: EmbedError): void;
}

/** A comparison on the map. */
export interface ComparisonMap {
  /** Shows another state; what is wrong with it goes to `onError`. */
  set(state: Partial<ViewState>): void;
  snapshot(): Promise<Blob>;
  dispose(): void;
}

/**
 * Opens the images and shows them.
 * @throws EmbedError (a report of `embed/bad-setting`, `embed/no-worker`, `display/no-webgl`, `file/*`, `scene/*`, `network/*`)
 */
export async function openComparisonMap(
  options: ComparisonMapOptions,
  signal: AbortSignal,
): Promise<ComparisonMap> {
  await chooseLanguage(pageLanguages());
  throwIfAborted(signal);
  options.onLanguage(t, locale());
  const policy = watchPolicy();
  const engine = createComparisonEngine();
  try {
    requireWebGl();
    const settings = parseSettings(options.state);
    const sources = absolute(options.sources);
    const opened = await engine
      .open(sources, signal)
      .catch(async (fault) => engine.open(await wholeFiles(sources, fault, signal), signal));
    const bands = settings.bands ?? opened.displayBands;
    requireShowable(settings, opened);
    const stretch = settings.stretch ?? (await engine.stretch(bands, signal));
    throwIfAborted(signal);
    return show(options, engine, opened, settings, { bands, stretch });
  } catch (fault) {
    engine.dispose();
    throw told(policy.keepsWorker() ? noWorker(fault) : fault);
  } finally {
    policy.end();
  }
}

/** Notices whether the page's Content-Security-Policy keeps the worker, whose code is a blob, from starting. */
function watchPolicy() {
  let keeps = false;
  const note = ({ blockedURI, disposition }: SecurityPolicyViolationEvent) => {
    keeps ||= blockedURI === 'blob' && disposition === 'enforce';
  };
  document.addEventListener('securitypolicyviolation', note);
  return {
    keepsWorker: () => keeps,
    end: () => document.removeEventListener('securitypolicyviolation', note),
  };
}

const noWorker = (cause: unknown) =>
  new PipelineError(
    'embed/no-worker',
    phrase('The Content-Security-Policy of this page keeps the viewer’s worker from starting.'),
    phrase('Allow it with “worker-src blob:”.'),
    { cause },
  );

/** A fault in words for the user. */
function told(fault: unknown): EmbedError {
  const { code, message, remedy } = toPipelineError(fault).toReport();
  return { code, message: t(message), remedy: t(remedy) };
}

/** The element speaks the language of the page around it. */
function pageLanguages(): readonly string[] {
  const { lang } = document.documentElement;
  return lang ? [lang] : navigator.languages;
}

type Opened = Awaited<ReturnType<ReturnType<typeof createComparisonEngine>['open']>>;
type Colours = Required<Pick<Settings, 'bands' | 'stretch'>>;

function show(
  { map, sources, state: asked, onLoad, onState, onError }: ComparisonMapOptions,
  engine: ReturnType<typeof createComparisonEngine>,
  opened: Opened,
  initial: Settings,
  colours: Colours,
): ComparisonMap {
  const { grid } = opened.scene;
  let ended = false;
  /** At the end the worker's unfinished tiles reject: that is no fault. */
  const fail = (fault: unknown) => ended || onError(told(fault));
  let settings = initial;
  /** The state in words, by which a change is known. */
  let said = asked;
  let shown = false;
  const tell = (change: Partial<ViewState>) => {
    said = { ...said, ...change };
    onState(change);
  };

  adopt(map.getRootNode() as ShadowRoot, mapStyles, controlStyles);
  const viewer = createViewer(map, {
    engine,
    onPointer: () => {},
    onSwipe(position) {
      settings = { ...settings, swipe: position };
      viewer.setSwipe(position);
      tell({ swipe: shareText(position) });
    },
    onShown() {
      shown = true;
      onLoad();
    },
    onFault: fail,
    fingerMoves: () => map.matches(':focus-within'),
    onMoved() {
      const part = viewer.visibleWindow();
      if (!shown || part === null) return;
      const whole = part.width === grid.width && part.height === grid.height;
      settings = { ...settings, view: whole ? undefined : part };
      tell({ view: whole ? '' : viewText(part) });
    },
  });
  const controls = createControls(map, {
    layers: (['mask', 'provenance'] as const).filter((layer) => sources[layer]),
    zoomBy: (levels) => viewer.zoomBy(levels),
    showAll: () => viewer.showAll(),
    setOverlay(overlay) {
      settings = { ...settings, overlay };
      showOverlay();
      tell({ overlay: overlay ?? 'none' });
    },
  });
  const showOverlay = () => {
    // A layer without an image needs no legend either.
    const overlay = settings.overlay && sources[settings.overlay] ? settings.overlay : null;
    viewer.setOverlay(overlay, 0.7);
    controls.setOverlay(overlay);
  };

  viewer.setScene({ grid, ...colours, gamma: settings.gamma });
  viewer.setComparing(true);
  viewer.setSwipe(settings.swipe);
  showOverlay();
  if (settings.view) viewer.showWindow(settings.view);
  for (const [part, selector] of [
    ['handle', '.swipe-handle'],
    ['label', '.swipe-label'],
  ]) {
    for (const element of map.querySelectorAll(selector)) element.setAttribute('part', part);
  }

  for (const child of map.children) (child as HTMLElement).lang = locale();

  async function setColours(next: Settings): Promise<void> {
    const bands = next.bands ?? opened.displayBands;
    const stretch = next.stretch ?? (await engine.stretch(bands));
    // Others may have been asked for meanwhile.
    if (coloursOf(settings) !== coloursOf(next)) return;
    viewer.setBands(bands);
    viewer.setStretch(stretch, settings.gamma);
  }

  return {
    set(state) {
      try {
        const next = parseSettings(state);
        requireShowable(next, opened);
        const before = said;
        const differs = (name: keyof ViewState) => (state[name] ?? '') !== (before[name] ?? '');
        [settings, said] = [next, state];
        if (differs('swipe')) viewer.setSwipe(next.swipe);
        if (differs('overlay')) showOverlay();
        if (differs('bands') || differs('stretch') || differs('gamma')) setColours(next).catch(fail);
        if (differs('view')) next.view ? viewer.showWindow(next.view) : viewer.showAll();
      } catch (fault) {
        fail(fault);
      }
    },
    snapshot: () => viewer.snapshot(),
    dispose() {
      ended = true;
      controls.dispose();
      viewer.dispose();
      engine.dispose();
    },
  };
}

function absolute({ before, after, mask, provenance }: ComparisonInput): ComparisonInput {
  const one = <T extends string | Blob | undefined>(source: T) => {
    if (typeof source !== 'string') return source;
    if (URL.canParse(source, document.baseURI)) return new URL(source, document.baseURI).href;
    throw new PipelineError(
      'embed/bad-setting',
      phrase('“{{source}}” is not the address of an image.', { source: source.slice(0, 60) }),
      phrase('Give the address of a cloud-optimised GeoTIFF, such as https://example.org/after.tif.'),
    );
  };
  return { before: one(before), after: one(after), mask: one(mask), provenance: one(provenance) };
}

/** Most bytes of an image that is read whole where that is the only way. */
const MAX_WHOLE = 256 * 2 ** 20;

/**
 * The simplest servers answer no range requests. Images that lie on the page's own host are then read whole.
 * @throws `fault` where that is not why it failed, and for images that lie elsewhere or are large; PipelineError `network/*`, `job/cancelled`
 */
async function wholeFiles(
  sources: ComparisonInput,
  fault: unknown,
  signal: AbortSignal,
): Promise<ComparisonInput> {
  const { origin } = new URL(document.baseURI);
  const isOurs = (source: unknown) => typeof source !== 'string' || new URL(source).origin === origin;
  if (toPipelineError(fault).code !== 'network/no-range') throw fault;
  if (!Object.values(sources).every(isOurs)) throw fault;
  const whole = async <T extends string | Blob | undefined>(source: T, signal: AbortSignal) => {
    if (typeof source !== 'string') return source;
    const blob = await requestWhole(new URL(source), MAX_WHOLE, signal);
    if (blob === null) throw fault;
    return new File([blob], new URL(source).pathname.split('/').pop() ?? '');
  };
  const { before, after, mask, provenance } = sources;
  return leavingNone(async (signal) => {
    const files = [
      whole(before, signal),
      whole(after, signal),
      whole(mask, signal),
      whole(provenance, signal),
    ] as const;
    const [first, second, third, fourth] = await Promise.all(files);
    return { before: first, after: second, mask: third, provenance: fourth };
  }, signal);
}

const coloursOf = ({ bands, stretch, gamma }: Settings) => JSON.stringify([bands, stretch, gamma]);

/** @throws PipelineError `embed/bad-setting` for bands and parts that the images do not have */
function requireShowable({ bands, view }: Settings, { bands: total, scene: { grid } }: Opened): void {
  const missing = bands?.find((band) => band >= total);
  if (missing !== undefined)
    throw new PipelineError(
      'embed/bad-setting',
      phrase('Band {{band}} is asked for, but the images have {{total}}.', { band: missing + 1, total }),
      phrase('Give numbers from 1 to {{total}} for “bands”.', { total }),
    );
  if (view && !clipWindow(view, grid.width, grid.height))
    throw new PipelineError(
      'embed/bad-setting',
      phrase('The part {{view}} lies outside of the images, which have {{width}} × {{height}} pixels.', {
        view: viewText(view),
        width: grid.width,
        height: grid.height,
      }),
      phrase('Give x,y,width,height in pixels of the image.'),
    );
}

function requireWebGl(): void {
  if (document.createElement('canvas').getContext('webgl2')) return;
  throw new PipelineError(
    'display/no-webgl',
    phrase('This browser gives the page no WebGL, which draws the images.'),
    phrase('Turn on hardware acceleration, close other tabs with maps, or use another browser.'),
  );
}
