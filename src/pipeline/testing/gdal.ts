import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** GDAL as an independent judge of what we write; tests skip where it is not installed. */
export const hasGdal = (() => {
  try {
    execFileSync('gdalinfo', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('gdalinfo is not on the PATH: checks by GDAL are skipped');
    return false;
  }
})();

type Json = { [key: string]: Json | Json[] | string | number | boolean | null };

/** What `gdalinfo -json` says of a file, without its path, statistics, storage layout and our own items. */
export function describeWithGdal(path: string): Json {
  const info = JSON.parse(
    execFileSync('gdalinfo', ['-json', path], { encoding: 'utf8', stdio: 'pipe' }),
  ) as Json;
  delete info.description;
  delete info.files;
  const metadata = info.metadata as Record<string, Record<string, string>>;
  delete metadata.IMAGE_STRUCTURE;
  for (const name of Object.keys(metadata[''] ?? {})) {
    if (name.startsWith('UNCLOUDED_')) delete metadata[''][name];
  }
  for (const domain of Object.keys(metadata)) {
    if (Object.keys(metadata[domain]).length === 0) delete metadata[domain];
  }
  const stac = info.stac as Record<string, Json[]> | undefined;
  for (const band of stac?.['raster:bands'] ?? []) delete band.stats;
  for (const band of info.bands as Json[]) {
    for (const key of ['block', 'overviews', 'min', 'max', 'minimum', 'maximum', 'mean', 'stdDev'])
      delete band[key];
    const items = (band.metadata ?? {}) as Record<string, Record<string, string>>;
    for (const name of Object.keys(items[''] ?? {}))
      if (name.startsWith('STATISTICS_')) delete items[''][name];
    for (const domain of Object.keys(items))
      if (Object.keys(items[domain]).length === 0) delete items[domain];
    if (Object.keys(items).length === 0) delete band.metadata;
  }
  return info;
}

/** All samples as GDAL reads them, as raw bytes, band after band. */
export function samplesByGdal(path: string, scratch: string): Buffer {
  const raw = `${scratch}/${Math.random().toString(36).slice(2)}.raw`;
  execFileSync('gdal_translate', ['-q', '-of', 'ENVI', '-co', 'INTERLEAVE=BSQ', path, raw], {
    stdio: 'pipe',
  });
  return readFileSync(raw);
}

const VALIDATE = `
import json, sys
from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate
warnings, errors, details = validate(sys.argv[1], full_check=True)
print(json.dumps(warnings + errors))
`;

/** A Python that has modules of GDAL (Debian: python3-gdal, which gdal-bin brings along); null, and a warning, if there is none. */
function pythonThat(imports: string, skipped: string): string | null {
  const names = ['python3', '/usr/bin/python3'];
  const found = names.find((name) => spawnSync(name, ['-c', imports], { stdio: 'ignore' }).status === 0);
  if (!found) console.warn(`No Python with GDAL (python3-gdal): ${skipped} is skipped`);
  return found ?? null;
}

const validatorPython = pythonThat('import osgeo_utils.samples', 'its check of cloud-optimised GeoTIFFs');
export const hasCogValidator = validatorPython !== null;

/** What GDAL's validate_cloud_optimized_geotiff.py (full check) has against a file: nothing, if all is well. */
export function cogFaults(path: string): string[] {
  return JSON.parse(execFileSync(validatorPython ?? 'python3', ['-c', VALIDATE, path], { encoding: 'utf8' }));
}

/** A Python with GDAL's bindings. */
export const gdalPython = pythonThat('from osgeo import gdal, gdal_array', 'the matrix of layouts');

/** Fills a folder with the files of testing/make-matrix.py. */
export function makeMatrix(folder: string): void {
  const script = fileURLToPath(new URL('./make-matrix.py', import.meta.url));
  execFileSync(gdalPython as string, [script, folder], { stdio: 'pipe' });
}
