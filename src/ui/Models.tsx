import { useEffect } from 'react';
import type { GeneratorSize } from '../pipeline/networks.ts';
import type { ModelFacts } from '../services/engine.ts';
import { isBusy } from '../store/state.ts';
import { useActions, useApp } from './context.ts';
import { Dialog } from './Dialog.tsx';
import './models.css';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { t } from '../texts/texts.ts';
import { DialogProblem } from './Messages.tsx';
import { Rich } from './Rich.tsx';
import { BACKEND_WORDS, decimal } from './words.ts';

const PURPOSE: Readonly<Record<string, Phrase>> = {
  detector: phrase('Finds thin cloud, thick cloud and shadow.'),
  generator: phrase('Rebuilds what lies under them, and says how far off it may be.'),
  'generator-six': phrase(
    'The same for scenes with all six bands: blue, green, red, near infrared and both short-wave infrared.',
  ),
  'generator-light': phrase('The same with less arithmetic, for machines without a GPU.'),
};

const MEASURE: Readonly<Record<GeneratorSize, Phrase>> = {
  full: phrase('Measure with the full generator'),
  light: phrase('Measure with the light generator'),
};

const SPEED: Readonly<Record<GeneratorSize, Phrase>> = {
  full: phrase(
    'With the full generator, a tile of 256 × 256 pixels takes {{detect}} to search and {{generate}} to repair.',
  ),
  light: phrase(
    'With the light generator, a tile of 256 × 256 pixels takes {{detect}} to search and {{generate}} to repair.',
  ),
};

/** The networks: what they are, where to read their limits, and how fast they are on this machine. */
export default function Models() {
  const models = useApp((state) => state.models);
  const { loadModels } = useActions();
  useEffect(() => {
    void loadModels();
  }, [loadModels]);
  return (
    <Dialog title={t('Networks')}>
      <p>
        {t(
          'Trained on simulated clouds over clear scenes. A generated pixel is a plausible guess, not an observation; the cards say what was measured and where the networks fail.',
        )}
      </p>
      <ul className="model-list" aria-busy={models === null}>
        {models?.map((model) => (
          <ModelItem key={model.folder} model={model} />
        ))}
      </ul>
      <SpeedHere />
      <DialogProblem />
    </Dialog>
  );
}

function ModelItem({ model }: { model: ModelFacts }) {
  return (
    <li>
      <h3>
        {model.name} <small>{model.version}</small>
      </h3>
      <p>{t(PURPOSE[model.folder])}</p>
      <p className="soft">
        {t('{{parameters}} million parameters, {{size}} MB, {{operations}} thousand multiply-adds a pixel', {
          parameters: decimal(model.parameters / 1e6, 2),
          size: decimal(model.bytes / 1e6, 1),
          operations: decimal(model.macPerPixel / 1000),
        })}
      </p>
      <p className="soft">
        <Rich
          text={t('Weights <b>{{checksum}}</b>, checked before use', { checksum: model.sha256.slice(0, 12) })}
          part={(checksum) => <code title={`SHA-256 ${model.sha256}`}>{checksum}</code>}
        />
      </p>
      <a href={model.card} target="_blank" rel="noopener">
        {t('Model card: figures, examples, limits')}
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
      <h3 id="speed-title">{t('On this machine')}</h3>
      <p>
        {backend === null
          ? t('The networks have not been started yet.')
          : t('{{backend}}, {{detail}}.', {
              backend: BACKEND_WORDS[backend.backend],
              detail: backend.detail,
            })}
      </p>
      {(['full', 'light'] as const).map((generator) => {
        const speed = speeds[generator];
        return (
          <p key={generator} className="speed" aria-live="polite">
            {speed !== null ? (
              t(SPEED[generator], {
                detect: milliseconds(speed.detect),
                generate: milliseconds(speed.generate),
              })
            ) : (
              <button
                type="button"
                className="button small"
                disabled={busy || measuring !== null}
                onClick={() => void measureSpeed(generator)}
              >
                {measuring === generator ? t('Measuring…') : t(MEASURE[generator])}
              </button>
            )}
          </p>
        );
      })}
      {busy && measuring === null && (
        <p className="soft">{t('Can be measured when the work here is done.')}</p>
      )}
    </section>
  );
}

const milliseconds = (time: number) =>
  time < 1000
    ? t('{{milliseconds}} ms', { milliseconds: Math.max(1, Math.round(time)) })
    : t('{{seconds}} s', { seconds: decimal(time / 1000, 1) });
