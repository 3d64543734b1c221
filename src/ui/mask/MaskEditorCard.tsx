import './mask-editor.css';
import { useEffect, useRef } from 'react';
import { MASK_ENTRIES } from '../../pipeline/colours.ts';
import { type OwnMask, percentCovered } from '../../pipeline/detect/edits.ts';
import { TIFF_ENDINGS } from '../../pipeline/file-names.ts';
import { LEAST_THRESHOLD } from '../../pipeline/found-mask.ts';
import { type Phrase, phrase } from '../../pipeline/phrase.ts';
import type { MaskTool } from '../../store/mask-editor.ts';
import { t } from '../../texts/texts.ts';
import { MASK_WORDS } from '../../viewer/class-words.ts';
import { css } from '../../viewer/palette.ts';
import { useActions, useApp } from '../context.ts';
import { inPixels } from '../words.ts';
import { GrowSlider, ThresholdSliders } from './MaskSliders.tsx';
import { Slider } from './Slider.tsx';
import { useMaskKeys } from './use-mask-keys.ts';

const TOOLS: readonly (readonly [MaskTool, Phrase, string, string])[] = [
  ['brush', phrase('Brush'), 'P', 'M3 13c2.5 0 3-1 3-2.5S7.2 8.6 8 9.4s.7 3.6-5 3.6zM8 9l5-6'],
  ['eraser', phrase('Eraser'), 'E', 'M7 13h6M3 9.5 9.5 3 13 6.500 6.500 13H5L3 11z'],
  ['polygon', phrase('Polygon'), 'G', 'M8 2.500 13.500 6.500 11.500 13h-7L2.500 6.500z'],
  [
    'move',
    phrase('Move the map'),
    'H',
    'M8 2v12M2 8h12M8 2 6.500 3.500M8 2l1.500 1.500M8 14l-1.500-1.500M8 14l1.500-1.500M2 8l1.500-1.500M2 8l1.500 1.500M14 8l-1.500-1.500M14 8l-1.500 1.500',
  ],
];

/** The mask is reviewed: drawn on, its thresholds and its margin moved, replaced by one's own. */
export function MaskEditorCard() {
  const editor = useApp((state) => state.maskEditor);
  const tool = useApp((state) => state.maskTool);
  const value = useApp((state) => state.maskClass);
  const radius = useApp((state) => state.brushRadius);
  const actions = useActions();
  const heading = useRef<HTMLHeadingElement>(null);
  useMaskKeys();
  // Its tools come into view, wherever the button was that opened it; when it closes, what became of the job does.
  useEffect(() => {
    heading.current?.focus();
    return () => document.getElementById('job-title')?.scrollIntoView({ block: 'nearest' });
  }, []);
  if (editor === null) return null;
  const { draft, past, future, reading } = editor;
  const own = draft.edits?.own ?? null;
  return (
    <section className="card mask-editor" aria-labelledby="job-title">
      <h2 id="job-title" ref={heading} tabIndex={-1}>
        {t('Review the mask')}
      </h2>
      <div className="mask-bar">
        <fieldset className="segments" aria-label={t('Tool')}>
          {TOOLS.map(([id, name, key, path]) => (
            <button
              key={id}
              type="button"
              aria-pressed={tool === id}
              aria-label={t(name)}
              title={t('{{name}} ({{key}})', { name, key })}
              onClick={() => actions.setMaskTool(id)}
            >
              <Icon path={path} />
            </button>
          ))}
        </fieldset>
        <fieldset className="segments" aria-label={t('History')}>
          <button
            type="button"
            aria-label={t('Undo')}
            title={t('Undo ({{key}})', { key: 'Ctrl+Z' })}
            disabled={past.length === 0}
            onClick={actions.undoMask}
          >
            <Icon path="M6 4 3 7l3 3M3 7h6a4 3.500 0 0 1 0 6H7" />
          </button>
          <button
            type="button"
            aria-label={t('Redo')}
            title={t('Redo ({{key}})', { key: 'Ctrl+Shift+Z' })}
            disabled={future.length === 0}
            onClick={actions.redoMask}
          >
            <Icon path="m10 4 3 3-3 3M13 7H7a4 3.500 0 0 0 0 6h2" />
          </button>
        </fieldset>
      </div>
      {(tool === 'brush' || tool === 'polygon') && (
        <fieldset className="mask-classes">
          <legend className="visually-hidden">{t('What is drawn')}</legend>
          {MASK_ENTRIES.map(([id, colour]) => (
            <label key={id}>
              <input
                type="radio"
                name="mask-class"
                checked={value === id}
                onChange={() => actions.setMaskClass(id)}
              />
              <span className="swatch" style={{ background: css(colour) }} />
              {t(MASK_WORDS[id])}
            </label>
          ))}
        </fieldset>
      )}
      {(tool === 'brush' || tool === 'eraser') && (
        <Slider
          label={t('Brush size')}
          value={Math.log2(2 * radius)}
          min={0}
          max={8.5}
          step={0.25}
          text={(log) => inPixels(2 ** log)}
          onChange={(log) => actions.setBrushRadius(2 ** log / 2)}
        />
      )}
      <p className="fine">{t(HINTS[tool])}</p>
      <div className="mask-sliders">
        {own === null && (
          <ThresholdSliders thresholds={draft} least={LEAST_THRESHOLD} onChange={actions.setMaskDraft} />
        )}
        <GrowSlider
          pixels={draft.bufferPixels}
          onChange={(bufferPixels) => actions.setMaskDraft({ bufferPixels })}
        />
      </div>
      <OwnMaskRow own={own} reading={reading} />
      <button type="button" className="button primary wide" onClick={() => void actions.repairWithMask()}>
        {t('Repair with this mask')}
      </button>
      <button type="button" className="button wide" onClick={() => void actions.discardMask()}>
        {t('Close without changes')}
      </button>
    </section>
  );
}

const HINTS: Readonly<Record<MaskTool, Phrase>> = {
  brush: phrase(
    'Draw on the map. By keyboard: focus the map, arrows move, Space lowers and lifts the brush.',
  ),
  eraser: phrase('Rub out what is clear. By keyboard: focus the map, arrows move, Space lowers and lifts.'),
  polygon: phrase(
    'Click its corners; the first one, or Enter, closes it. By keyboard: arrows move, Space sets a corner.',
  ),
  move: phrase('Drag to move the map.'),
};

function OwnMaskRow({ own, reading }: { own: OwnMask | null; reading: string | null }) {
  const { takeMask } = useActions();
  const input = useRef<HTMLInputElement>(null);
  if (reading !== null) return <p role="status">{t('Reading {{name}}…', { name: reading })}</p>;
  return (
    <div className="own-mask">
      <input
        ref={input}
        type="file"
        accept={[...TIFF_ENDINGS, '.geojson', '.json'].join()}
        hidden
        aria-label={t('Mask file')}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) void takeMask(file);
        }}
      />
      {own && <p className="own-mask-name">{t('Your mask: {{name}}', { name: own.name })}</p>}
      {own?.covers !== undefined && own.covers < 1 && (
        <p className="own-mask-name" role="status">
          {t('It covers {{share}} % of the scene. The rest counts as clear.', {
            share: percentCovered(own.covers),
          })}
        </p>
      )}
      <button type="button" className="button small" onClick={() => input.current?.click()}>
        {own === null ? t('Use a mask of your own…') : t('Another…')}
      </button>
      {own !== null && (
        <button type="button" className="button small" onClick={() => void takeMask(null)}>
          {t('Back to what was found')}
        </button>
      )}
    </div>
  );
}

/** Opens the editor; a run that is under way stops, and can be continued. */
export function EditMaskButton() {
  const { editMask } = useActions();
  return (
    <button type="button" className="button wide" onClick={() => void editMask()}>
      {t('Edit the mask')}
    </button>
  );
}

/** Has the run stop when the mask is found, so that it can be looked at first. */
export function ReviewMask() {
  const review = useApp((state) => state.reviewMask);
  const { setReviewMask } = useActions();
  return (
    <label className="check review-mask">
      <input type="checkbox" checked={review} onChange={(event) => setReviewMask(event.target.checked)} />
      <span>{t('Let me review the mask first')}</span>
    </label>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
