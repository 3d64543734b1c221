import { t } from '../texts/texts.ts';
import { mapSpace, spaceNotice } from '../viewer/map-space.ts';
import { Compare } from './Compare.tsx';
import { useActions, useApp } from './context.ts';
import { Legend } from './Legend.tsx';
import { MapView } from './MapView.tsx';
import { Notices } from './Messages.tsx';
import { BatchCard } from './panel/BatchCard.tsx';
import { DatesCard } from './panel/DatesCard.tsx';
import { JobCard } from './panel/JobCard.tsx';
import { SceneCard } from './panel/SceneCard.tsx';
import { ViewCard } from './panel/ViewCard.tsx';
import { Readout } from './Readout.tsx';

/** The map, and beside it what is known and what can be done. */
export function Workspace() {
  const panelOpen = useApp((state) => state.panelOpen);
  // A queue that waits is the one next step.
  const queued = useApp(({ batch, job }) => batch !== null && job.status === 'idle');
  const { setPanelOpen } = useActions();
  const grid = useApp((state) => state.scene?.scene.grid);
  const extra = grid === undefined ? null : spaceNotice(grid, mapSpace(grid));
  return (
    <main className="workspace" data-panel={panelOpen ? 'open' : 'folded'}>
      <div className="map-area">
        <MapView />
        <Legend />
        <Compare />
      </div>
      <Readout />
      <aside className="panel" aria-label={t('Scene and result')} data-open={panelOpen}>
        <button
          type="button"
          className="sheet-grip"
          aria-expanded={panelOpen}
          onClick={() => setPanelOpen(!panelOpen)}
        >
          <span className="visually-hidden">{panelOpen ? t('Fold the panel') : t('Unfold the panel')}</span>
        </button>
        <div className="panel-body">
          <BatchCard />
          {!queued && <JobCard />}
          <Notices extra={extra} />
          <DatesCard />
          <ViewCard />
          <SceneCard />
        </div>
      </aside>
    </main>
  );
}
