import { english } from '../pipeline/phrase.ts';
import { t } from '../texts/texts.ts';
import { useActions, useApp } from './context.ts';
import { problemInWords } from './words.ts';

/** What went wrong and what to do about it; the page beneath stays usable. */
export function ErrorMessage() {
  const error = useApp((state) => state.error);
  const { dismissError } = useActions();
  return (
    <div role="alert" className="error-region">
      {error !== null && (
        <div className="error" data-code={error.code}>
          <div>
            <p className="error-message">{t(error.message)}</p>
            <p>{t(error.remedy)}</p>
          </div>
          <DismissButton label={t('Dismiss this message')} onClick={dismissError} />
        </div>
      )}
    </div>
  );
}

/** The same in a dialog, beneath which the page's own message lies. */
export function DialogProblem() {
  const error = useApp((state) => state.error);
  return (
    <p className="field-problem" role="alert">
      {error && problemInWords(error)}
    </p>
  );
}

/** Things worth knowing that stop nothing. */
export function Notices({ extra }: { extra: string | null }) {
  const notices = useApp((state) => state.notices);
  const { dismissNotice } = useActions();
  if (notices.length === 0 && extra === null) return null;
  return (
    <ul className="notices" aria-label={t('Notices')}>
      {extra !== null && (
        <li>
          <p>{extra}</p>
        </li>
      )}
      {notices.map((notice) => (
        <li key={notice.code + english(notice.message)}>
          <p>{t(notice.message)}</p>
          <DismissButton label={t('Dismiss this notice')} onClick={() => dismissNotice(notice)} />
        </li>
      ))}
    </ul>
  );
}

export function DismissButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className="icon-button" aria-label={label} onClick={onClick}>
      <svg
        viewBox="0 0 16 16"
        width="14"
        height="14"
        stroke="currentColor"
        strokeWidth="1.8"
        aria-hidden="true"
      >
        <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />
      </svg>
    </button>
  );
}
