/** How names of GeoTIFFs end. */
export const TIFF_ENDINGS = ['.tif', '.tiff', '.gtif', '.gtiff'] as const;

const TIFF_ENDING = /\.g?tiff?$/i;

/** Is a file of this name taken for a GeoTIFF? */
export const isTiffName = (name: string) => TIFF_ENDING.test(name);

/** The name of a file without the ending of a GeoTIFF. */
export const stemOf = (name: string) => name.replace(TIFF_ENDING, '');

/** What a scene's files are named after: its own file, or `scene` where that has no name. */
export const sceneStem = (file: string) => stemOf(file) || 'scene';

/** What a run makes of a scene, a file each. */
export type Product = 'result' | 'mask' | 'provenance' | 'confidence' | 'date';

/** The name of a product, or of the enhanced picture: `scene` gives `scene-unclouded.tif`, `scene-mask.tif` and so on. */
export const productName = (stem: string, product: Product | 'picture') =>
  `${stem}-${product === 'result' ? 'unclouded' : product}.tif`;

/** The name of the file at an address, as people read it, or as it stands where a % is only that; empty if it has none. */
export function fileNameOf({ pathname }: URL): string {
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
