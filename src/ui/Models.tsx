import { useEffect } from 'react';
import type { GeneratorSize } from '../pipeline/networks.ts';
import type { ModelFacts } from '../services/engine.ts';
import { isBusy } from '../store/state.ts';
import { useActions, useApp } from './context.ts';
import { Dialog } from './Dialog.tsx';
import './models.css';

const PURPOSE: Readonly<Record<string, string>> = {
  detector: 'Finds thin cloud, thick cloud and shadow.',
  generator: 'Rebuilds what lies under them, and says how far off it may be.',
  'generator-light': 'The same with less arithmetic, for machines without a GPU.',
};

const GENERATOR_NAMES: Readonly<Record<GeneratorSize, string>> = {
  full: 'full generator',
  light: 'light generator',
};

/** The networks: what they are, where to read their limits, and how fast they are on this machine. */
export default function Models() {
  const models = useApp((state) => state.models);
  const { loadModels } = useActions();
  useEffect(() => {
    void loadModels();
  }, [loadModels]);
  return (
    <Dialog title="Networks">
      <p>
        Trained on simulated clouds over clear scenes. A generated pixel is a plausible guess, not an
        observation; the cards say what was measured and where the networks fail.
      </p>
      <ul className="model-list" aria-busy={models === null}>
        {models?.map((model) => (
          <ModelItem key={model.folder} model={model} />
        ))}
      </ul>
      <SpeedHere />
    </Dialog>
  );
}

function ModelItem({ model }: { model: ModelFacts }) {
  return (
    <li>
      <h3>
        {model.name} <small>{model.version}</small>
      </h3>
      <p>{PURPOSE[model.folder]}</p>
      <p className="soft">
        {(model.parameters / 1e6).toFixed(2)} million parameters, {(model.bytes / 1e6).toFixed(1)} MB,{' '}
        {Math.round(model.macPerPixel / 1000)} thousand multiply-adds a pixel
      </p>
      <p className="soft">
        Weights <code title={`SHA-256 ${model.sha256}`}>{model.sha256.slice(0, 12)}</code>, checked before use
      </p>
      <a href={model.card} target="_blank" rel="noopener">
        Model card: figures, examples, limits
      </a>
    </li>
  );
}

function SpeedHere() {
  const speeds = useApp((state) => state.speeds);
  const measuring = useApp((state) => state.measuring);
  const backend = useApp((state) => state.backend);
  const busy = useApp(isBusy);
  const { measureSpeed } = useActions();
  return (
    <section aria-labelledby="speed-title">
      <h3 id="speed-title">On this machine</h3>
      <p>
        {backend === null
          ? 'The networks have not been started yet.'
          : `${backend.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'}, ${backend.detail}.`}
      </p>
      {(['full', 'light'] as const).map((generator) => {
        const speed = speeds[generator];
        return (
          <p key={generator} className="speed" aria-live="polite">
            {speed !== null ? (
              `With the ${GENERATOR_NAMES[generator]}, a tile of 256 × 256 pixels takes ${milliseconds(speed.detect)} to search and ${milliseconds(speed.generate)} to repair.`
            ) : (
              <button
                type="button"
                className="button small"
                disabled={busy || measuring !== null}
                onClick={() => void measureSpeed(generator)}
              >
                {measuring === generator ? 'Measuring…' : `Measure with the ${GENERATOR_NAMES[generator]}`}
              </button>
            )}
          </p>
        );
      })}
      {busy && <p className="soft">Can be measured when the work here is done.</p>}
    </section>
  );
}

const milliseconds = (time: number) =>
  time < 1000 ? `${Math.max(1, Math.round(time))} ms` : `${(time / 1000).toFixed(1)} s`;
