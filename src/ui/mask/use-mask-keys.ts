import { useContext, useEffect } from 'react';
import { useAppStore, ViewerContext } from '../context.ts';

/** Ratio by which a key press changes the brush. */
const BRUSH_STEP = 1.25;

/**
 * Keys while the mask is edited: Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y), brackets for the size of the brush, 1 to 3 for the
 * class, P, E, G and H for the tools. They go before the keys of the page.
 */
export function useMaskKeys(): void {
  const store = useAppStore();
  const viewer = useContext(ViewerContext);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { actions, brushRadius, singleKeys } = store.getState();
      const typing = (event.target as Element).closest(
        'input:not([type=range], [type=radio]), select, textarea, dialog',
      );
      if (event.altKey || typing) return;
      const key = event.key.toLowerCase();
      const bare: Readonly<Record<string, () => void>> = {
        '[': () => actions.setBrushRadius(brushRadius / BRUSH_STEP),
        ']': () => actions.setBrushRadius(brushRadius * BRUSH_STEP),
        '1': () => actions.setMaskClass(1),
        '2': () => actions.setMaskClass(2),
        '3': () => actions.setMaskClass(3),
        p: () => actions.setMaskTool('brush'),
        e: () => actions.setMaskTool('eraser'),
        g: () => actions.setMaskTool('polygon'),
        h: () => actions.setMaskTool('move'),
      };
      const held: Readonly<Record<string, () => void>> = {
        // Of a polygon that is being drawn, corner by corner.
        z: () => {
          if (event.shiftKey) actions.redoMask();
          else if (!viewer.current?.takeBackCorner()) actions.undoMask();
        },
        y: actions.redoMask,
      };
      const isHeld = event.ctrlKey || event.metaKey;
      const act = isHeld || singleKeys ? (isHeld ? held : bare)[key] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    };
    document.addEventListener('keydown', onKey, { capture: true });
    return () => document.removeEventListener('keydown', onKey, { capture: true });
  }, [store, viewer]);
}
