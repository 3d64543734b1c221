import type { CompositeMethod, DateReport } from '../pipeline/events.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import type { Picture } from '../services/engine.ts';
import type { DatesSlice } from '../store/dates.ts';
import { locale, t } from '../texts/texts.ts';

const FORMAT = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;

/** `2017-08-29` as `29 Aug 2017`; the name of the file where the day is unknown. */
export function dateName({ acquired, name }: { acquired: string | null; name: string }): string {
  return acquired === null ? name : new Date(`${acquired}T00:00:00Z`).toLocaleDateString(locale(), FORMAT);
}

/** As {@link dateName}, of a date in a report. */
export function reportedName({ acquired, scene }: DateReport): string {
  return dateName({ acquired, name: scene });
}

export const COMPOSITE_NAMES: Readonly<Record<CompositeMethod, Phrase>> = {
  'least-cloudy': phrase('Composite: least cloudy date'),
  medoid: phrase('Composite: medoid'),
  median: phrase('Composite: median'),
};

type Dates = Pick<DatesSlice, 'dates' | 'target'>;

/** What can stand on either side of the map. */
export function picturesOffered({ dates, target }: Dates): Picture[] {
  const others = dates.filter(({ id, problem }) => id !== target && problem === null);
  return ['scene', 'result', ...others.map(({ id }) => id)];
}

/** What a picture is called beside the map. */
export function pictureName(picture: Picture, { dates, target }: Dates): string {
  if (picture === 'result') return t('Result');
  const date = dates.find(({ id }) => id === (picture === 'scene' ? target : picture));
  return date ? dateName(date) : t('Before');
}
