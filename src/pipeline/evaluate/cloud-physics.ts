import { type BandRole, CANONICAL_BANDS, MASK_CLASS, type Sensor } from '../scene.ts';
import { WAVELENGTHS } from '../wavelengths.ts';
import type { Random } from './random.ts';

/**
 * How clouds and shadows change a picture: the same physics, and (with greyer clouds) the ranges of the simulator that the
 * networks were trained with (training/unclouded_training/simulate.py). A layer of optical depth tau is opaque by
 * `a_b = 1 - exp(-tau (lambda_b / 0.56)^-g)` in band b; the picture becomes `(1 - a_b) ground + a_b cloud_b`. Its shadow takes
 * from every band a share of its own.
 */

/** Micrometres of the canonical bands. */
const CANONICAL_WAVELENGTHS = CANONICAL_BANDS.map((role) => WAVELENGTHS[role] as number);
const REFERENCE_WAVELENGTH = 0.56;
/** Median reflectance of thick cloud as Sentinel-2 and as Landsat 7 see it. */
const CLOUD_S2 = [0.42, 0.4, 0.42, 0.59, 0.48, 0.37];
const CLOUD_L7 = [0.26, 0.27, 0.3, 0.37, 0.36, 0.28];
/** What the lightest and the darkest shadow leave of the light. */
const SHADOW_LIGHT = [0.95, 0.85, 0.8, 0.6, 0.45, 0.45];
const SHADOW_DARK = [0.75, 0.6, 0.5, 0.3, 0.25, 0.25];
/** Scale height in metres of the water vapour that hides the ground at 1.38 micrometres. */
const VAPOUR_HEIGHT = 2000;
/**
 * Seconds between blue and each band until a sensor that looks ahead and back sees the same ground in it: as in training, with further bands of Sentinel-2
 * by its User Handbook, and of OLI by their order along the track. TM and ETM+ see all bands at once.
 */
const BAND_TIMES: Partial<Record<Sensor, Partial<Record<BandRole, number>>>> = {
  'sentinel-2': {
    nir: 0.264,
    green: 0.527,
    cirrus: 0.851,
    red: 1.005,
    rededge1: 1.269,
    swir16: 1.468,
    rededge2: 1.525,
    rededge3: 1.79,
    nir08: 2.055,
    swir22: 2.085,
    coastal: 2.314,
    nir09: 2.586,
  },
  'landsat-oli': {
    pan: -0.14,
    coastal: 0.14,
    nir: 0.28,
    red: 0.41,
    green: 0.55,
    swir22: 0.69,
    swir16: 0.83,
    cirrus: 0.97,
  },
};
/** Change of the angle of view in radians per second: 7.4 km/s, seen from 786 km. */
const VIEW_RATE = 0.0094;
/** Direction of flight by day, clockwise from north. */
const TRACK = (193 / 180) * Math.PI;

/** Value at a wavelength of something known in the canonical bands; constant beyond both ends. */
function atWavelength(values: readonly number[], wavelength: number): number {
  const above = CANONICAL_WAVELENGTHS.findIndex((known) => known >= wavelength);
  if (above === 0) return values[0];
  if (above < 0) return values[values.length - 1];
  const share =
    (wavelength - CANONICAL_WAVELENGTHS[above - 1]) /
    (CANONICAL_WAVELENGTHS[above] - CANONICAL_WAVELENGTHS[above - 1]);
  return (1 - share) * values[above - 1] + share * values[above];
}

/** Factor on the optical depth at a wavelength in micrometres (Angstrom's law); `g` is about 0 for water drops. */
export function depthFactor(g: number, wavelength: number): number {
  return (wavelength / REFERENCE_WAVELENGTH) ** -g;
}

/** What the full shadow leaves of the light in the canonical bands, 0..1; `darkness` 0..1. */
export function shadowRatio(darkness: number): number[] {
  return SHADOW_LIGHT.map((light, band) => light + (SHADOW_DARK[band] - light) * darkness);
}

/** Pixels from a cloud to its shadow, x east and y south; angles in radians, azimuth of the sun clockwise from north. */
export function shadowOffset(height: number, zenith: number, azimuth: number, pixelMetres: number) {
  const length = (height * Math.tan(zenith)) / pixelMetres;
  return { dx: -length * Math.sin(azimuth), dy: length * Math.cos(azimuth) };
}

/**
 * Pixels, x east and y south, from where blue sees a cloud at a height in metres to where another band does, on ground that is registered
 * (Skakun et al. 2017: over a pixel between blue and red of Sentinel-2).
 */
export function parallax(sensor: Sensor, role: BandRole, height: number, pixelMetres: number) {
  const length = (height * VIEW_RATE * (BAND_TIMES[sensor]?.[role] ?? 0)) / pixelMetres;
  return { dx: length * Math.sin(TRACK), dy: -length * Math.cos(TRACK) };
}

/**
 * Share of light at 1.38 micrometres that reaches a layer at a height in metres and returns (Gao et al. 1993: low cloud and
 * ground stay dark); `vapour` is the depth of the whole column, there and back.
 */
export function cirrusTransmittance(height: number, vapour: number): number {
  return Math.exp(-vapour * Math.exp(-height / VAPOUR_HEIGHT));
}

/** How fast clouds grow brighter with their depth: see {@link cloudBrightness}. */
const CLOUD_GROWTH = [0.15, 0.6] as const;
/** Optical depth at which a cloud is as bright as its colour says. */
const USUAL_DEPTH = 5;

/**
 * Light that a cloud sends back, of what it would if it were infinitely deep, per share `1 - exp(-depth)` of the ground that it hides. It
 * goes on to grow brighter long after it has hidden the ground: its albedo is x / (1 + x), x = growth * depth (two-stream solution without
 * absorption, Bohren 1987).
 */
export function cloudBrightness(depth: number, growth: number): number {
  const least = Math.max(1e-3, depth);
  const x = growth * least;
  return x / (1 + x) / (1 - Math.exp(-least));
}

/** Opacity from which a pixel counts as thin and as thick cloud, and darkening from which as shadow. */
const [THIN_FROM, THICK_FROM, SHADOW_FROM] = [0.08, 0.625, 0.12];

/**
 * MASK_CLASS of a pixel.
 * @param opacity Mean over the visible bands, 0..1.
 * @param darkening Mean share of the light that the shadow takes, 0..1.
 */
export function maskClassOf(opacity: number, darkening: number): number {
  if (opacity >= THICK_FROM) return MASK_CLASS.thick;
  if (opacity >= THIN_FROM) return MASK_CLASS.thin;
  return darkening >= SHADOW_FROM ? MASK_CLASS.shadow : MASK_CLASS.clear;
}

/** What was drawn for one picture. */
export interface CloudOptics {
  /** Depth of the thick layer, heights of both in metres, and angle of the sun. */
  readonly depth: number;
  readonly heights: readonly [number, number];
  readonly azimuth: number;
  /** Steepness and share of the shadow, and what it leaves in the canonical bands. */
  readonly shadow: { readonly steepness: number; readonly share: number; readonly ratio: readonly number[] };
  /** Exponents of the two layers. */
  readonly exponents: readonly [number, number];
  /** Reflectance of the cloud in the canonical bands. */
  readonly colour: readonly number[];
  readonly texture: number;
  readonly relief: number;
  /** How fast the clouds grow brighter with their depth, and how much darker some tops are than others. */
  readonly growth: number;
  readonly shade: number;
  /** Share of the colour's light that all clouds have: they are brighter than most of the ground. */
  readonly darkest: number;
  /** Share of light at 1.38 micrometres that both layers give back. */
  readonly cirrus: readonly [number, number];
}

/**
 * Draws how the clouds of a picture look.
 * @param depth Optical depth of the thick layer.
 * @param height Of that layer in metres.
 * @param hard 0..1: how steep the edges of that layer are; heaps are rougher than veils.
 * @param bright Reflectance in the visible that the brighter quarter of the ground exceeds: clouds are brighter still.
 */
export function drawLook(
  random: Random,
  depth: number,
  hard: number,
  height: number,
  azimuth: number,
  bright: number,
): CloudOptics {
  const heaps = hard > 0.3 ? 1 : 0;
  const mix = random.uniform();
  const gain = random.logUniform(0.65, 1.9);
  const ice = random.uniform() < 0.3 ? random.uniform(0.35, 0.9) : 1;
  const raw = CLOUD_S2.map(
    (value, band) =>
      (value * mix + CLOUD_L7[band] * (1 - mix)) * gain * (1 + 0.02 * random.normal()) * (band < 4 ? 1 : ice),
  );
  const visible = (raw[0] + raw[1] + raw[2]) / 3;
  const lift = Math.max(1, (bright + 0.12) / visible);
  const vapour = random.logUniform(3, 12);
  const heights: [number, number] = [height, random.logUniform(1000, 12000)];
  return {
    depth,
    heights,
    azimuth,
    shadow: {
      steepness: random.logUniform(0.6, 2.5),
      share: random.uniform(0.6, 1),
      ratio: shadowRatio(random.uniform()).map((value) =>
        Math.min(0.97, Math.max(0.2, value * (1 + 0.04 * random.normal()))),
      ),
    },
    exponents: [random.uniform(-0.1, 0.15), random.uniform() < 0.5 ? 0 : random.uniform(0, 1.5)],
    colour: raw.map((value) => value * lift),
    texture: random.uniform(0, 0.5) + heaps * random.uniform(0, 0.8),
    relief: random.uniform(0, 0.35),
    growth: random.uniform(...CLOUD_GROWTH),
    shade: heaps * random.uniform(0, 1.2),
    darkest: (bright + 0.05) / (visible * lift),
    cirrus: [cirrusTransmittance(heights[0], vapour), cirrusTransmittance(heights[1], vapour)],
  };
}

/** Shapes of clouds over a picture, row by row. */
export interface Shapes {
  readonly width: number;
  readonly height: number;
  /** Optical depth of the thick layer, and the same where its shadow falls. */
  readonly thick: Float32Array;
  readonly cast: Float32Array;
  /** That of the thin layer, whose shadow cannot be seen. */
  readonly thin: Float32Array;
  /** Texture of the cloud's body, -0.5..0.5. */
  readonly texture: Float32Array;
  /** Which tops are darker, 0..1. */
  readonly shade: Float32Array;
}

/** Clouds over a picture as a band sees them: the depths of {@link Shapes}, and how bright the cloud's body is. */
export interface Layers extends Pick<Shapes, 'width' | 'height' | 'thick' | 'cast' | 'thin'> {
  readonly body: Float32Array;
}

/** Clouds as another band sees them, whose shadows lie where they do; `layers` are as blue sees them. */
export function seenBy(
  sensor: Sensor,
  role: BandRole,
  { heights }: CloudOptics,
  layers: Layers,
  pixelMetres: number,
): Layers {
  const [low, high] = heights.map((height) => parallax(sensor, role, height, pixelMetres));
  if (low.dx === 0 && low.dy === 0) return layers;
  const { width, height } = layers;
  return {
    ...layers,
    thick: moved(layers.thick, width, height, low),
    body: moved(layers.body, width, height, low),
    thin: moved(layers.thin, width, height, high),
  };
}

/** A plane whose content is moved by (dx, dy) pixels; interpolated linearly, edges replicated. */
function moved(
  plane: Float32Array,
  width: number,
  height: number,
  { dx, dy }: { dx: number; dy: number },
): Float32Array {
  const [left, top] = [Math.floor(-dx), Math.floor(-dy)];
  const [s, t] = [-dx - left, -dy - top];
  const within = (value: number, side: number) => Math.min(side - 1, Math.max(0, value));
  return plane.map((_, i) => {
    const x = (i % width) + left;
    const y = Math.floor(i / width) + top;
    const [x0, x1] = [within(x, width), within(x + 1, width)];
    const [y0, y1] = [within(y, height) * width, within(y + 1, height) * width];
    return (
      (1 - t) * ((1 - s) * plane[y0 + x0] + s * plane[y0 + x1]) +
      t * ((1 - s) * plane[y1 + x0] + s * plane[y1 + x1])
    );
  });
}

/** Share of the light that both layers hold back at a wavelength in micrometres, per pixel. */
function opacityAt({ exponents }: CloudOptics, { thick, thin }: Layers, wavelength: number): Float32Array {
  const [a, b] = exponents.map((g) => depthFactor(g, wavelength));
  return thick.map((depth, i) => 1 - Math.exp(-(depth * a + thin[i] * b)));
}

/** Share of the full shadow, per pixel. */
function strengthOf({ shadow }: CloudOptics, { cast }: Layers): Float32Array {
  return cast.map((depth) => (1 - Math.exp(-depth * shadow.steepness)) * shadow.share);
}

/**
 * Opacity, mean over blue, green and red, and darkening by the shadow, mean over the canonical bands; per pixel, 0..1.
 * @param seen The clouds as a band sees them.
 */
export function strengths(
  look: CloudOptics,
  seen: (role: BandRole) => Layers,
): { opacity: Float32Array; darkening: Float32Array } {
  const { ratio } = look.shadow;
  const taken = 1 - ratio.reduce((sum, value) => sum + value, 0) / ratio.length;
  const [blue, green, red] = CANONICAL_BANDS.slice(0, 3).map((role, band) =>
    opacityAt(look, seen(role), CANONICAL_WAVELENGTHS[band]),
  );
  return {
    opacity: blue.map((value, i) => (value + green[i] + red[i]) / 3),
    darkening: strengthOf(look, seen('blue')).map((strength) => strength * taken),
  };
}

/** Ground under clouds and shadow, in reflectance, in a band of the given wavelength in micrometres that sees these layers. */
export function paint(
  ground: Float32Array,
  wavelength: number,
  look: CloudOptics,
  layers: Layers,
): Float32Array {
  const colour = atWavelength(look.colour, wavelength);
  const ratio = atWavelength(look.shadow.ratio, wavelength);
  const strength = strengthOf(look, layers);
  const opacity = opacityAt(look, layers, wavelength);
  return ground.map((value, i) => {
    const shaded = value * (1 - strength[i] * (1 - ratio));
    return shaded * (1 - opacity[i]) + colour * layers.body[i] * opacity[i];
  });
}

/** The band at 1.38 micrometres: what is there, and what both layers give back. */
export function paintCirrus(ground: Float32Array, look: CloudOptics, layers: Layers): Float32Array {
  const bright = atWavelength(look.colour, 0.833);
  return ground.map((value, i) => {
    const [thick, thin] = [layers.thick[i], layers.thin[i]].map((depth) => 1 - Math.exp(-depth));
    return value + bright * (look.cirrus[0] * thick + look.cirrus[1] * thin);
  });
}

/** Brightness of the cloud's body: it grows with depth, is textured, higher on the flank that faces the sun, and lower on some tops. */
export function bodyOf(
  look: CloudOptics,
  { width, height, thick, thin, texture, shade }: Shapes,
): Float32Array {
  const [east, south] = [Math.sin(look.azimuth), -Math.cos(look.azimuth)];
  const usual = cloudBrightness(USUAL_DEPTH, look.growth);
  return thick.map((depth, i) => {
    const x = i % width;
    const y = (i - x) / width;
    const across = x > 0 && x < width - 1 ? (thick[i + 1] - thick[i - 1]) / 2 : 0;
    const down = y > 0 && y < height - 1 ? (thick[i + width] - thick[i - width]) / 2 : 0;
    const flank = Math.tanh(-3 * (across * east + down * south));
    const light =
      (cloudBrightness(depth + thin[i], look.growth) / usual) *
      (1 + look.texture * texture[i] + look.relief * flank) *
      Math.exp(-look.shade * shade[i]);
    return Math.max(light, look.darkest);
  });
}
