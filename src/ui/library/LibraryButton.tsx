import { useActions, useApp } from '../context.ts';
import './library-button.css';
import { t } from '../../texts/texts.ts';

/** The way to the library and back, in the header. */
export function LibraryButton() {
  const here = useApp((state) => state.page === 'library');
  const { showLibrary, leaveLibrary } = useActions();
  return (
    <button
      type="button"
      className="library-button"
      aria-pressed={here}
      onClick={here ? leaveLibrary : showLibrary}
    >
      <svg
        viewBox="0 0 16 16"
        width="16"
        height="16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        aria-hidden="true"
      >
        <path d="M2.5 4.5h11v9h-11zM4 2.5h8M8 4.5v9" />
      </svg>
      <span>{t('Library')}</span>
    </button>
  );
}

/** Says on the empty page that there are comparisons to come back to. */
export function SavedOffer() {
  const count = useApp(({ library }) => (library.status === 'ready' ? library.entries.length : 0));
  const { showLibrary } = useActions();
  if (count === 0) return null;
  return (
    <div className="landing-actions">
      <button type="button" className="button large" onClick={showLibrary}>
        {t('Open one of {{count}} saved comparisons', {
          count,
          defaultValue_one: 'Open your saved comparison',
        })}
      </button>
    </div>
  );
}
