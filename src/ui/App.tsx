import { lazy, Suspense, useRef } from 'react';
import type { Engine } from '../services/engine.ts';
import type { AppStore } from '../store/create-store.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { StoreContext, TilesContext, useApp, ViewerContext } from './context.ts';
import { DropZone } from './DropZone.tsx';
import { Header } from './Header.tsx';
import { Landing } from './Landing.tsx';
import { LiveRegion } from './LiveRegion.tsx';
import { ErrorMessage } from './Messages.tsx';
import { Workspace } from './Workspace.tsx';

/** The whole page over one store. */
export function App({ store, tiles }: { store: AppStore; tiles: Pick<Engine, 'displayTile'> }) {
  const viewer = useRef<Viewer | null>(null);
  return (
    <StoreContext value={store}>
      <TilesContext value={tiles}>
        <ViewerContext value={viewer}>
          <DropZone>
            <Header />
            <ErrorMessage />
            <Page />
            <ShareHost />
            <LiveRegion />
          </DropZone>
        </ViewerContext>
      </TilesContext>
    </StoreContext>
  );
}

/** Fetched when it is first looked at. */
const LibraryPage = lazy(() => import('./library/LibraryPage.tsx'));

const ShareDialog = lazy(() => import('./library/ShareDialog.tsx'));

function ShareHost() {
  const sharing = useApp((state) => state.sharing);
  return sharing === null ? null : (
    <Suspense>
      <ShareDialog {...sharing} />
    </Suspense>
  );
}

function Page() {
  const page = useApp((state) => state.page);
  const hasScene = useApp((state) => state.scene !== null);
  if (page === 'library')
    return (
      <Suspense fallback={<main aria-busy="true" />}>
        <LibraryPage />
      </Suspense>
    );
  return hasScene ? <Workspace /> : <Landing />;
}
