import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useActions } from './context.ts';
import './dialog.css';
import { t } from '../texts/texts.ts';

/** A dialog over the page, with a title and a way out; Escape closes it too. */
export function Dialog({ title, children }: { title: string; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { showDialog } = useActions();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={() => showDialog(null)}>
      <header>
        <h2 id={id}>{title}</h2>
        <form method="dialog">
          <button type="submit" className="button small">
            {t('Close')}
          </button>
        </form>
      </header>
      {children}
    </dialog>
  );
}
