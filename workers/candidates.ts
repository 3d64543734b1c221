import { type OpenOptions, openScene } from '../src/pipeline/ingest/open.ts';
import type { SceneSource } from '../src/pipeline/scene.ts';
import { received } from './crossing.ts';
import type { PostedScene } from './protocol.ts';

/** A scene and what it was read from. */
export interface Candidate {
  readonly input: PostedScene;
  readonly source: SceneSource;
}

/** Scenes that were read for openings under way, each by the number of its opening, until that takes or drops it. */
export interface Candidates {
  /** @throws PipelineError as openScene */
  read(opening: number, input: PostedScene, options: OpenOptions, signal: AbortSignal): Promise<SceneSource>;
  /** Undefined if nothing was read under that number since the last time. */
  take(opening: number): Candidate | undefined;
  drop(opening: number): void;
}

export function candidates(): Candidates {
  const waiting = new Map<number, Candidate>();
  return {
    async read(opening, input, options, signal) {
      const source = await openScene(received(input), options, signal);
      waiting.set(opening, { input, source });
      return source;
    },
    take(opening) {
      const taken = waiting.get(opening);
      waiting.delete(opening);
      return taken;
    },
    drop: (opening) => void waiting.delete(opening),
  };
}
