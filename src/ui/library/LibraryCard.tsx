import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { type ComparisonRecord, comparisonBytes, MAX_TITLE } from '../../pipeline/library/record.ts';
import type { LibraryEntry } from '../../services/library-types.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp } from '../context.ts';
import { dateInWords, fileSize, problemInWords, sharesInWords } from '../words.ts';

/** For what appears because the user asked for it. */
const focus = (element: HTMLElement | null) => element?.focus();

/** Escape answers what is asked, and cancels no job besides. */
const onEscape = (act: () => void) => (event: KeyboardEvent) => {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  act();
};

type Question = 'rename' | 'delete';

/** One comparison: a picture that opens it, what it is, and what can be done with it. */
export function LibraryCard({ entry }: { entry: LibraryEntry }) {
  const [asking, setAsking] = useState<Question | null>(null);
  const [asked, setAsked] = useState<Question | null>(null);
  const ask = (what: Question) => {
    setAsking(what);
    setAsked(what);
  };
  const done = () => setAsking(null);
  const { id, record, problem } = entry;
  return (
    <li className="library-card" data-problem={problem !== null}>
      {record ? <OpenButton record={record} /> : <div className="library-picture" aria-hidden="true" />}
      <div className="library-facts">
        {asking === 'rename' && record ? (
          <RenameForm record={record} onDone={done} />
        ) : (
          <h2>{record?.title ?? t('Cannot be opened')}</h2>
        )}
        {record ? (
          <>
            <p className="fine">
              {t('{{date}} · {{width}} × {{height}}, {{count}} bands · {{size}}', {
                date: dateInWords(record.savedAt),
                width: record.scene.width,
                height: record.scene.height,
                count: record.scene.bands,
                size: fileSize(comparisonBytes(record)),
                defaultValue_one: '{{date}} · {{width}} × {{height}}, {{count}} band · {{size}}',
              })}
            </p>
            <p className="fine">{sharesInWords(record.summary.shares)}</p>
          </>
        ) : (
          <p className="fine">{problem && problemInWords(problem)}</p>
        )}
        {asking === 'delete' ? (
          <DeleteQuestion id={id} record={record} onDone={done} />
        ) : (
          <CardActions entry={entry} onAsk={ask} answered={asking === null ? asked : null} />
        )}
      </div>
    </li>
  );
}

function OpenButton({ record }: { record: ComparisonRecord }) {
  const picture = useThumbnail(record.id);
  const { openSaved } = useActions();
  return (
    <button
      type="button"
      className="library-picture"
      aria-label={t('Open {{title}}', { title: record.title })}
      onClick={() => void openSaved(record.id)}
    >
      {picture && <img src={picture} alt="" />}
    </button>
  );
}

/** Address of the picture while the card is shown; null until it is there. */
function useThumbnail(id: string): string | null {
  const { thumbnailOf } = useActions();
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    void thumbnailOf(id).then((blob) => {
      if (gone || blob === null) return;
      made = URL.createObjectURL(blob);
      setAddress(made);
    });
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [id, thumbnailOf]);
  return address;
}

/** @param answered the question that was answered: its button takes the focus back */
function CardActions({
  entry,
  onAsk,
  answered,
}: {
  entry: LibraryEntry;
  onAsk: (what: Question) => void;
  answered: Question | null;
}) {
  const busy = useApp((state) => state.libraryWork !== null);
  const { openSaved, exportSaved, share } = useActions();
  const { id, record, problem } = entry;
  const title = record?.title ?? t('comparison that cannot be opened');
  return (
    <div className="library-actions">
      {record && (
        <>
          <button type="button" className="button small primary" onClick={() => void openSaved(id)}>
            {t('Open')}
          </button>
          <button
            type="button"
            className="button small"
            ref={answered === 'rename' ? focus : null}
            onClick={() => onAsk('rename')}
            aria-label={t('Rename {{title}}', { title })}
          >
            {t('Rename')}
          </button>
          <button
            type="button"
            className="button small"
            onClick={() => void share(record)}
            aria-label={t('Share {{title}}', { title })}
          >
            {t('Share')}
          </button>
          <button
            type="button"
            className="button small"
            disabled={busy}
            onClick={() => void exportSaved([id])}
            aria-label={t('Export {{title}}', { title })}
          >
            {t('Export')}
          </button>
        </>
      )}
      {problem?.code !== 'library/newer' && (
        <button
          type="button"
          className="button small"
          ref={answered === 'delete' ? focus : null}
          onClick={() => onAsk('delete')}
          aria-label={t('Delete {{title}}', { title })}
        >
          {t('Delete')}
        </button>
      )}
    </div>
  );
}

function RenameForm({ record, onDone }: { record: ComparisonRecord; onDone: () => void }) {
  const [title, setTitle] = useState(record.title);
  const id = useId();
  const { renameSaved } = useActions();
  return (
    <form
      className="library-rename"
      onSubmit={(event) => {
        event.preventDefault();
        void renameSaved(record.id, title).then(onDone);
      }}
      onKeyDown={onEscape(onDone)}
    >
      <label htmlFor={id} className="visually-hidden">
        {t('Title')}
      </label>
      <input
        id={id}
        ref={focus}
        maxLength={MAX_TITLE}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button type="submit" className="button small" disabled={title.trim() === ''}>
        {t('Rename')}
      </button>
      <button type="button" className="button small" onClick={onDone}>
        {t('Cancel')}
      </button>
    </form>
  );
}

function DeleteQuestion({
  id,
  record,
  onDone,
}: {
  id: string;
  record: ComparisonRecord | null;
  onDone: () => void;
}) {
  const { removeSaved } = useActions();
  const question = record
    ? t('Delete {{title}} for good?', { title: record.title })
    : t('Delete it for good?');
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset
    <div className="library-actions" role="group" aria-label={question} onKeyDown={onEscape(onDone)}>
      <span className="library-question">{t('Delete for good?')}</span>
      <button type="button" className="button small danger" onClick={() => void removeSaved(id).then(onDone)}>
        {t('Delete')}
      </button>
      <button type="button" className="button small" ref={focus} onClick={onDone}>
        {t('Keep')}
      </button>
    </div>
  );
}
