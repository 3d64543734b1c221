import { PipelineError } from '../pipeline/errors.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import type { Window } from '../pipeline/scene.ts';
import type { ViewState } from './api.ts';

/** A {@link ViewState} as numbers; what is not given is undefined, and found from the images. */
export interface Settings {
  readonly swipe: number;
  /** File indices of red, green, blue. */
  readonly bands?: readonly [number, number, number];
  readonly stretch?: readonly { readonly low: number; readonly high: number }[];
  readonly gamma: number;
  readonly overlay: 'mask' | 'provenance' | null;
  readonly view?: Window;
}

/** As in the application. */
const DEFAULT_GAMMA = 1.2;

/** @throws PipelineError `embed/bad-setting` naming the first one that cannot be understood */
export function parseSettings(state: Partial<ViewState>): Settings {
  const { swipe, bands, stretch, gamma, overlay, view } = state;
  return {
    swipe: swipe ? parseShare(swipe) : 0.5,
    bands: bands ? parseBands(bands) : undefined,
    stretch: stretch ? parseStretch(stretch) : undefined,
    gamma: gamma ? parseGamma(gamma) : DEFAULT_GAMMA,
    overlay: overlay ? parseOverlay(overlay) : null,
    view: view ? parseView(view) : undefined,
  };
}

function parseShare(text: string): number {
  const [share] = numbers(text, 1) ?? [];
  if (share === undefined || share < 0 || share > 1)
    throw badSetting('swipe', text, phrase('Give a number from 0 to 1.'));
  return share;
}

function parseBands(text: string): [number, number, number] {
  const found = numbers(text, 3) ?? numbers(text, 1);
  if (!found?.every((band) => Number.isInteger(band) && band >= 1))
    throw badSetting('bands', text, phrase('Give numbers of three bands, from 1, such as 4,3,2.'));
  const [red, green = red, blue = red] = found.map((band) => band - 1);
  return [red, green, blue];
}

function parseStretch(text: string): { low: number; high: number }[] {
  const pairs = text.split(';').map((pair) => numbers(pair, 2));
  const ranges = pairs.flatMap((pair) =>
    pair && pair[1] > pair[0] ? [{ low: pair[0], high: pair[1] }] : [],
  );
  if (ranges.length !== pairs.length || (pairs.length !== 1 && pairs.length !== 3))
    throw badSetting('stretch', text, phrase('Give one or three pairs of reflectance, such as 0.02,0.3.'));
  return ranges.length === 3 ? ranges : [ranges[0], ranges[0], ranges[0]];
}

function parseGamma(text: string): number {
  const [gamma] = numbers(text, 1) ?? [];
  if (gamma === undefined || gamma <= 0)
    throw badSetting('gamma', text, phrase('Give a number above 0, such as 1.2.'));
  return gamma;
}

function parseOverlay(text: string): Settings['overlay'] {
  if (text === 'none') return null;
  if (text === 'mask' || text === 'provenance') return text;
  throw badSetting('overlay', text, phrase('Give mask, provenance or none.'));
}

function parseView(text: string): Window {
  const [x, y, width, height] = numbers(text, 4) ?? [];
  if (!(width > 0 && height > 0))
    throw badSetting('view', text, phrase('Give x,y,width,height in pixels of the image.'));
  return { x, y, width, height };
}

function numbers(text: string, count: number): number[] | null {
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  return parts.length === count && parts.every(Number.isFinite) ? parts : null;
}

/** A setting that cannot be understood, and how it is to be given. */
export function badSetting(name: string, text: string, remedy: Phrase): PipelineError {
  return new PipelineError(
    'embed/bad-setting',
    phrase('“{{text}}” cannot be used for “{{name}}”.', { text: text.slice(0, 60), name }),
    remedy,
  );
}

/** A window as `x,y,width,height`, in whole pixels. */
export function viewText({ x, y, width, height }: Window): string {
  return [x, y, width, height].map(Math.round).join();
}

/** A share with at most three decimals. */
export function shareText(share: number): string {
  return String(Math.round(share * 1000) / 1000);
}
