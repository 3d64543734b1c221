import proj4 from 'proj4';
import { PipelineError } from '../errors.ts';
import { phrase } from '../phrase.ts';
import { type GeoTransform, type Grid, sameCrs } from '../scene.ts';

/** Position on one grid to position on another, in pixels from the upper left corner of the corner pixel. */
export type PixelMap = (x: number, y: number) => readonly [x: number, y: number];

const PLAIN: Readonly<Record<number, string>> = {
  4326: '+proj=longlat +datum=WGS84',
  4258: '+proj=longlat +ellps=GRS80 +towgs84=0,0,0',
  4269: '+proj=longlat +ellps=GRS80 +towgs84=0,0,0',
  4674: '+proj=longlat +ellps=GRS80 +towgs84=0,0,0',
  3857: '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null',
  3035: '+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +towgs84=0,0,0 +units=m',
  2154: '+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80 +towgs84=0,0,0 +units=m',
  5070: '+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0 +ellps=GRS80 +towgs84=0,0,0 +units=m',
  3577: '+proj=aea +lat_0=0 +lon_0=132 +lat_1=-18 +lat_2=-36 +x_0=0 +y_0=0 +ellps=GRS80 +towgs84=0,0,0 +units=m',
  3031: '+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +x_0=0 +y_0=0 +datum=WGS84 +units=m',
  3413: '+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +x_0=0 +y_0=0 +datum=WGS84 +units=m',
  27700:
    '+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy ' +
    '+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m',
};

/** UTM zones by rule: first and last code, zone of the first code, south of the equator, figure of the earth. */
const UTM: readonly (readonly [number, number, number, boolean, string])[] = [
  [32601, 32660, 1, false, '+datum=WGS84'],
  [32701, 32760, 1, true, '+datum=WGS84'],
  [25828, 25838, 28, false, '+ellps=GRS80 +towgs84=0,0,0'],
  [26901, 26923, 1, false, '+ellps=GRS80 +towgs84=0,0,0'],
  [31965, 31976, 11, false, '+ellps=GRS80 +towgs84=0,0,0'],
  [31977, 31985, 17, true, '+ellps=GRS80 +towgs84=0,0,0'],
  [28346, 28359, 46, true, '+ellps=GRS80 +towgs84=0,0,0'],
  [7846, 7859, 46, true, '+ellps=GRS80 +towgs84=0,0,0'],
];

/** PROJ definition of an EPSG code that is known here; null for others. Nothing is looked up on a network. */
export function definitionOf(code: string): string | null {
  const number = Number(/^EPSG:(\d+)$/.exec(code)?.[1] ?? Number.NaN);
  if (PLAIN[number]) return PLAIN[number];
  const rule = UTM.find(([first, last]) => number >= first && number <= last);
  if (!rule) return null;
  const [first, , firstZone, south, earth] = rule;
  return `+proj=utm +zone=${firstZone + number - first}${south ? ' +south' : ''} ${earth} +units=m`;
}

function inverse([x0, a, b, y0, c, d]: GeoTransform): PixelMap {
  const det = a * d - b * c;
  return (x, y) => [(d * (x - x0) - b * (y - y0)) / det, (a * (y - y0) - c * (x - x0)) / det];
}

/** A grid in degrees may count them from any meridian, and on beyond 180: of all turns, the one that is nearest to its middle. */
export function turnedTo({ width, height, transform, crs }: Grid): (east: number) => number {
  if (!transform || crs.units !== 'degrees') return (east) => east;
  const middle = transform[0] + (transform[1] * width + transform[2] * height) / 2;
  return (east) => {
    const turns = Math.round((middle - east) / 360);
    return turns === 0 ? east : east + 360 * turns;
  };
}

/**
 * Where the pixels of one grid lie on another.
 *
 * Pictures without georeference match pixel by pixel if they are of one size.
 * @throws PipelineError `dates/unknown-crs` if the coordinate systems differ and one of them has no definition here,
 *   `dates/no-georeference` if only one of the two says where it lies, or their sizes differ.
 */
export function pixelMap(from: Grid, to: Grid): PixelMap {
  if (!from.transform || !to.transform) {
    const alike = !from.transform && !to.transform && from.width === to.width && from.height === to.height;
    if (alike) return (x, y) => [x, y];
    throw new PipelineError(
      'dates/no-georeference',
      phrase(
        'The dates cannot be laid over each other: not both of them say where they lie, and they are not of one size.',
      ),
      phrase('Use georeferenced files, or pictures of the same size that match pixel by pixel.'),
    );
  }
  const [x0, a, b, y0, c, d] = from.transform;
  const onGrid = inverse(to.transform);
  const turned = turnedTo(to);
  const toPixels: PixelMap = (east, north) => onGrid(turned(east), north);
  const onGround: PixelMap = (x, y) => [x0 + a * x + b * y, y0 + c * x + d * y];
  if (sameCrs(from.crs, to.crs)) return (x, y) => toPixels(...onGround(x, y));
  const [own, other] = [from.crs, to.crs].map((crs) => {
    const definition = definitionOf(crs.code);
    if (definition) return definition;
    throw new PipelineError(
      'dates/unknown-crs',
      phrase('The dates are in different coordinate systems, and {{name}} ({{code}}) is not known here.', {
        name: crs.name,
        code: crs.code,
      }),
      phrase('Bring one of them to the system of the other: gdalwarp -t_srs EPSG:... other.tif matched.tif.'),
    );
  });
  const { forward } = proj4(own, other);
  return (x, y) => {
    const [east, north] = forward([...onGround(x, y)]);
    return toPixels(east, north);
  };
}
