import type { GeneratorSize } from '../pipeline/networks.ts';
import type { ModelFacts, NetworkSpeed } from '../services/engine.ts';
import type { ActionContext } from './context.ts';

/** What the page about the networks shows. */
export interface ModelsSlice {
  /** Null until they were asked for. */
  readonly models: readonly ModelFacts[] | null;
  /** How fast the networks are here, with either generator; null until measured. */
  readonly speeds: Readonly<Record<GeneratorSize, NetworkSpeed | null>>;
  /** The generator whose speed is being measured. */
  readonly measuring: GeneratorSize | null;
}

export interface ModelsActions {
  /** Reads what the networks' cards say. */
  loadModels(): Promise<void>;
  /** Times the networks on this machine; not while a job is under way. */
  measureSpeed(generator: GeneratorSize): Promise<void>;
}

export const NO_MODELS: ModelsSlice = { models: null, speeds: { full: null, light: null }, measuring: null };

export function modelsActions({ engine, set, get }: ActionContext): ModelsActions {
  return {
    async loadModels() {
      if (get().models !== null) return;
      try {
        set({ models: await engine.models() });
      } catch (fault) {
        get().actions.fail(fault);
      }
    },
    async measureSpeed(generator) {
      if (get().measuring !== null) return;
      set({ measuring: generator, error: null });
      try {
        const speed = await engine.measure(generator);
        set(({ speeds }) => ({ speeds: { ...speeds, [generator]: speed }, backend: speed.backend }));
      } catch (fault) {
        get().actions.fail(fault);
      } finally {
        set({ measuring: null });
      }
    },
  };
}
