import { useEffect, useId, useRef, useState } from 'react';
import { type ComparisonRecord, comparisonBytes } from '../../pipeline/library/record.ts';
import { elementHtml, frameHtml, type ViewAttributes } from '../../pipeline/library/share.ts';
import { useActions, useApp } from '../context.ts';
import { DialogProblem } from '../Messages.tsx';
import { donePercent, fileSize } from '../words.ts';
import './share.css';
import { phrase } from '../../pipeline/phrase.ts';
import { t } from '../../texts/texts.ts';

/** Takes a comparison to other people's pages: as a folder, as an element, as a frame. */
export default function ShareDialog({ record, view }: { record: ComparisonRecord; view: ViewAttributes }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { endSharing } = useActions();
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="share" aria-labelledby={title} onClose={endSharing}>
      <h2 id={title}>{t('Share {{title}}', { title: record.title })}</h2>
      <Folder record={record} />
      <InAPage title={record.title} view={view} />
      <DialogProblem />
      <form method="dialog">
        <button type="submit" className="button">
          {t('Close')}
        </button>
      </form>
    </dialog>
  );
}

function Folder({ record }: { record: ComparisonRecord }) {
  const work = useApp((state) => state.libraryWork);
  const { shareFolder, stopLibraryWork } = useActions();
  const writing = work?.kind === 'share';
  return (
    <section>
      <h3>{t('1. A folder with everything')}</h3>
      <p>
        {t(
          'A page, the viewer and the four images, {{size}}. Unpack it on any web host, or on a USB stick that a server serves. Nothing is uploaded by Unclouded: where it goes is up to you.',
          { size: fileSize(comparisonBytes(record) + 1e6) },
        )}
      </p>
      <p className="share-row">
        <button
          type="button"
          className="button primary"
          disabled={work !== null}
          onClick={() => void shareFolder()}
        >
          {writing
            ? t('Writing the folder, {{share}}', { share: donePercent(work.share) })
            : t('Save the folder as ZIP')}
        </button>
        {writing && (
          <button type="button" className="button small" onClick={stopLibraryWork}>
            {t('Stop')}
          </button>
        )}
      </p>
    </section>
  );
}

const FORMS = [
  ['element', phrase('Element')],
  ['frame', phrase('Frame')],
] as const;

function InAPage({ title, view }: { title: string; view: ViewAttributes }) {
  const [place, setPlace] = useState('https://your.site/comparison/');
  const [form, setForm] = useState<'element' | 'frame'>('element');
  const [copied, setCopied] = useState(false);
  const id = useId();
  const folder = place.endsWith('/') ? place : `${place}/`;
  const module = new URL('embed/unclouded-swipe.js', document.baseURI).href;
  const html = form === 'element' ? elementHtml(title, view, folder, module) : frameHtml(title, view, folder);
  const change = <T,>(set: (value: T) => void, value: T) => {
    set(value);
    setCopied(false);
  };
  return (
    <section>
      <h3>{t('2. In a page of your own')}</h3>
      <label className="share-place">
        {t('Address of the unpacked folder')}
        <input
          type="url"
          spellCheck={false}
          value={place}
          onChange={(event) => change(setPlace, event.target.value)}
        />
      </label>
      <fieldset className="share-row">
        <legend className="visually-hidden">{t('Form')}</legend>
        {FORMS.map(([value, name]) => (
          <label key={value} className="check">
            <input
              type="radio"
              name={`${id}-form`}
              checked={form === value}
              onChange={() => change(setForm, value)}
            />
            <span>{t(name)}</span>
          </label>
        ))}
      </fieldset>
      <textarea
        readOnly
        wrap="off"
        rows={8}
        spellCheck={false}
        aria-label={t('HTML to paste')}
        value={html}
      />
      <p className="share-row">
        <button
          type="button"
          className="button"
          onClick={() =>
            void navigator.clipboard.writeText(html).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
        >
          {t('Copy the HTML')}
        </button>
        <span role="status">{copied ? t('Copied') : ''}</span>
      </p>
      <p className="fine">
        {form === 'element'
          ? t(
              'The element is loaded from this application’s address. On a host of another address than the page, the images need the header Access-Control-Allow-Origin.',
            )
          : t('The frame brings its own viewer and needs no headers.')}
      </p>
    </section>
  );
}
