import { lazy, Suspense } from 'react';
import { t } from '../texts/texts.ts';
import { useActions, useApp } from './context.ts';
import { LibraryButton } from './library/LibraryButton.tsx';
import { OfflineStatus } from './OfflineStatus.tsx';
import { OpenFileButton } from './Open.tsx';

const DIALOGS = {
  help: lazy(() => import('./Help.tsx')),
  networks: lazy(() => import('./Models.tsx')),
};

export function Header() {
  const scene = useApp((state) => state.scene);
  const dialog = useApp((state) => state.dialog);
  const { close, showDialog } = useActions();
  const Dialog = dialog && DIALOGS[dialog];
  return (
    <header className="header">
      <a
        className="brand"
        href="./"
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          close();
        }}
      >
        <Mark />
        Unclouded
      </a>
      {scene !== null && (
        <>
          <p className="scene-name" title={scene.scene.name}>
            {scene.scene.name}
          </p>
          <OpenFileButton className="button" label={t('Open another')} />
        </>
      )}
      <LibraryButton />
      <OfflineStatus />
      <button type="button" className="button small networks" onClick={() => showDialog('networks')}>
        {t('Networks')}
      </button>
      <button
        type="button"
        className="button small"
        aria-label={t('Keys and colours')}
        title={t('Keys and colours')}
        onClick={() => showDialog('help')}
      >
        ?
      </button>
      <Suspense>{Dialog && <Dialog />}</Suspense>
    </header>
  );
}

/** A cloud's edge giving way to contour lines. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 28 28" width="26" height="26" aria-hidden="true">
      <path
        d="M8.5 19.5a5 5 0 0 1 .4-10 6.6 6.6 0 0 1 5.1-3v13z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <g fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round">
        <path d="M16.5 6.8c3 .4 5 2.4 5.5 5 2 .5 3.3 2 3.3 4 0 2.3-1.9 4.2-4.3 4.2h-4.5" />
        <path d="M16.5 10.7c1.7.3 2.6 1.5 2.7 3.2 1.3.1 2.1.8 2.1 1.6 0 .9-.8 1.5-1.9 1.5h-2.9" />
      </g>
    </svg>
  );
}
