import { useRef } from 'react';
import { comparisonBytes } from '../../pipeline/library/record.ts';
import type { LibraryState } from '../../services/library-types.ts';
import { useActions, useApp } from '../context.ts';
import { fileSize, LIBRARY_WORK_WORDS } from '../words.ts';
import { LibraryCard } from './LibraryCard.tsx';
import './library.css';

/** The comparisons kept in this browser. */
export default function LibraryPage() {
  const library = useApp((state) => state.library);
  const entries = library.status === 'ready' ? library.entries : [];
  return (
    <main className="library">
      <div className="library-head">
        <div>
          <h1>Library</h1>
          <p className="fine">
            Comparisons kept in this browser, on this device. They open without a network.
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
            <strong>{library.reason.message}</strong>
          </p>
          <p>{library.reason.remedy}</p>
        </div>
      )}
      {library.status === 'ready' && entries.length === 0 && <Empty />}
      <ul className="library-cards">
        {entries.map((entry) => (
          <LibraryCard key={entry.id} entry={entry} />
        ))}
      </ul>
      {library.status === 'ready' && <Storage library={library} />}
    </main>
  );
}

function Empty() {
  const { leaveLibrary } = useActions();
  return (
    <div className="library-empty">
      <p>
        <strong>Nothing is saved yet.</strong>
      </p>
      <p>
        Process a scene, then press “Save in the library”: scene, result, mask and provenance are kept
        together with the view, and open again at once.
      </p>
      <button type="button" className="button primary" onClick={leaveLibrary}>
        Process a scene
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
        Import
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".zip,application/zip"
        aria-label="Exported comparisons"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) void importSaved(file);
        }}
      />
      {ids.length > 0 && (
        <button type="button" className="button" disabled={busy} onClick={() => void exportSaved(ids)}>
          Export all
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
          {LIBRARY_WORK_WORDS[work.kind]}, {Math.floor(100 * work.share)} %
          <progress className="progress" value={work.share} />
        </label>
        <button type="button" className="button small" onClick={stopLibraryWork}>
          Stop
        </button>
      </div>
    );
  if (imported === null) return null;
  const { added, known } = imported;
  return (
    <p className="library-note" role="status">
      {added === 1 ? '1 comparison was added.' : `${added} comparisons were added.`}
      {known > 0 && ` ${known} ${known === 1 ? 'was' : 'were'} here already.`}
    </p>
  );
}

/** How much room there is, and whether the browser may clear it. */
function Storage({ library }: { library: Extract<LibraryState, { status: 'ready' }> }) {
  const { persistLibrary } = useActions();
  const { entries, storage } = library;
  const bytes = entries.reduce((sum, { record }) => sum + (record ? comparisonBytes(record) : 0), 0);
  if (storage === null) return <p className="library-storage fine">The library takes {fileSize(bytes)}.</p>;
  const { used, quota, persisted } = storage;
  const share = quota > 0 ? used / quota : 0;
  return (
    <section className="library-storage" aria-label="Storage">
      <meter
        min={0}
        max={1}
        high={0.8}
        low={0.6}
        optimum={0}
        value={share}
        aria-label="Storage used"
        aria-valuetext={`${fileSize(used)} of ${fileSize(quota)}`}
      />
      <p>
        The library takes {fileSize(bytes)}; with the application, {fileSize(used)} of the {fileSize(quota)}{' '}
        that this browser allows.
      </p>
      {persisted ? (
        <p>The browser does not clear it by itself.</p>
      ) : (
        entries.length > 0 && (
          <p>
            If the device runs out of room, the browser may clear it. Export what matters, or{' '}
            <button type="button" className="button small" onClick={() => void persistLibrary()}>
              ask the browser to keep it
            </button>
          </p>
        )
      )}
    </section>
  );
}
