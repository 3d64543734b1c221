import { expose } from 'comlink';
import { displayState } from './display-state.ts';
import { holdLock } from './liveness.ts';
import type { DisplayApi } from './protocol.ts';
import { shownRun } from './shown-run.ts';
import { shownScene } from './shown-scene.ts';
import { shownTiles } from './shown-tiles.ts';

const state = displayState();

const api: DisplayApi = {
  start(onEvent) {
    state.emit = onEvent;
    return holdLock(self.name);
  },
  cancel: state.running.cancel,
  ...shownScene(state),
  ...shownRun(state),
  ...shownTiles(state),
};

expose(api);
