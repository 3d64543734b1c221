/**
 * What a host page sees of the element. This file is published as it stands as the package's type declarations:
 * it declares types, imports nothing, and contains no code.
 */

/** What goes wrong: a stable code, what it is in one sentence, and what can be done about it. */
export interface EmbedError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** How a comparison is shown, as text: the attributes of the element and the parameters of embed.html. */
export interface ViewState {
  /** Share of the width that shows the image before, 0 to 1. */
  readonly swipe: string;
  /** Numbers of the bands shown as red, green and blue, from 1: `4,3,2`; one number: grey. */
  readonly bands: string;
  /** Reflectance shown black and white: `0.02,0.3`, or one pair per colour: `0.02,0.3;0.02,0.3;0.02,0.25`. */
  readonly stretch: string;
  /** Above 1 brightens. */
  readonly gamma: string;
  /** `mask`, `provenance` or `none`. */
  readonly overlay: string;
  /** The part that is shown, in pixels of the image: `x,y,width,height`; empty: all of it. */
  readonly view: string;
}

/** Where an image comes from: the address of a cloud-optimised GeoTIFF, or a file that the user has chosen. */
export type ImageSource = string | Blob;

export interface ImageSources {
  readonly before?: ImageSource;
  readonly after?: ImageSource;
  readonly mask?: ImageSource;
  readonly provenance?: ImageSource;
}

export interface UncloudedSwipeElement extends HTMLElement {
  /** The images. Setting it sets all of them. */
  sources: ImageSources;
  /** To be set; read `sources`. Every element has a method of this name, which stays. */
  get before(): HTMLElement['before'];
  set before(source: ImageSource | null);
  /** To be set; read `sources`. Every element has a method of this name, which stays. */
  get after(): HTMLElement['after'];
  set after(source: ImageSource | null);
  mask: ImageSource | null;
  provenance: ImageSource | null;
  poster: string | null;
  /** Share of the width that shows the image before, 0 to 1. */
  swipe: number;
  bands: string | null;
  stretch: string | null;
  gamma: string | null;
  overlay: string | null;
  view: string | null;
  /** The state as it stands, with what the user changed. */
  readonly state: Partial<ViewState>;
  readonly status: 'waiting' | 'loading' | 'shown' | 'failed';
  /** Loads now, seen or not. */
  load(): void;
  /** The map as it is shown, as PNG. Rejects before it is shown. */
  snapshot(): Promise<Blob>;
}

export interface UncloudedSwipeEventMap {
  /** The comparison stands on the map. */
  load: Event;
  error: CustomEvent<EmbedError>;
  /** The user moved the divider. */
  swipe: CustomEvent<{ readonly position: number }>;
  /** The user looks at another part, or another overlay. */
  change: CustomEvent<Partial<ViewState>>;
}

/** From the host to embed.html. */
export type HostMessage =
  | { readonly unclouded: 1; readonly type: 'set'; readonly state: Partial<ViewState> }
  | { readonly unclouded: 1; readonly type: 'get' };

/** From embed.html to the host. */
export type FrameMessage =
  | { readonly unclouded: 1; readonly type: 'ready' }
  | { readonly unclouded: 1; readonly type: 'load' }
  | { readonly unclouded: 1; readonly type: 'state'; readonly state: Partial<ViewState> }
  | ({ readonly unclouded: 1; readonly type: 'error' } & EmbedError);

export interface FrameConnection {
  set(state: Partial<ViewState>): void;
  /** Asks for a `state` message. */
  get(): void;
  close(): void;
}

export declare const UncloudedSwipe: new () => UncloudedSwipeElement;

/** Talks to an embed.html in an iframe whose address names this page's origin (`host=https://...`). */
export declare function connectFrame(
  iframe: HTMLIFrameElement,
  onMessage: (message: FrameMessage) => void,
): FrameConnection;

declare global {
  interface HTMLElementTagNameMap {
    'unclouded-swipe': UncloudedSwipeElement;
  }
}
