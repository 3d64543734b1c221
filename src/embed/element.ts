import type { EmbedError, ImageSource, ImageSources, UncloudedSwipeElement, ViewState } from './api.ts';
import type { ComparisonMap } from './comparison-map.ts';
import { speak, t } from './early-texts.ts';
import { SETTINGS } from './setting-names.ts';
import { createShadowTree } from './shadow-tree.ts';

const SOURCES = ['before', 'after', 'mask', 'provenance'] as const;
type SourceName = (typeof SOURCES)[number];

/** Loading begins this far outside of the window. */
const MARGIN = '200px';
/**
 * Maps that are kept at a time: browsers allow a page 16 WebGL contexts, and a map takes two or three. Beyond that,
 * the one that was out of sight the longest shows its poster again, and loads anew when it is next seen.
 */
const MOST_AWAKE = 5;
const awake = new Set<UncloudedSwipe>();

/** Where there is no document (rendering on a server), the module can be loaded all the same. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * `<unclouded-swipe>`: two images of one place with a divider between them. This module is all that a page loads
 * until the element is seen; map and reader come with `comparison-map.ts`.
 */
export class UncloudedSwipe extends Base implements UncloudedSwipeElement {
  static readonly observedAttributes = [...SOURCES, ...SETTINGS, 'poster', 'aria-label'];

  declare poster: string | null;
  declare swipe: number;
  declare bands: string | null;
  declare stretch: string | null;
  declare gamma: string | null;
  declare overlay: string | null;
  declare view: string | null;

  #sources: ImageSources = {};
  #state: Partial<ViewState> = {};
  #status: UncloudedSwipeElement['status'] = 'waiting';
  /** The code of what is wrong, while the status is `failed`. */
  #failed: string | null = null;
  #seen = false;
  #comparison: ComparisonMap | null = null;
  #loading: AbortController | null = null;
  #reloadAsked = false;
  readonly #tree = createShadowTree(this);
  #observer: IntersectionObserver | null = null;

  get sources(): ImageSources {
    return { ...this.#sources };
  }

  set sources(sources: ImageSources) {
    for (const name of SOURCES) this.#setSource(name, sources[name] ?? null);
  }

  get mask(): ImageSource | null {
    return this.#sources.mask ?? null;
  }

  set mask(source: ImageSource | null) {
    this.#setSource('mask', source);
  }

  get provenance(): ImageSource | null {
    return this.#sources.provenance ?? null;
  }

  set provenance(source: ImageSource | null) {
    this.#setSource('provenance', source);
  }

  get state(): Partial<ViewState> {
    return { ...this.#state };
  }

  get status(): UncloudedSwipeElement['status'] {
    return this.#status;
  }

  connectedCallback(): void {
    for (const name of [...SOURCES, ...SETTINGS, 'poster', 'sources'] as const) this.#takeEarlyProperty(name);
    this.#observer = new IntersectionObserver(
      (entries) => {
        this.#seen = entries[entries.length - 1].isIntersecting;
        if (this.#seen && this.#status === 'waiting') this.load();
      },
      { rootMargin: MARGIN },
    );
    this.#observer.observe(this);
  }

  disconnectedCallback(): void {
    this.#observer?.disconnect();
    this.#seen = false;
    this.#rest();
  }

  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    if (name === 'poster') {
      this.#tree.setPoster(value);
    } else if (name === 'aria-label') {
      this.#tree.nameMap(value);
    } else if (isSource(name)) {
      this.#setSource(name, value);
    } else {
      this.#state = { ...this.#state, [name]: value ?? undefined };
      if (this.#failed === 'embed/bad-setting') this.#reload();
      else this.#comparison?.set(this.#state);
    }
  }

  load(): void {
    if (this.#loading || this.#comparison || !this.isConnected) return;
    const { before, after } = this.#sources;
    if (!before || !after) return;
    const loading = new AbortController();
    this.#loading = loading;
    this.#setStatus('loading', t('Loading the images…'));
    this.#open({ ...this.#sources, before, after }, loading.signal).catch((fault: EmbedError) => {
      if (!loading.signal.aborted) this.#fail(fault);
    });
  }

  async snapshot(): Promise<Blob> {
    if (!this.#comparison) throw new Error('The comparison is not shown yet.');
    return this.#comparison.snapshot();
  }

  async #open(
    sources: ImageSources & Required<Pick<ImageSources, 'before' | 'after'>>,
    signal: AbortSignal,
  ): Promise<void> {
    const { openComparisonMap } = await import('./comparison-map.ts').catch(() => {
      throw notLoaded();
    });
    if (signal.aborted) return;
    const comparison = await openComparisonMap(
      {
        map: this.#tree.map,
        sources,
        state: this.#state,
        onLanguage: (translate, spoken) => {
          speak(translate, spoken);
          this.#tree.nameMap(this.ariaLabel);
          this.#setStatus('loading', t('Loading the images…'));
        },
        onLoad: () => {
          this.#setStatus('shown');
          this.dispatchEvent(new Event('load'));
        },
        onState: (change) => this.#changed(change),
        onError: (fault) => this.#fail(fault),
      },
      signal,
    );
    if (signal.aborted) return comparison.dispose();
    this.#comparison = comparison;
    comparison.set(this.#state);
    awake.add(this);
    for (const other of awake) {
      if (awake.size <= MOST_AWAKE) break;
      if (!other.#seen) other.#rest();
    }
  }

  /** Lets go of everything that was loaded; what the user has set stays. */
  #rest(): void {
    awake.delete(this);
    this.#loading?.abort();
    this.#loading = null;
    this.#comparison?.dispose();
    this.#comparison = null;
    this.#setStatus('waiting');
  }

  #changed(change: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...change };
    const event =
      change.swipe === undefined
        ? new CustomEvent('change', { detail: this.state })
        : new CustomEvent('swipe', { detail: { position: Number(change.swipe) } });
    this.dispatchEvent(event);
  }

  #fail(fault: EmbedError): void {
    this.#loading = null;
    const { code = 'internal/unexpected', message, remedy = '' } = fault;
    this.#setStatus('failed');
    this.#failed = code;
    this.#tree.sayFault({ message, remedy }, () => {
      this.#rest();
      this.load();
    });
    this.dispatchEvent(new CustomEvent('error', { detail: { code, message, remedy } }));
  }

  #setStatus(status: UncloudedSwipeElement['status'], text = ''): void {
    this.#status = status;
    this.#failed = null;
    this.toggleAttribute('shown', status === 'shown');
    this.#tree.say(text);
  }

  #setSource(name: SourceName, value: ImageSource | null): void {
    this.#sources = { ...this.#sources, [name]: value || undefined };
    this.#reload();
  }

  #reload(): void {
    if (this.#reloadAsked) return;
    this.#reloadAsked = true;
    // Attributes come one after the other: they count together.
    queueMicrotask(() => {
      this.#reloadAsked = false;
      if (this.#loading || this.#comparison || this.#status === 'failed') this.#rest();
      if (this.#seen) this.load();
    });
  }

  /** What a framework has set before the element was defined would hide the accessor. */
  #takeEarlyProperty(name: string): void {
    if (!Object.hasOwn(this, name)) return;
    const early = this as unknown as Record<string, unknown>;
    const value = early[name];
    delete early[name];
    early[name] = value;
  }

  static {
    // Every element has methods of these names: they stay, and frameworks that set properties are understood.
    for (const name of ['before', 'after'] as const) {
      Object.defineProperty(UncloudedSwipe.prototype, name, {
        get: () => Base.prototype[name],
        set(this: UncloudedSwipe, source: ImageSource | null) {
          this.#setSource(name, source);
        },
      });
    }
    for (const name of [...SETTINGS, 'poster'] as const) {
      Object.defineProperty(UncloudedSwipe.prototype, name, {
        get(this: UncloudedSwipe) {
          if (name === 'poster') return this.getAttribute(name);
          return name === 'swipe' ? Number(this.#state.swipe ?? 0.5) : (this.#state[name] ?? null);
        },
        set(this: UncloudedSwipe, value: unknown) {
          setAttribute(this, name, value);
        },
      });
    }
  }
}

const notLoaded = (): EmbedError => ({
  code: 'embed/not-loaded',
  message: t('The program that shows the images could not be loaded.'),
  remedy: t(
    'Check the connection; if it works, the page or its Content-Security-Policy keeps scripts of the viewer from loading.',
  ),
});

function isSource(name: string): name is SourceName {
  return (SOURCES as readonly string[]).includes(name);
}

function setAttribute(element: HTMLElement, name: string, value: unknown): void {
  if (value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, String(value));
}
