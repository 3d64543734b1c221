import { useContext } from 'react';
import { t } from '../../texts/texts.ts';
import { useActions, useApp, ViewerContext } from '../context.ts';
import { donePercent } from '../words.ts';
import { makeThumbnail } from './thumbnail.ts';

/** Saves the result, with the scene and the view, in the library. */
export function KeepButton() {
  const library = useApp((state) => state.library);
  const work = useApp((state) => state.libraryWork);
  const record = useApp(({ kept, job }) =>
    job.status === 'done' && kept?.report === job.report ? kept.record : null,
  );
  const whole = useApp((state) => state.scene?.scene.grid);
  const viewer = useContext(ViewerContext);
  const { keep, share, showLibrary, stopLibraryWork, fail } = useActions();
  if (library.status === 'none') return <p className="fine">{t(library.reason.message)}</p>;
  if (record !== null)
    return (
      <p className="kept">
        {t('Saved in the library.')}
        <span>
          <button type="button" className="button small" onClick={() => void share(record)}>
            {t('Share')}
          </button>{' '}
          <button type="button" className="button small" onClick={showLibrary}>
            {t('Open the library')}
          </button>
        </span>
      </p>
    );
  const save = async () => {
    const part = viewer.current?.visibleWindow() ?? null;
    const isWhole = part?.width === whole?.width && part?.height === whole?.height;
    // A comparison without a picture is better than none.
    const thumbnail = await viewer.current
      ?.snapshot()
      .then(makeThumbnail)
      .catch(() => null);
    await keep({ thumbnail: thumbnail ?? null, window: isWhole ? null : part });
  };
  return (
    <>
      <button
        type="button"
        className="button wide"
        disabled={work !== null}
        onClick={() => void save().catch(fail)}
      >
        {work?.kind === 'save'
          ? t('Saving in the library, {{share}}', { share: donePercent(work.share) })
          : t('Save in the library')}
      </button>
      {work?.kind === 'save' && (
        <button type="button" className="button small" onClick={stopLibraryWork}>
          {t('Stop saving')}
        </button>
      )}
    </>
  );
}
