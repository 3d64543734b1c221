import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useActions } from './context.ts';
import { droppedFiles, droppedHandle } from './dropped-files.ts';

const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** The whole window takes dropped files and folders. */
export function DropZone({ children }: { children: ReactNode }) {
  const { open, importSaved, fail } = useActions();
  const [over, setOver] = useState(false);
  // Entering a child leaves its parent: only the outermost leave counts.
  const depth = useRef(0);
  const enter = (event: DragEvent, step: number) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current += step;
    setOver(depth.current > 0);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a keyboard equal, the open button
    <div
      className="app"
      onDragEnter={(event) => enter(event, 1)}
      onDragLeave={(event) => enter(event, -1)}
      onDragOver={(event) => carriesFiles(event) && event.preventDefault()}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        const { items } = event.dataTransfer;
        Promise.all([droppedFiles(items), droppedHandle(items)])
          .then(([files, handle]) => {
            if (/\.zip$/i.test(files[0]?.name ?? '')) return importSaved(files[0]);
            if (files.length === 1) return open(files[0], handle);
            return files.length > 0 ? open(files) : undefined;
          })
          .catch(fail);
      }}
    >
      {children}
      {over && (
        <div className="drop-veil" aria-hidden="true">
          <p>Drop to open</p>
        </div>
      )}
    </div>
  );
}
