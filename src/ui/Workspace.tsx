import { useState } from 'react';
import { mapSpace, spaceNotice } from '../viewer/map-space.ts';
import { useApp } from './context.ts';
import { Legend } from './Legend.tsx';
import { MapView } from './MapView.tsx';
import { Notices } from './Messages.tsx';
import { DatesCard } from './panel/DatesCard.tsx';
import { JobCard } from './panel/JobCard.tsx';
import { SceneCard } from './panel/SceneCard.tsx';
import { ViewCard } from './panel/ViewCard.tsx';
import { Readout } from './Readout.tsx';

/** The map, and beside it what is known and what can be done. */
export function Workspace() {
  const [sheetOpen, setSheetOpen] = useState(true);
  const grid = useApp((state) => state.scene?.scene.grid);
  const extra = grid === undefined ? null : spaceNotice(grid, mapSpace(grid));
  return (
    <main className="workspace">
      <div className="map-area">
        <MapView />
        <Legend />
        <Readout />
      </div>
      <aside className="panel" aria-label="Scene and result" data-open={sheetOpen}>
        <button
          type="button"
          className="sheet-grip"
          aria-expanded={sheetOpen}
          onClick={() => setSheetOpen(!sheetOpen)}
        >
          <span className="visually-hidden">
            {sheetOpen ? 'Make the panel smaller' : 'Make the panel larger'}
          </span>
        </button>
        <div className="panel-body">
          <JobCard />
          <Notices extra={extra} />
          <DatesCard />
          <ViewCard />
          <SceneCard />
        </div>
      </aside>
    </main>
  );
}
