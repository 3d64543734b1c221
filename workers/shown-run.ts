import { type DisplayState, expectRun } from './display-state.ts';
import type { DisplayApi, TileMessage } from './protocol.ts';

type RunApi = Pick<DisplayApi, 'connectPipeline' | 'expectRun' | 'settled'>;

/** What the pipeline worker tells of the run that is shown. */
export function shownRun(state: DisplayState): RunApi {
  const waiting = new Map<number, () => void>();

  function take(message: TileMessage): void {
    if (message.type === 'answer') {
      state.requests.answer(message.id, message.tile);
      return;
    }
    if (message.run !== state.run) return;
    if (message.type === 'mask') {
      state.store.masks.add(message.tile);
      state.emit(message.run, { type: 'mask-changed', window: message.tile.window });
    } else if (message.type === 'repaired') {
      state.store.repaired.addSmall(message.tile);
      state.emit(message.run, { type: 'result-changed', window: message.tile.window });
    } else {
      state.ended = message.run;
      waiting.get(message.run)?.();
      waiting.delete(message.run);
    }
  }

  return {
    connectPipeline(port) {
      state.pipeline?.close();
      state.pipeline = port;
      state.requests.giveUp();
      if (port) port.onmessage = ({ data }: MessageEvent<TileMessage>) => take(data);
    },
    expectRun(run) {
      expectRun(state, run);
      if (state.scene === null) return;
      const { width, height } = state.scene.scene.grid;
      // Tiles that are clear now are not told of one by one.
      state.emit(run, { type: 'all-changed', window: { x: 0, y: 0, width, height } });
    },
    settled: (run) =>
      state.ended === run ? Promise.resolve() : new Promise((resolve) => waiting.set(run, () => resolve())),
  };
}
