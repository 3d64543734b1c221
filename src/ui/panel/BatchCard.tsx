import './batch.css';
import type { BatchItem } from '../../store/batch.ts';
import { isBusy } from '../../store/state.ts';
import { useActions, useApp } from '../context.ts';
import { sharesInWords } from '../words.ts';

/** The queue of scenes: what waits, what is done, and its one next step. */
export function BatchCard() {
  const batch = useApp((state) => state.batch);
  const busy = useApp(isBusy);
  const { runBatch, stopBatch, closeBatch, removeFromBatch, setBatchLayers } = useActions();
  if (batch === null) return null;
  const { items, running, withLayers, folder } = batch;
  const count = (status: BatchItem['state']['status']) =>
    items.filter(({ state }) => state.status === status).length;
  const [waiting, done, failed] = [count('waiting'), count('done'), count('failed')];
  return (
    <section className="card batch" aria-labelledby="batch-title">
      <h2 id="batch-title">
        {running || done + failed > 0 ? `${done} of ${items.length} scenes done` : `${items.length} scenes`}
        {failed > 0 && `, ${failed} failed`}
      </h2>
      <ul>
        {items.map((item) => (
          <li key={item.id} data-status={item.state.status}>
            <span className="batch-name">{item.name}</span>
            <span className="fine">{stateInWords(item)}</span>
            {item.state.status === 'waiting' && !running && (
              <button
                type="button"
                className="button small"
                aria-label={`Remove ${item.name}`}
                onClick={() => removeFromBatch(item.id)}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
      {running ? (
        <button type="button" className="button wide" onClick={stopBatch}>
          Stop the queue
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
                Save mask and provenance, too
              </label>
              <button
                type="button"
                className="button primary wide"
                disabled={busy}
                onClick={() => void runBatch()}
              >
                {`Remove clouds from ${waiting} ${waiting === 1 ? 'scene' : 'scenes'}`}
              </button>
              <p className="fine">
                One after the other, with the same settings. Results are saved into a folder that you pick, or
                to the downloads where the browser has no folders.
              </p>
            </>
          )}
          <button
            type="button"
            className={waiting > 0 ? 'button wide' : 'button primary wide'}
            onClick={closeBatch}
          >
            Close the queue
          </button>
        </>
      )}
      {folder !== null && <p className="fine">Saved in {folder}</p>}
    </section>
  );
}

function stateInWords({ state }: BatchItem): string {
  switch (state.status) {
    case 'waiting':
      return 'waits';
    case 'running':
      return 'at work';
    case 'done':
      return `saved: ${sharesInWords(state.shares)}`;
    case 'failed':
      return `${state.error.message} ${state.error.remedy}`;
  }
}
