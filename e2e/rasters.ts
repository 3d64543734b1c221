import { spawnSync } from 'node:child_process';
import { fromFile } from 'geotiff';

/** All bands of a GeoTIFF, full size. */
export async function readBands(path: string): Promise<ArrayLike<number>[]> {
  const tiff = await fromFile(path);
  const image = await tiff.getImage();
  return (await image.readRasters()) as unknown as ArrayLike<number>[];
}

export const hasGdal = spawnSync('gdalinfo', ['--version']).status === 0;

/** What GDAL says of a file, without what may differ between a scene and its repaired twin. */
export function gdalView(path: string): unknown {
  const { status, stdout, stderr } = spawnSync('gdalinfo', ['-json', path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gdalinfo ${path}: ${stderr}`);
  const info = JSON.parse(stdout);
  const items = info.metadata?.[''] ?? {};
  return {
    size: info.size,
    coordinateSystem: info.coordinateSystem?.wkt,
    geoTransform: info.geoTransform,
    corners: info.cornerCoordinates,
    metadata: Object.fromEntries(Object.entries(items).filter(([key]) => !key.startsWith('UNCLOUDED'))),
    bands: info.bands.map((band: Record<string, unknown>) => ({
      type: band.type,
      description: band.description,
      colorInterpretation: band.colorInterpretation,
      noDataValue: band.noDataValue,
      scale: band.scale,
      offset: band.offset,
    })),
  };
}
