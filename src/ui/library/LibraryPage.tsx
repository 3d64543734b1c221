import { useEffect, useRef, useState } from 'react';
import { comparisonBytes } from '../../pipeline/library/record.ts';
import type { LibraryState } from '../../services/library-types.ts';
import { useActions, useApp } from '../context.ts';
import { Rich } from '../Rich.tsx';
import { donePercent, fileSize, LIBRARY_WORK_WORDS } from '../words.ts';
import { foundEntries, WORTH_SEARCHING } from './found.ts';
import { LibraryCard } from './LibraryCard.tsx';
import './library.css';
import { t } from '../../texts/texts.ts';

/** The comparisons kept in this browser. */
export default function LibraryPage() {
  const library = useApp((state) => state.library);
  const entries = library.status === 'ready' ? library.entries : [];
  const [wanted, setWanted] = useState('');
  const shown = foundEntries(entries, wanted);
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a comparison that goes takes the focus with it
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [shown.length]);
  return (
    <main className="library">
      <div className="library-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {t('Library')}
          </h1>
          <p className="fine">
            {t('Comparisons kept in this browser, on this device. They open without a network.')}
          </p>
        </div>
        {library.status === 'ready' && (
          <CarryButtons ids={entries.flatMap(({ id, record }) => (record ? [id] : []))} />
        )}
      </div>
      <Work />
      {library.status === 'none' && (
        <div className="library-empty" role="note">
          <p>
            <strong>{t(library.reason.message)}</strong>
          </p>
          <p>{t(library.reason.remedy)}</p>
        </div>
      )}
      {library.status === 'ready' && entries.length === 0 && <Empty />}
      {entries.length > WORTH_SEARCHING && (
        <Search wanted={wanted} onWanted={setWanted} found={shown.length} total={entries.length} />
      )}
      <ul className="library-cards">
        {shown.map((entry) => (
          <LibraryCard key={entry.id} entry={entry} />
        ))}
      </ul>
      {library.status === 'ready' && <Storage library={library} />}
    </main>
  );
}

/** Finds comparisons by their names as these are typed; how many there are is said aloud, too. */
function Search(props: { wanted: string; onWanted: (text: string) => void; found: number; total: number }) {
  const { wanted, onWanted, found, total } = props;
  return (
    <search className="library-search">
      <label className="field">
        <span>{t('Find by name')}</span>
        <input type="search" value={wanted} onChange={(event) => onWanted(event.target.value)} />
      </label>
      <p className="fine" role="status">
        {wanted.trim() !== '' && t('{{found}} of {{total}} comparisons', { found, total })}
      </p>
    </search>
  );
}

function Empty() {
  const { leaveLibrary } = useActions();
  return (
    <div className="library-empty">
      <p>
        <strong>{t('Nothing is saved yet.')}</strong>
      </p>
      <p>
        {t(
          'Process a scene, then press “Save in the library”: scene, result, mask and provenance are kept together with the view, and open again at once.',
        )}
      </p>
      <button type="button" className="button primary" onClick={leaveLibrary}>
        {t('Process a scene')}
      </button>
    </div>
  );
}

/** Takes comparisons in from another device, and all that can be read out. */
function CarryButtons({ ids }: { ids: readonly string[] }) {
  const input = useRef<HTMLInputElement>(null);
  const busy = useApp((state) => state.libraryWork !== null);
  const { importSaved, exportSaved } = useActions();
  return (
    <div className="library-carry">
      <button type="button" className="button" disabled={busy} onClick={() => input.current?.click()}>
        {t('Import')}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".zip,application/zip"
        aria-label={t('Exported comparisons')}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) void importSaved(file);
        }}
      />
      {ids.length > 0 && (
        <button type="button" className="button" disabled={busy} onClick={() => void exportSaved(ids)}>
          {t('Export all')}
        </button>
      )}
    </div>
  );
}

/** What is under way, and what came of the last import. */
function Work() {
  const work = useApp((state) => state.libraryWork);
  const imported = useApp((state) => state.imported);
  const { stopLibraryWork } = useActions();
  if (work !== null)
    return (
      <div className="library-work">
        <label>
          {t('{{work}}, {{share}}', {
            work: LIBRARY_WORK_WORDS[work.kind],
            share: donePercent(work.share),
          })}
          <progress className="progress" value={work.share} />
        </label>
        <button type="button" className="button small" onClick={stopLibraryWork}>
          {t('Stop')}
        </button>
      </div>
    );
  if (imported === null) return null;
  const { added, known, refused } = imported;
  return (
    <p className="library-note" role="status">
      {t('{{count}} comparisons were added.', {
        count: added,
        defaultValue_one: '{{count}} comparison was added.',
      })}
      {known > 0 &&
        ` ${t('{{count}} were here already.', { count: known, defaultValue_one: '{{count}} was here already.' })}`}
      {refused > 0 &&
        ` ${t('{{number}} could not be taken in: damaged, or saved by a newer version.', { number: refused })}`}
    </p>
  );
}

/** How much room there is, and whether the browser may clear it. */
function Storage({ library }: { library: Extract<LibraryState, { status: 'ready' }> }) {
  const { persistLibrary } = useActions();
  const { entries, storage } = library;
  const bytes = entries.reduce((sum, { record }) => sum + (record ? comparisonBytes(record) : 0), 0);
  if (storage === null)
    return (
      <p className="library-storage fine">{t('The library takes {{size}}.', { size: fileSize(bytes) })}</p>
    );
  const { used, quota, persisted } = storage;
  const share = quota > 0 ? used / quota : 0;
  return (
    <section className="library-storage" aria-label={t('Storage')}>
      <meter
        min={0}
        max={1}
        high={0.8}
        low={0.6}
        optimum={0}
        value={share}
        aria-label={t('Storage used')}
        aria-valuetext={t('{{used}} of {{quota}}', { used: fileSize(used), quota: fileSize(quota) })}
      />
      <p>
        {t(
          'The library takes {{size}}; with the application, {{used}} of the {{quota}} that this browser allows.',
          { size: fileSize(bytes), used: fileSize(used), quota: fileSize(quota) },
        )}
      </p>
      {persisted ? (
        <p>{t('The browser does not clear it by itself.')}</p>
      ) : (
        entries.length > 0 && (
          <p>
            <Rich
              text={t(
                'If the device runs out of room, the browser may clear it. Export what matters, or <b>ask the browser to keep it</b>',
              )}
              part={(words) => (
                <button type="button" className="button small" onClick={() => void persistLibrary()}>
                  {words}
                </button>
              )}
            />
          </p>
        )
      )}
    </section>
  );
}
