import type { ActionContext } from './context.ts';
import { atLevels } from './levels.ts';
import type { Actions } from './state.ts';

type ViewActions = Pick<
  Actions,
  | 'setCombination'
  | 'setGamma'
  | 'setOverlay'
  | 'setOverlayOpacity'
  | 'setSwipe'
  | 'setBasemap'
  | 'sceneShown'
  | 'pointAt'
  | 'setInspecting'
>;

/** How the scene is shown; nothing here changes the result. */
export function viewActions({ engine, set, get }: ActionContext): ViewActions {
  let wanted: { x: number; y: number } | null = null;
  let asking = false;

  /** Asks for the newest wanted pixel until there is none newer: a fast pointer costs one question at a time. */
  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      while (wanted !== null) {
        const { x, y } = wanted;
        const probe = await engine.probe(x, y);
        if (wanted === null) break;
        set({ probe });
        if (wanted.x === x && wanted.y === y) break;
      }
    } catch {
      // A read-out that fails is left as it was: the next movement asks again.
    } finally {
      asking = false;
    }
  };

  return {
    async setCombination(id) {
      const { combinations, sceneRevision } = get();
      const chosen = combinations.find((entry) => entry.id === id);
      if (chosen === undefined) return;
      try {
        const ownStretch = await engine.stretch(chosen.bands);
        if (get().sceneRevision !== sceneRevision) return;
        const stretch = atLevels(ownStretch, get().levels);
        set({ combination: id, displayBands: chosen.bands, ownStretch, stretch });
      } catch (fault) {
        get().actions.fail(fault);
      }
    },
    setGamma: (gamma) => set({ gamma }),
    setOverlay: (overlay) => set({ overlay }),
    setOverlayOpacity: (overlayOpacity) => set({ overlayOpacity }),
    setSwipe: (swipe) => set({ swipe }),
    setBasemap: (basemap) => set({ basemap }),
    setInspecting: (inspecting) => set({ inspecting }),
    sceneShown: () => set(({ sceneRevision }) => ({ shownRevision: sceneRevision })),
    pointAt(pixel) {
      wanted = pixel;
      if (pixel === null) set({ probe: null });
      else void ask();
    },
  };
}
