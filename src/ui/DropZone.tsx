import './drop-zone.css';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { isBusy } from '../store/state.ts';
import { t } from '../texts/texts.ts';
import { useActions, useApp } from './context.ts';
import { droppedFiles, droppedHandles } from './dropped-files.ts';

const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** What a drop does: the halves of the window that say so where there is a choice. */
type Intent = 'open' | 'add';

/** The whole window takes dropped files and folders. */
export function DropZone({ children }: { children: ReactNode }) {
  const { open, addDates, importSaved, editMask, takeMask, fail } = useActions();
  const editsMask = useApp((state) => state.maskEditor !== null);
  const hasScene = useApp((state) => state.scene !== null);
  const canAdd = useApp((state) => state.source !== null && !isBusy(state) && state.maskEditor === null);
  const [over, setOver] = useState<Intent | null>(null);
  // Entering a child leaves its parent: only the outermost leave counts.
  const depth = useRef(0);
  const intentOf = (event: DragEvent): Intent => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return canAdd && event.clientX - left > width / 2 ? 'add' : 'open';
  };
  const enter = (event: DragEvent, step: number) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current += step;
    setOver(depth.current > 0 ? intentOf(event) : null);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a keyboard equal, the open button
    <div
      className="app"
      onDragEnter={(event) => enter(event, 1)}
      onDragLeave={(event) => enter(event, -1)}
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(intentOf(event));
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        const take = intentOf(event) === 'add' ? addDates : open;
        depth.current = 0;
        setOver(null);
        const { items } = event.dataTransfer;
        Promise.all([droppedFiles(items), droppedHandles(items)])
          .then(([files, handles]) => {
            if (/\.zip$/i.test(files[0]?.name ?? '')) return importSaved(files[0]);
            if (files[0] && (editsMask || (hasScene && /\.(geo)?json$/i.test(files[0].name))))
              return editMask().then(() => takeMask(files[0]));
            const origins = files.map(({ name }) => handles.get(name) ?? null);
            return files.length > 0 ? take(files, origins) : undefined;
          })
          .catch(fail);
      }}
    >
      {children}
      {over !== null && (
        <div className="drop-veil" data-choice={canAdd} aria-hidden="true">
          <p data-over={over === 'open'}>
            {editsMask ? t('Use as the mask') : canAdd ? t('Open instead') : t('Drop to open')}
          </p>
          {canAdd && <p data-over={over === 'add'}>{t('Add as another date')}</p>}
        </div>
      )}
    </div>
  );
}
