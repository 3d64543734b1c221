import type { Scene } from '../scene.ts';
import { parseItems } from '../tiff/gdal-metadata.ts';

/** Names under which producers write when a scene was taken (never when it was processed). */
const ITEM =
  /^((.*[_:])?(acquisition_?date(time)?|date_?acquired|acquired|sensing_?(time|start)|datatake_sensing_start|product_start_time)|date)$/i;

/**
 * The day on which a scene was taken, as `YYYY-MM-DD`: from its metadata, else from its name (`LC08_..._20170829_...`,
 * `S2A_MSIL1C_20170829T...`, `place-2017-08-29.tif`; of several days the first, which producers make the day of
 * acquisition). Null if neither tells.
 */
export function acquiredOn({ name, metadata }: Pick<Scene, 'name' | 'metadata'>): string | null {
  for (const item of parseItems(metadata.gdalMetadata)) {
    const day = ITEM.test(item.name) ? dayIn(item.value) : null;
    if (day) return day;
  }
  return dayIn(name);
}

function dayIn(text: string): string | null {
  for (const [, year, , month, day] of text.matchAll(/(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)/g)) {
    const iso = `${year}-${month}-${day}`;
    const date = new Date(`${iso}T00:00:00Z`);
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)) return iso;
  }
  return null;
}

const DAY = 86_400_000;
const YEAR = 365.2425;

/** How far apart two days are in the course of the year: 0 (the same season) to 1 (half a year); 0.5 if one is unknown. */
export function seasonDistance(a: string | null, b: string | null): number {
  if (a === null || b === null) return 0.5;
  const days = Math.abs(Date.parse(a) - Date.parse(b)) / DAY;
  const phase = (days / YEAR) % 1;
  return 2 * Math.min(phase, 1 - phase);
}
