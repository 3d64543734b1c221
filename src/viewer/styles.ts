import type { Style } from 'ol/layer/WebGLTile.js';
import { DATE_COLOURS, MASK_ENTRIES, PROVENANCE_ENTRIES, type Rgb } from '../pipeline/colours.ts';
import { spanOf } from '../pipeline/enhance/shade.ts';
import type { Stretch } from '../pipeline/enhance/stretch.ts';
import type { Drawn } from '../store/combinations.ts';
import { CONFIDENCE_RAMP, NDVI_RAMP } from './palette.ts';

export type StyleVariables = Record<string, number>;

/** Uniforms of {@link imageStyle}: one range each for red, green and blue; gamma above 1 brightens. */
export function stretchVariables(ranges: readonly Stretch[], gamma: number): StyleVariables {
  const [r, g, b] = ranges;
  return {
    ...{ lowR: r.low, spanR: spanOf(r) },
    ...{ lowG: g.low, spanG: spanOf(g) },
    ...{ lowB: b.low, spanB: spanOf(b) },
    gamma,
  };
}

const colour = ([r, g, b]: Rgb, alpha = 1) => ['color', r, g, b, alpha];

const channel = (name: 'R' | 'G' | 'B', band: number) => [
  'clamp',
  ['/', ['-', ['band', band], ['var', `low${name}`]], ['var', `span${name}`]],
  0,
  1,
];

const ramp = (at: unknown, stops: readonly (readonly [number, Rgb])[], unit = 1) => [
  'interpolate',
  ['linear'],
  at,
  ...stops.flatMap(([stop, rgb]) => [stop / unit, colour(rgb)]),
];

const NDVI = ['/', ['-', ['band', 1], ['band', 2]], ['clamp', ['+', ['band', 1], ['band', 2]], 1e-6, 10]];

/** What a pixel's three bands become; see {@link Drawn}. */
const DRAWN: Readonly<Record<Drawn, unknown[]>> = {
  colours: ['array', channel('R', 1), channel('G', 2), channel('B', 3), 1],
  palette: ramp(channel('R', 1), CONFIDENCE_RAMP, 100),
  ndvi: ramp(['clamp', NDVI, -1, 1], NDVI_RAMP),
};

/** Three reflectance bands and validity (1 or 0), stretched by variables. */
export function imageStyle(variables: StyleVariables, drawn: Drawn = 'colours'): Style {
  return {
    variables,
    color: ['case', ['<', ['band', 4], 0.5], ['color', 0, 0, 0, 0], DRAWN[drawn]],
    gamma: ['var', 'gamma'],
  };
}

const CLEAR = ['color', 0, 0, 0, 0];
/** Uint8 samples reach the shader as 0..1. */
const value = ['round', ['*', ['band', 1], 255]];

const classStyle = (entries: readonly (readonly [number, Rgb])[]): Style => ({
  color: [
    'case',
    ['<', ['band', 2], 0.5],
    CLEAR,
    ...entries.flatMap(([code, rgb]) => [['==', value, code], colour(rgb)]),
    CLEAR,
  ],
});

export const maskStyle = (): Style => classStyle(MASK_ENTRIES);

export const provenanceStyle = (): Style => classStyle(PROVENANCE_ENTRIES);

/** Which other date a pixel came from; the scene's own stay transparent. */
export const dateStyle = (): Style => ({
  color: [
    'case',
    ['any', ['<', ['band', 2], 0.5], ['==', value, 0], ['==', value, 255]],
    CLEAR,
    ...DATE_COLOURS.flatMap((rgb, i) => [
      ['==', ['%', ['-', value, 1], DATE_COLOURS.length], i],
      colour(rgb),
    ]),
    CLEAR,
  ],
});

/** Percent 0..100 along the ramp; observed pixels (100) and no data (255) stay transparent. */
export const confidenceStyle = (): Style => ({
  color: ['case', ['any', ['<', ['band', 2], 0.5], ['>=', value, 100]], CLEAR, ramp(value, CONFIDENCE_RAMP)],
});
