import type { DisplayPixels } from '../enhance/display-tile.ts';
import type { Enhancement } from '../enhance/enhance.ts';
import { shade } from '../enhance/shade.ts';
import type { Stretch } from '../enhance/stretch.ts';
import type { CarriedMetadata, Scene, Window } from '../scene.ts';
import { editItems } from '../tiff/gdal-metadata.ts';
import { type CogSpec, type WriteOptions, writeCog } from './cog-writer.ts';
import type { ByteSink } from './sink.ts';

/** How a scene is looked at. */
export interface Look {
  /** File indices of red, green, blue. */
  readonly bands: readonly [number, number, number];
  /** Reflectance drawn black and white, for each. */
  readonly stretch: readonly Stretch[];
  /** Above 1 brightens. */
  readonly gamma: number;
  readonly enhancement: Enhancement;
}

/**
 * A picture of the whole scene as it is looked at: red, green and blue of 8 bits on the scene's grid, with a mask where there
 * is no data. For the eye: `UNCLOUDED_PICTURE` says so, `UNCLOUDED_LOOK` how it was made.
 * @param tile three bands in reflectance and validity at full resolution, as displayTile gives them
 * @returns length in bytes
 * @throws PipelineError as {@link writeCog}, and those of `tile`
 */
export function writePicture(
  scene: Scene,
  look: Look,
  tile: (window: Window, signal?: AbortSignal) => Promise<DisplayPixels>,
  sink: ByteSink,
  options?: WriteOptions,
): Promise<number> {
  const metadata: CarriedMetadata = {
    geoTags: scene.metadata.geoTags,
    gdalMetadata: editItems(scene.metadata.gdalMetadata, (item) => item.name !== 'AREA_OR_POINT', [
      item('UNCLOUDED_PICTURE', 'For viewing only: its values are no measurements.'),
      item('UNCLOUDED_LOOK', JSON.stringify(look)),
    ]),
    gdalNodata: null,
    photometricInterpretation: 2,
    extraSamples: [],
    otherTags: {},
  };
  const spec: CogSpec = {
    width: scene.grid.width,
    height: scene.grid.height,
    bands: 3,
    hasMask: true,
    sampleType: 'uint8',
    nodata: null,
    reductions: ['average', 'average', 'average'],
    metadata,
  };
  return writeCog(
    spec,
    async (window, signal) => ({ window, bands: drawn(await tile(window, signal), look) }),
    sink,
    options,
  );
}

const item = (name: string, value: string) => ({ name, sample: null, role: '', domain: '', value });

/** Planes of red, green, blue, and 255 where there is data. */
function drawn({ data, width, height }: DisplayPixels, { stretch, gamma }: Look): Uint8Array[] {
  const planes = Array.from({ length: 4 }, () => new Uint8Array(width * height));
  for (let i = 0; i < width * height; i++) {
    for (let band = 0; band < 3; band++) {
      planes[band][i] = shade(data[4 * i + band], stretch[band], gamma);
    }
    planes[3][i] = data[4 * i + 3] > 0.5 ? 255 : 0;
  }
  return planes;
}
