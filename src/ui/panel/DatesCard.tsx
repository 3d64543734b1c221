import './dates.css';
import { useId } from 'react';
import { COMPOSITE_METHODS } from '../../pipeline/events.ts';
import type { Picture } from '../../services/engine.ts';
import { type SceneDate, usableDates } from '../../store/dates.ts';
import { isBusy } from '../../store/state.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp } from '../context.ts';
import { COMPOSITE_NAMES, dateName, pictureName, picturesOffered } from '../date-words.ts';
import { FilesButton } from '../Open.tsx';
import { percent, problemInWords } from '../words.ts';
import { Thumbnail } from './Thumbnail.tsx';

/** The dates of the area: which one is repaired, and which ones lend it what they saw. */
export function DatesCard() {
  const dates = useApp((state) => state.dates);
  const busy = useApp(isBusy);
  const surveying = useApp((state) => state.surveying);
  const hasSource = useApp((state) => state.source !== null);
  const { addDates, stopAdding } = useActions();
  if (!hasSource) return null;
  return (
    <section className="card quiet dates" aria-labelledby="dates-title">
      <h2 id="dates-title">{t('Dates')}</h2>
      {dates.length === 0 ? (
        <p className="fine">
          {t(
            'Another scene of this place, of another day, shows what lies under the clouds: real pixels come before generated ones.',
          )}
        </p>
      ) : (
        <>
          <ol className="timeline">
            {dates.map((date) => (
              <DateRow key={date.id} date={date} busy={busy} />
            ))}
          </ol>
          <Method busy={busy} />
          <Comparison />
          <RunAgain busy={busy} />
        </>
      )}
      {surveying === null ? (
        <FilesButton
          className="button wide"
          label={t('Add another date')}
          fieldLabel={t('Files of another date')}
          disabled={busy}
          onFiles={(files) => void addDates(files)}
        />
      ) : (
        <div className="surveying">
          <p>
            <span className="spinner" aria-hidden="true" /> {t('Looking at {{name}}', { name: surveying })}
          </p>
          <button type="button" className="button small" onClick={stopAdding}>
            {t('Cancel')}
          </button>
        </div>
      )}
    </section>
  );
}

function DateRow({ date, busy }: { date: SceneDate; busy: boolean }) {
  const isTarget = useApp((state) => state.target === date.id);
  const hasResult = useApp((state) => state.hasResult);
  const share = useApp((state) =>
    state.job.status === 'done' ? state.job.report.dates[state.runDates.indexOf(date.id)]?.share : undefined,
  );
  const { repairDate, switchDate, removeDate, showPictures } = useActions();
  const name = dateName(date);
  const showOnLeft = () =>
    showPictures(isTarget ? 'scene' : date.id, hasResult || isTarget ? 'result' : 'scene');
  return (
    <li data-target={isTarget} data-unused={!isTarget && (!date.used || date.problem !== null)}>
      <button
        type="button"
        className="date-picture"
        aria-label={t('Show {{name}} on the left of the map', { name })}
        disabled={date.problem !== null}
        onClick={showOnLeft}
      >
        <Thumbnail date={date} />
      </button>
      <div className="date-facts">
        <p className="date-name">
          {name}
          {isTarget && <span className="badge">{t('To repair')}</span>}
        </p>
        <p className="fine">{cloudInWords(date.cloud, share ?? 0)}</p>
        {date.acquired !== null && (
          <p className="fine date-file" title={date.name}>
            {date.name}
          </p>
        )}
        {date.problem !== null && (
          <p className="date-problem" role="alert">
            {t('Not used.')} {problemInWords(date.problem)}
          </p>
        )}
        {!isTarget && (
          <div className="date-actions">
            <label className="check">
              <input
                type="checkbox"
                checked={date.used && date.problem === null}
                disabled={date.problem !== null || busy}
                aria-label={t('Take pixels from {{name}}', { name })}
                onChange={(event) => switchDate(date.id, event.target.checked)}
              />
              <span>{t('Use')}</span>
            </label>
            <button
              type="button"
              className="text-button"
              disabled={busy}
              aria-label={t('Repair this one: {{name}}', { name })}
              onClick={() => void repairDate(date.id)}
            >
              {t('Repair this one')}
            </button>
            <button
              type="button"
              className="text-button"
              disabled={busy}
              aria-label={t('Remove {{name}}', { name })}
              onClick={() => void removeDate(date.id)}
            >
              {t('Remove')}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}

/** @param given share of the scene whose pixels came from the date */
function cloudInWords(cloud: number | null, given: number): string {
  if (cloud === null)
    return given > 0
      ? t('Cloud cover unknown, gave {{share}} of the scene', { share: percent(given) })
      : t('Cloud cover unknown');
  return given > 0
    ? t('{{cloud}} cloud and shadow, gave {{share}} of the scene', {
        cloud: percent(cloud),
        share: percent(given),
      })
    : t('{{cloud}} cloud and shadow', { cloud: percent(cloud) });
}

/** Repair of one date, or a composite of all. */
function Method({ busy }: { busy: boolean }) {
  const method = useApp((state) => state.settings.composite ?? 'repair');
  const { chooseComposite } = useActions();
  const id = useId();
  return (
    <div className="method">
      <label htmlFor={id}>{t('Result')}</label>
      <select
        id={id}
        value={method}
        disabled={busy}
        onChange={({ target: { value } }) =>
          chooseComposite(COMPOSITE_METHODS.find((known) => known === value) ?? null)
        }
      >
        <option value="repair">{t('Repair of one date')}</option>
        {COMPOSITE_METHODS.map((known) => (
          <option key={known} value={known}>
            {t(COMPOSITE_NAMES[known])}
          </option>
        ))}
      </select>
      {method !== 'repair' && (
        <p className="fine">
          {t(
            'Wherever a date is clear, its pixel may be taken, in place of clear pixels of the date to repair too.',
          )}
        </p>
      )}
    </div>
  );
}

/** Any two pictures side by side. */
function Comparison() {
  const [left, right] = useApp((state) => state.pictures);
  const { showPictures } = useActions();
  return (
    // biome-ignore lint/a11y/useSemanticElements: two fields that name themselves need no legend
    <div className="pictures" role="group" aria-label={t('Pictures compared on the map')}>
      <PictureField label={t('Left')} value={left} onChange={(picture) => showPictures(picture, right)} />
      <PictureField label={t('Right')} value={right} onChange={(picture) => showPictures(left, picture)} />
    </div>
  );
}

function PictureField(props: { label: string; value: Picture; onChange: (picture: Picture) => void }) {
  const dates = useApp((state) => state.dates);
  const target = useApp((state) => state.target);
  const id = useId();
  const offered = picturesOffered({ dates, target });
  return (
    <div>
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        value={String(props.value)}
        onChange={(event) => props.onChange(offered[event.target.selectedIndex])}
      >
        {offered.map((picture) => (
          <option key={picture} value={String(picture)}>
            {pictureName(picture, { dates, target })}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The one next step where the result on the map was made with other dates. */
function RunAgain({ busy }: { busy: boolean }) {
  const stale = useApp(
    (state) =>
      (state.job.status === 'done' || state.job.status === 'cancelled' || state.job.status === 'failed') &&
      (usableDates(state).join() !== state.runDates.join() ||
        (state.job.status === 'done' && state.settings.composite !== state.job.report.settings.composite)),
  );
  const composite = useApp((state) => state.settings.composite !== undefined);
  const { run } = useActions();
  if (!stale) return null;
  return (
    <button type="button" className="button primary wide" disabled={busy} onClick={() => void run()}>
      {composite ? t('Combine these dates') : t('Repair with these dates')}
    </button>
  );
}
