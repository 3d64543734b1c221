import { frequency, transform } from '../dates/fourier.ts';
import { percentile } from '../enhance/stretch.ts';
import {
  bodyOf,
  type CloudOptics,
  drawLook,
  type Layers,
  type Shapes,
  shadowOffset,
} from './cloud-physics.ts';
import type { Random } from './random.ts';

/** Side of a shape, which repeats beyond it. */
const SIDE = 512;

/**
 * Fractal noise with the spectrum f^-beta, 512 x 512, periodic, scaled so that all but the outermost 0.2 % on either side lie
 * in 0..1.
 * @param stretch Above 1, draws it out along `angle` (radians).
 */
function noiseField(random: Random, beta: number, stretch = 1, angle = 0): Float32Array {
  const white = Float64Array.from({ length: SIDE * SIDE }, () => random.normal());
  const shaped = hartley(white);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < shaped.length; i++) {
    const fx = frequency(i % SIDE, SIDE);
    const fy = frequency(Math.floor(i / SIDE), SIDE);
    const f = Math.hypot((fx * cos + fy * sin) * stretch, fy * cos - fx * sin);
    shaped[i] *= f > 0 ? f ** -beta : 0;
  }
  const field = hartley(shaped);
  const sorted = field.slice().sort();
  const [low, high] = [percentile(sorted, 0.002), percentile(sorted, 0.998)];
  return Float32Array.from(field, (value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
}

/** Hartley's transform: real like the picture, and, but for a factor, its own inverse. */
function hartley(picture: Float64Array): Float64Array {
  const { re, im } = transform(picture, SIDE);
  return re.map((value, i) => value - im[i]);
}

/** How a picture looks at a shape. */
interface Crop {
  /** Pixels of the shape per pixel of the picture. */
  readonly zoom: number;
  readonly angle: number;
  readonly x: number;
  readonly y: number;
}

const drawCrop = (random: Random): Crop => ({
  zoom: random.logUniform(0.4, 1.6),
  angle: random.uniform(0, 2 * Math.PI),
  x: random.uniform(0, SIDE),
  y: random.uniform(0, SIDE),
});

/** A picture of a shape, whose content is moved by (dx, dy) pixels; interpolated linearly. */
function crop(field: Float32Array, width: number, height: number, of: Crop, dx = 0, dy = 0): Float32Array {
  const [cos, sin] = [of.zoom * Math.cos(of.angle), of.zoom * Math.sin(of.angle)];
  const wrap = (value: number) => value & (SIDE - 1);
  return Float32Array.from({ length: width * height }, (_, i) => {
    const u = (i % width) - dx;
    const v = Math.floor(i / width) - dy;
    const x = of.x + cos * u - sin * v;
    const y = of.y + sin * u + cos * v;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [s, t] = [x - left, y - top];
    const [x0, x1] = [wrap(left), wrap(left + 1)];
    const [y0, y1] = [wrap(top) * SIDE, wrap(top + 1) * SIDE];
    return (
      (1 - t) * ((1 - s) * field[y0 + x0] + s * field[y0 + x1]) +
      t * ((1 - s) * field[y1 + x0] + s * field[y1 + x1])
    );
  });
}

/**
 * Optical depth from a shape: none where the shape is low, so that `cover` of the usable pixels are cloudy.
 * @param hard 0..1: how steep the edges are.
 */
function depthMaker(
  random: Random,
  shape: Float32Array,
  usable: Uint8Array,
  cover: number,
  depth: number,
  hard: number,
) {
  const sorted = shape.filter((_, i) => usable[i] === 1).sort();
  const threshold = percentile(sorted, 1 - cover);
  const top = sorted[sorted.length - 1];
  const span = Math.max(0.02, (top - threshold) * random.uniform(0.4, 1) * (1 - 0.85 * hard));
  return (field: Float32Array) =>
    field.map((value) => {
      const d = Math.min(4, Math.max(0, (value - threshold) / span));
      return depth * d * (0.5 + 0.5 * d);
    });
}

/** Clouds over a picture, and as blue sees them. */
export interface Clouds {
  readonly layers: Layers;
  readonly look: CloudOptics;
}

/**
 * Draws broken cloud with its shadow, and a veil beside it, over a picture of `width` x `height` pixels.
 *
 * @param usable 1 where a cloud serves its purpose: covers are shares of these pixels.
 * @param pixelMetres Side of a pixel on the ground.
 * @param bright As {@link drawLook}.
 */
export function drawClouds(
  random: Random,
  width: number,
  height: number,
  usable: Uint8Array,
  pixelMetres: number,
  bright: number,
): Clouds {
  const shape = noiseField(random, random.uniform(1.5, 2.1));
  const veil = noiseField(random, random.uniform(1.6, 2.2), random.uniform(1, 4), random.uniform(0, Math.PI));
  const of = drawCrop(random);
  const depth = random.logUniform(2, 9);
  const hard = random.uniform();
  const azimuth = random.uniform(0, 2 * Math.PI);
  const altitude = random.logUniform(300, 10000);
  const far = shadowOffset(altitude, random.uniform(0.25, 1.15), azimuth, Math.max(8, pixelMetres));
  // Shadows that fall beyond the picture would show nothing.
  const length = Math.hypot(far.dx, far.dy);
  const shorter = Math.min(Math.max(8, length), 0.2 * Math.min(width, height)) / length;
  const over = crop(shape, width, height, of);
  const toDepth = depthMaker(random, over, usable, random.uniform(0.15, 0.3), depth, hard);
  const thinShape = crop(veil, width, height, drawCrop(random));
  const toThin = depthMaker(
    random,
    thinShape,
    usable,
    random.uniform(0.2, 0.35),
    random.logUniform(0.25, 0.9),
    0,
  );
  const shapes: Shapes = {
    width,
    height,
    thick: toDepth(over),
    cast: toDepth(crop(shape, width, height, of, far.dx * shorter, far.dy * shorter)),
    thin: toThin(thinShape),
    texture: crop(veil, width, height, drawCrop(random)).map((value) => value - 0.5),
    shade: crop(veil, width, height, drawCrop(random)),
  };
  const look = drawLook(random, depth, hard, altitude, azimuth, bright);
  return { layers: { ...shapes, body: bodyOf(look, shapes) }, look };
}
