import { useContext, useEffect, useRef } from 'react';
import { t } from '../texts/texts.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { bindViewer } from './bind-viewer.ts';
import { TilesContext, useActions, useApp, useAppStore, ViewerContext } from './context.ts';

/** The map. OpenLayers is fetched when the first scene is shown. */
export function MapView() {
  const target = useRef<HTMLElement>(null);
  const viewer = useContext(ViewerContext);
  const store = useAppStore();
  const tiles = useContext(TilesContext);

  useEffect(() => {
    let end = () => {};
    let gone = false;
    const { pointAt, setSwipe, sceneShown, drawOnMask, fail } = store.getState().actions;
    import('../viewer/viewer.ts').then(({ createViewer }) => {
      if (gone || target.current === null || tiles === null) return;
      const created: Viewer = createViewer(target.current, {
        engine: tiles,
        onPointer: pointAt,
        onSwipe: setSwipe,
        onShown: sceneShown,
        onDraw: drawOnMask,
        onFault: fail,
      });
      viewer.current = created;
      const unbind = bindViewer(store, created);
      end = () => {
        unbind();
        created.dispose();
        viewer.current = null;
      };
    }, fail);
    return () => {
      gone = true;
      end();
    };
  }, [store, tiles, viewer]);

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the map, plus and minus zoom it */}
      <section ref={target} className="map" aria-label={t('Map of the scene')} tabIndex={0} />
      <ZoomButtons />
    </>
  );
}

function ZoomButtons() {
  const viewer = useContext(ViewerContext);
  const inspecting = useApp((state) => state.inspecting);
  const { pointAt, setInspecting } = useActions();
  return (
    <div className="zoom" onPointerEnter={() => inspecting || pointAt(null)}>
      <button type="button" aria-label={t('Zoom in')} onClick={() => viewer.current?.zoomBy(1)}>
        <Icon path="M8 3v10M3 8h10" />
      </button>
      <button type="button" aria-label={t('Zoom out')} onClick={() => viewer.current?.zoomBy(-1)}>
        <Icon path="M3 8h10" />
      </button>
      <button type="button" aria-label={t('Show the whole scene')} onClick={() => viewer.current?.showAll()}>
        <Icon path="M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3" />
      </button>
      <button
        type="button"
        aria-label={t('Inspect the middle of the map')}
        title={t('Inspect the middle of the map ({{key}})', { key: 'I' })}
        aria-pressed={inspecting}
        onClick={() => setInspecting(!inspecting)}
      >
        <Icon path="M8 1.500v4M8 10.500v4M1.500 8h4M10.500 8h4M8 7.900v.2" />
      </button>
    </div>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
