import { useContext } from 'react';
import type { ComparisonRecord } from '../../pipeline/library/record.ts';
import { phrase } from '../../pipeline/phrase.ts';
import { t } from '../../texts/texts.ts';
import { useActions, ViewerContext } from '../context.ts';
import { dateInWords, sharesInWords } from '../words.ts';
import { MeanConfidence, ShareBar } from './ResultCard.tsx';

const IMAGES = [
  ['before', phrase('Before')],
  ['mask', phrase('Mask')],
  ['provenance', phrase('Provenance')],
] as const;

/** A comparison of the library that is open: what it is, and how to take it out again. */
export function SavedCard({ record }: { record: ComparisonRecord }) {
  const { title, savedAt, scene, summary } = record;
  const viewer = useContext(ViewerContext);
  const { saveImage, saveFile, share, showLibrary, fail } = useActions();
  const savePicture = async () => {
    const blob = await viewer.current?.snapshot();
    if (blob !== undefined) saveFile({ name: `${title}.png`, blob });
  };
  return (
    <section className="card" aria-labelledby="job-title">
      <h2 id="job-title">{title}</h2>
      <p className="fine">
        {t('Saved {{date}} from {{name}}', { date: dateInWords(savedAt), name: scene.name })}
      </p>
      <ShareBar shares={summary.shares} />
      <p className="shares">{sharesInWords(summary.shares)}</p>
      <MeanConfidence value={summary.meanConfidence} />
      {summary.shares.generated > 0 && (
        <p className="honest">
          {t(
            'Generated pixels are the network’s best guess: nothing was seen there. Do not measure on them.',
          )}
        </p>
      )}
      <div className="save">
        <button type="button" className="button primary wide" onClick={() => saveImage('after')}>
          {t('Save GeoTIFF')}
        </button>
        {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset */}
        <div className="save-further" role="group" aria-label={t('Save further images')}>
          {IMAGES.map(([image, label]) => (
            <button type="button" key={image} className="button small" onClick={() => saveImage(image)}>
              {t(label)}
            </button>
          ))}
          <button type="button" className="button small" onClick={() => void savePicture().catch(fail)}>
            {t('Picture')}
          </button>
        </div>
      </div>
      <button type="button" className="button wide" onClick={() => void share(record)}>
        {t('Share')}
      </button>
      <button type="button" className="button wide" onClick={showLibrary}>
        {t('Back to the library')}
      </button>
    </section>
  );
}
