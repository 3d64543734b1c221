import './drop-zone.css';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { checksOf } from '../store/checks.ts';
import { isBusy } from '../store/state.ts';
import { t } from '../texts/texts.ts';
import { useActions, useApp } from './context.ts';
import { droppedFiles, droppedHandles } from './dropped-files.ts';

const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** What a drop does: where there is a choice, the parts of the window side by side that say so. */
type Intent = 'open' | 'add' | 'compare';

const INTENT_WORDS: Readonly<Record<Intent, Phrase>> = {
  open: phrase('Open instead'),
  add: phrase('Add as another date'),
  compare: phrase('Compare as the clear picture'),
};

/** The whole window takes dropped files and folders. */
export function DropZone({ children }: { children: ReactNode }) {
  const { open, addDates, compareWith, importSaved, editMask, takeMask, fail } = useActions();
  const editsMask = useApp((state) => state.maskEditor !== null);
  const hasScene = useApp((state) => state.source !== null);
  const canAdd = useApp((state) => state.source !== null && !isBusy(state) && state.maskEditor === null);
  const canCompare = useApp((state) => checksOf(state) !== null && state.checking === null && !isBusy(state));
  const intents: Intent[] = ['open'];
  if (canAdd) intents.push('add');
  if (canAdd && canCompare) intents.push('compare');
  const [over, setOver] = useState<Intent | null>(null);
  // Entering a child leaves its parent: only the outermost leave counts.
  const depth = useRef(0);
  const intentOf = (event: DragEvent): Intent => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const part = Math.floor(((event.clientX - left) / width) * intents.length);
    return intents[Math.min(intents.length - 1, Math.max(0, part))];
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
        const intent = intentOf(event);
        depth.current = 0;
        setOver(null);
        const { items } = event.dataTransfer;
        Promise.all([droppedFiles(items), droppedHandles(items)])
          .then(([files, handles]) => {
            if (/\.zip$/i.test(files[0]?.name ?? '')) return importSaved(files[0]);
            if (files[0] && (editsMask || (hasScene && /\.(geo)?json$/i.test(files[0].name))))
              return editMask().then(() => takeMask(files[0]));
            if (files.length === 0) return;
            const origins = files.map(({ name }) => handles.get(name) ?? null);
            if (intent === 'compare') return compareWith(files.length === 1 ? files[0] : files);
            return intent === 'add' ? addDates(files, origins) : open(files, origins);
          })
          .catch(fail);
      }}
    >
      {children}
      {over !== null && (
        <div className="drop-veil" data-choices={intents.length} aria-hidden="true">
          {intents.length > 1 ? (
            intents.map((intent) => (
              <p key={intent} data-over={over === intent}>
                {t(INTENT_WORDS[intent])}
              </p>
            ))
          ) : (
            <p>{editsMask ? t('Use as the mask') : t('Drop to open')}</p>
          )}
        </div>
      )}
    </div>
  );
}
