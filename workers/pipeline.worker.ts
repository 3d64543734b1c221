import { expose } from 'comlink';
import { finishedScene } from './finished-scene.ts';
import { holdLock } from './liveness.ts';
import { networksHost } from './networks-host.ts';
import { openScenes } from './open-scenes.ts';
import { tidyOutputFiles } from './output-file.ts';
import { pipelineState } from './pipeline-state.ts';
import type { PipelineApi } from './protocol.ts';
import { sceneRuns } from './scene-runs.ts';

const state = pipelineState();

const api: PipelineApi = {
  start(config, onEvent) {
    state.host = networksHost(config);
    state.emit = onEvent;
    void tidyOutputFiles();
    return holdLock(self.name);
  },
  connectDisplay: state.display.connect,
  cancel: state.running.cancel,
  ...openScenes(state),
  ...sceneRuns(state),
  ...finishedScene(state),
};

expose(api);
