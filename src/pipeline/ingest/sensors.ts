import { type Phrase, phrase } from '../phrase.ts';
import type { BandRole, Sensor } from '../scene.ts';
import type { MetadataItem } from '../tiff/gdal-metadata.ts';

/** What a sensor's band numbers measure. Adding a sensor is adding a row here and a hint below. */
export const BAND_NUMBERS: Readonly<
  Record<Exclude<Sensor, 'aerial' | 'unknown'>, Readonly<Record<string, BandRole>>>
> = {
  'sentinel-2': {
    '1': 'coastal',
    '2': 'blue',
    '3': 'green',
    '4': 'red',
    '5': 'rededge1',
    '6': 'rededge2',
    '7': 'rededge3',
    '8': 'nir',
    '8A': 'nir08',
    '9': 'nir09',
    '10': 'cirrus',
    '11': 'swir16',
    '12': 'swir22',
  },
  'landsat-oli': {
    '1': 'coastal',
    '2': 'blue',
    '3': 'green',
    '4': 'red',
    '5': 'nir',
    '6': 'swir16',
    '7': 'swir22',
    '8': 'pan',
    '9': 'cirrus',
    '10': 'lwir',
    '11': 'lwir',
  },
  'landsat-tm-etm': {
    '1': 'blue',
    '2': 'green',
    '3': 'red',
    '4': 'nir',
    '5': 'swir16',
    '6': 'lwir',
    '61': 'lwir',
    '62': 'lwir',
    '7': 'swir22',
    '8': 'pan',
  },
  // Band 5 is at 1.24 µm.
  modis: { '1': 'red', '2': 'nir', '3': 'blue', '4': 'green', '5': 'other', '6': 'swir16', '7': 'swir22' },
};

export interface SensorGuess {
  readonly sensor: Sensor;
  readonly because: Phrase;
}

const HINTS: readonly { readonly sensor: Sensor; readonly pattern: RegExp }[] = [
  {
    sensor: 'sentinel-2',
    pattern: /sentinel[-_ ]?2|\bS2[ABC]?(_|\b)|HLS\.?S30|(^|_)T\d{2}[A-Z]{3}_\d{8}|\bCOPERNICUS\/S2/i,
  },
  {
    sensor: 'landsat-oli',
    pattern: /landsat[-_ ]?[89]\b|\bL[COT]0?[89](_|\b)|\bL[89](_|\b|-)|HLS\.?L30|\bOLI(_TIRS)?\b/i,
  },
  {
    sensor: 'landsat-tm-etm',
    pattern: /landsat[-_ ]?[4-7]\b|\bL[ETM]0?[4-7](_|\b)|\bL[4-7](_|\b|-)|\bE?TM\b\+?|\bETM_?PLUS\b/i,
  },
  { sensor: 'modis', pattern: /(^|[^a-z])(M[OY]D09|MCD43|sur_refl|Nadir_Reflectance|MODIS(?![a-z]))/i },
  { sensor: 'aerial', pattern: /\bNAIP|\bm_\d{7}_[ns][ew]_|orthophoto|\bUAV\b|\bdrone\b/i },
];

/** Metadata keys that may name a sensor; free text of other keys names all kinds of things. */
const SENSOR_KEYS =
  /SENSOR|SPACECRAFT|SATELLITE|PLATFORM|MISSION|PRODUCT|CONSTELLATION|INSTRUMENT|DATATAKE|COLLECTION|TITLE|SCENE/i;

/**
 * The sensor, from the file's metadata, else names of bands that one sensor alone has, else what the file is called, else
 * names of bands that others may have, too.
 */
export function guessSensor(
  fileName: string,
  items: readonly MetadataItem[],
  imageDescription: string,
  descriptions: readonly string[],
): SensorGuess {
  for (const item of items) {
    if (item.sample !== null || !SENSOR_KEYS.test(item.name)) continue;
    const sensor = hinted(item.value);
    if (sensor)
      return {
        sensor,
        because: phrase('{{item}} is "{{value}}" in the file\'s metadata', {
          item: item.name,
          value: short(item.value),
        }),
      };
  }
  const fromBands = sensorOfBandNames(descriptions);
  if (fromBands) return fromBands;
  const fromText = hinted(imageDescription);
  if (fromText) {
    const description = short(imageDescription);
    return {
      sensor: fromText,
      because: phrase('the image description is "{{description}}"', { description }),
    };
  }
  const stem = fileName.replace(/\.[^.]*$/, '');
  const fromName = hinted(stem);
  if (fromName)
    return { sensor: fromName, because: phrase('the file is named {{name}}', { name: fileName }) };
  const has = (pattern: RegExp) => descriptions.some((name) => pattern.test(name.trim()));
  if (has(/^B10$/i) && has(/^B11$/i) && !has(/^(B12|B0[1-9])$/i)) {
    return { sensor: 'landsat-oli', because: phrase('B11 is its last band, as on Landsat 8 and 9') };
  }
  if (has(/^(B1[12]|B0[1-9])$/i)) return AS_SENTINEL_2;
  return { sensor: 'unknown', because: phrase('neither metadata, band names nor file name tell') };
}

function hinted(text: string): Sensor | null {
  return HINTS.find(({ pattern }) => pattern.test(text))?.sensor ?? null;
}

const AS_SENTINEL_2: SensorGuess = {
  sensor: 'sentinel-2',
  because: phrase('its bands are named as Sentinel-2 names them'),
};

/** Landsat has a B11, and HLS a B01 to B07 of Landsat: they tell nothing here. */
function sensorOfBandNames(descriptions: readonly string[]): SensorGuess | null {
  const names = descriptions.map((d) => d.trim().toUpperCase());
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  // As GDAL describes the bands of a product.
  const byGdal = has(/^B\d{1,2}A?, CENTRAL WAVELENGTH \d+ NM$/);
  if (byGdal || has(/^B8A$|^SCL$|^QA60$|^MSK_CLD/)) return AS_SENTINEL_2;
  if (has(/^SUR_REFL_B\d|^NADIR_REFLECTANCE_BAND\d/)) {
    return { sensor: 'modis', because: phrase('its bands are named as those of MODIS are') };
  }
  if (has(/^SR_B\d/) || has(/^ST_B\d/)) {
    const oli = has(/^ST_B10$/) || (has(/^SR_B6$/) && has(/^SR_B7$/));
    const tm = !oli && (has(/^ST_B6$/) || (has(/^SR_B7$/) && has(/^SR_B5$/)));
    if (oli)
      return { sensor: 'landsat-oli', because: phrase('SR_B6 is a band of light, as on Landsat 8 and 9') };
    if (tm) return { sensor: 'landsat-tm-etm', because: phrase('SR_B6 is missing, as on Landsat 4 to 7') };
    const blueToNir = has(/^SR_B1$/) && has(/^SR_B4$/) && !has(/^SR_B5$/);
    return blueToNir
      ? {
          sensor: 'landsat-tm-etm',
          because: phrase('SR_B1 to SR_B4 without SR_B5 are blue to near infrared on Landsat 4 to 7'),
        }
      : {
          sensor: 'landsat-oli',
          because: phrase('its bands are named SR_B*, and nothing points to Landsat 4 to 7'),
        };
  }
  return null;
}

function short(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
