import type { LastScene } from '../services/engine.ts';
import { t } from '../texts/texts.ts';
import { Contours } from './Contours.tsx';
import { useActions, useApp } from './context.ts';
import { SavedOffer } from './library/LibraryButton.tsx';
import { offlineInWords } from './OfflineStatus.tsx';
import { FilesButton, OpenFileButton, UrlForm } from './Open.tsx';
import { BatchCard } from './panel/BatchCard.tsx';
import { listed } from './words.ts';

/** Of a scene, and dates, that only the user can open again. */
function notAgain({ name, dates }: LastScene): string {
  return dates.length === 0
    ? t(
        'Last time {{name}} was open. This browser cannot open it again by itself: choose it to go on with it.',
        {
          name,
        },
      )
    : t(
        'Last time these dates were open: {{names}}. This browser cannot open them again by itself: choose them together to go on with them. Which of them are used, and what is made of them, has to be set again.',
        { names: listed([name, ...dates.map((date) => date.name)]) },
      );
}

/** The empty page: one thing to do, three ways to do it. */
export function Landing() {
  const opening = useApp((state) => state.opening);
  const lastScene = useApp((state) => state.lastScene);
  const isAgain = lastScene !== null && lastScene.origin !== null;
  const offline = useApp((state) => state.offline);
  const batching = useApp((state) => state.batch !== null);
  const { queueFiles, openSample, continueLast, cancel } = useActions();
  return (
    <main className="landing">
      <Contours />
      <section className="landing-card" aria-busy={opening !== null}>
        <h1>{t('See the ground beneath the clouds')}</h1>
        <p className="lead">
          {t(
            'Open a satellite image. Unclouded finds clouds, haze and shadows, repairs what lies under them, and gives back a GeoTIFF that fits where the original was.',
          )}
        </p>
        {opening !== null ? (
          <div className="opening">
            <p>
              <span className="spinner" aria-hidden="true" /> {t('Opening {{name}}', { name: opening })}
            </p>
            <button type="button" className="button" onClick={cancel}>
              {t('Cancel')}
            </button>
          </div>
        ) : batching ? (
          <BatchCard />
        ) : (
          <>
            {isAgain && (
              <div className="landing-actions">
                <button type="button" className="button primary large" onClick={() => void continueLast()}>
                  {t('Continue with {{name}}', { name: lastScene.name })}
                </button>
              </div>
            )}
            <div className="landing-actions">
              <OpenFileButton
                className={isAgain ? 'button large' : 'button primary large'}
                label={t('Open a GeoTIFF')}
              />
              <button type="button" className="button large" onClick={() => void openSample()}>
                {t('Try the sample scene')}
              </button>
            </div>
            {lastScene !== null && !isAgain && <p className="hint">{notAgain(lastScene)}</p>}
            <SavedOffer />
            <p className="hint">
              <FilesButton
                className="button small"
                label={t('Process several scenes')}
                fieldLabel={t('Scenes for the queue')}
                onFiles={(files) => void queueFiles(files)}
              />
            </p>
            <p className="hint">
              {t(
                'Or drop a file anywhere on this page; bands in files of their own (B02.tif, B03.tif, ...) together, or their folder: they are saved as one file. Several dates of one place repair each other. The sample is a Landsat 7 scene with simulated clouds.',
              )}
            </p>
            <UrlForm />
          </>
        )}
        <p className="privacy">
          <LockIcon />
          <span>
            {t('Everything happens in this browser. Nothing is uploaded.')}
            {/* Where the header has no room for it. */}
            <span className="only-narrow">{offlineInWords(offline)}</span>
          </span>
        </p>
      </section>
    </main>
  );
}

function LockIcon() {
  return (
    <svg
      viewBox="0 0 16 16"
      width="15"
      height="15"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <rect x="3" y="7" width="10" height="6.5" rx="1.5" />
      <path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" />
    </svg>
  );
}
