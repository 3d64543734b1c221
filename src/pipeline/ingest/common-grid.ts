import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { type GeoTransform, type Grid, type SampleType, sameCrs } from '../scene.ts';
import type { Image } from './image.ts';
import { type Axis, converted, type Placement, resampled } from './resample.ts';
import type { ImageReader } from './source.ts';

/** In square units of the coordinate system; 1 where it is not known. */
export function pixelArea({ transform }: Grid): number {
  return transform ? Math.abs(transform[1] * transform[5] - transform[2] * transform[4]) : 1;
}

/** A band as it is read on the grid of the finest one. */
export function onFinestGrid(
  image: Image,
  finest: Image,
  method: Placement['method'],
  sampleType: SampleType,
  nodata: number | null,
): ImageReader {
  const own = image.nodata;
  const reader = moved(image, image.reader, finest, method, own ?? nodata);
  const renamed = own !== null && nodata !== null && !Object.is(own, nodata);
  if (!renamed && image.sampleType === sampleType) return reader;
  return converted(
    reader,
    sampleType,
    renamed ? (value) => (Object.is(value, own) ? nodata : value) : undefined,
  );
}

/** A reader of the image's grid as one of the finest grid. */
export function moved(
  image: Image,
  reader: ImageReader,
  finest: Image,
  method: Placement['method'],
  nodata: number | null,
): ImageReader {
  const axes = axesOn(image, finest);
  return axes ? resampled(reader, { ...axes, method, nodata, sampleType: image.sampleType }) : reader;
}

/** Where the pixels of the finest grid lie on the grid of an image; null if they are the same. */
export function axesOn(image: Image, finest: Image): { columns: Axis; rows: Axis } | null {
  const { grid } = image;
  const fine = finest.grid;
  const names = { a: image.name, b: finest.name };
  if (!sameCrs(grid.crs, fine.crs)) {
    throw differentGrids(
      phrase('{{a}} and {{b}} differ in their coordinate system ({{one}}; {{other}}).', {
        ...names,
        one: grid.crs.name,
        other: fine.crs.name,
      }),
    );
  }
  const sameSize = grid.width === fine.width && grid.height === fine.height;
  if (!grid.transform || !fine.transform) {
    if (sameSize && !grid.transform && !fine.transform) return null;
    throw differentGrids(
      phrase('{{a}} and {{b}} differ in their size, and not both of them say where they lie.', names),
    );
  }
  const upright = (t: GeoTransform) => t[2] === 0 && t[4] === 0;
  if (grid.transform.every((value, i) => value === (fine.transform as GeoTransform)[i]) && sameSize)
    return null;
  if (!upright(grid.transform) || !upright(fine.transform))
    throw differentGrids(phrase('{{a}} and {{b}} differ in their rotation.', names));
  const axis = (origin: 0 | 3, pixel: 1 | 5, size: number, fineSize: number): Axis => {
    const [coarse, sharp] = [grid.transform as GeoTransform, fine.transform as GeoTransform];
    const step = sharp[pixel] / coarse[pixel];
    const start = (sharp[origin] - coarse[origin]) / coarse[pixel];
    const end = start + step * fineSize;
    // An origin that is off by rounding is the same origin.
    if (!(step > 0) || Math.abs(start) > 1 || Math.abs(end - size) > 1)
      throw differentGrids(phrase('{{a}} and {{b}} differ in their extent.', names));
    return { step, start: Math.abs(start) < 1e-6 ? 0 : start, size };
  };
  return {
    columns: axis(0, 1, grid.width, fine.width),
    rows: axis(3, 5, grid.height, fine.height),
  };
}

function differentGrids(message: Phrase): PipelineError {
  return new PipelineError(
    'scene/different-grids',
    message,
    phrase('Bring them to one grid: gdalwarp -t_srs EPSG:... -te xmin ymin xmax ymax input.tif output.tif.'),
  );
}
