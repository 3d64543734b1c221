import './batch.css';
import type { BatchItem } from '../../store/batch.ts';
import { isBusy } from '../../store/state.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp } from '../context.ts';
import { problemInWords, sharesInWords } from '../words.ts';

/** The queue of scenes: what waits, what is done, and its one next step. */
export function BatchCard() {
  const batch = useApp((state) => state.batch);
  const busy = useApp(isBusy);
  const { runBatch, stopBatch, closeBatch, removeFromBatch, setBatchLayers } = useActions();
  if (batch === null) return null;
  const { items, running, withLayers, folder } = batch;
  const those = (status: BatchItem['state']['status']) =>
    items.filter(({ state }) => state.status === status);
  const [waiting, done] = [those('waiting').length, those('done').length];
  const failures = those('failed');
  const failed = failures.length;
  const newest = failures.at(-1);
  return (
    <section className="card batch" aria-labelledby="batch-title">
      <h2 id="batch-title">
        {failed > 0
          ? t('{{done}} of {{total}} scenes done, {{failed}} failed', { done, total: items.length, failed })
          : running || done > 0
            ? t('{{done}} of {{total}} scenes done', { done, total: items.length })
            : t('{{count}} scenes', { count: items.length, defaultValue_one: '{{count}} scene' })}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is scrolled by keyboard, too */}
      <ul aria-labelledby="batch-title" tabIndex={0}>
        {items.map((item) => (
          <li key={item.id} data-status={item.state.status}>
            <span className="batch-name">{item.name}</span>
            <span className="fine">{stateInWords(item)}</span>
            {item.state.status === 'waiting' && !running && (
              <button
                type="button"
                className="button small"
                aria-label={t('Remove {{name}}', { name: item.name })}
                onClick={() => removeFromBatch(item.id)}
              >
                {t('Remove')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {running ? (
        <button type="button" className="button wide" onClick={stopBatch}>
          {t('Stop the queue')}
        </button>
      ) : (
        <>
          {waiting > 0 && (
            <>
              <label className="batch-layers">
                <input
                  type="checkbox"
                  checked={withLayers}
                  onChange={(event) => setBatchLayers(event.target.checked)}
                />
                {t('Save mask and provenance, too')}
              </label>
              <button
                type="button"
                className="button primary wide"
                disabled={busy}
                onClick={() => void runBatch()}
              >
                {t('Remove clouds from {{count}} scenes', {
                  count: waiting,
                  defaultValue_one: 'Remove clouds from {{count}} scene',
                })}
              </button>
              <p className="fine">
                {t(
                  'One after the other, with the same settings. Results are saved into a folder that you pick, or to the downloads where the browser has no folders.',
                )}
              </p>
            </>
          )}
          <button
            type="button"
            className={waiting > 0 ? 'button wide' : 'button primary wide'}
            onClick={closeBatch}
          >
            {t('Close the queue')}
          </button>
        </>
      )}
      <p className="visually-hidden" role="status">
        {newest && t('{{name}}: {{problem}}', { name: newest.name, problem: stateInWords(newest) })}
      </p>
      {folder !== null && <p className="fine">{t('Saved in {{folder}}', { folder })}</p>}
    </section>
  );
}

function stateInWords({ state }: BatchItem): string {
  switch (state.status) {
    case 'waiting':
      return t('waits');
    case 'running':
      return t('at work');
    case 'done':
      return t('saved: {{shares}}', { shares: sharesInWords(state.shares) });
    case 'failed':
      return problemInWords(state.error);
  }
}
