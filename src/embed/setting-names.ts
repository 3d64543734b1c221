import type { ViewState } from './api.ts';

/** The settings of a view: attributes of the element, parameters of embed.html, and what messages may change. */
export const SETTINGS = Object.keys({
  swipe: 0,
  bands: 0,
  stretch: 0,
  gamma: 0,
  overlay: 0,
  view: 0,
} satisfies Record<keyof ViewState, 0>) as (keyof ViewState)[];
