import { english, phrase } from '../../pipeline/phrase.ts';
import type { BackendReport } from '../../services/engine.ts';
import { t } from '../../texts/texts.ts';
import { useApp } from '../context.ts';
import { BACKEND_WORDS, fileSize, SENSOR_WORDS } from '../words.ts';
import { SceneForm } from './SceneForm.tsx';

/** What was understood of the file, why, and the form to correct it. */
export function SceneCard() {
  const scene = useApp((state) => state.scene?.scene);
  const sample = useApp((state) => state.sample);
  const backend = useApp((state) => state.backend);
  const revision = useApp((state) => state.sceneRevision);
  const isSaved = useApp((state) => state.job.status === 'saved');
  if (scene === undefined || isSaved) return null;
  const { width, height, crs } = scene.grid;
  return (
    <section className="card quiet" aria-labelledby="scene-title">
      <h2 id="scene-title">{t('Scene')}</h2>
      {sample !== null && <p className="fine">{t('Sample: {{name}}', { name: sample.name })}</p>}
      <dl className="facts">
        <dt>{t('Size')}</dt>
        <dd>
          {t('{{width}} × {{height}}, {{count}} bands, {{type}}, {{size}}', {
            width,
            height,
            count: scene.bands.length,
            type: scene.sampleType,
            size: fileSize(scene.byteLength),
            defaultValue_one: '{{width}} × {{height}}, {{count}} band, {{type}}, {{size}}',
          })}
        </dd>
        <dt>{t('Place')}</dt>
        <dd>
          {scene.grid.transform === null ? t('No georeference') : `${crs.name || crs.code} (${crs.code})`}
        </dd>
        {scene.decisions.map(({ subject, text, because }) => (
          <div key={`${subject}${english(text)}`} className="fact">
            <dt>{t(SUBJECTS[subject])}</dt>
            <dd>
              {t(subject === 'sensor' ? SENSOR_WORDS[scene.sensor] : text)}
              <span className="because">{t(because)}</span>
            </dd>
          </div>
        ))}
        {backend !== null && (
          <div className="fact">
            <dt>{t('Back end')}</dt>
            <dd>
              <BackendText backend={backend} />
            </dd>
          </div>
        )}
      </dl>
      <details>
        <summary>{t('Change and run again')}</summary>
        <SceneForm key={revision} scene={scene} />
      </details>
    </section>
  );
}

const SUBJECTS = {
  sensor: phrase('Sensor'),
  bands: phrase('Bands'),
  radiometry: phrase('Values'),
  nodata: phrase('No data'),
  'quality-band': phrase('Quality band'),
} as const;

function BackendText({ backend }: { backend: BackendReport }) {
  return (
    <>
      {t('{{backend}}, {{detail}}', {
        backend: BACKEND_WORDS[backend.backend],
        detail: backend.detail,
      })}
      {backend.passedOver.map(({ backend: name, reason }) => (
        <span key={name} className="because">
          {t('{{backend}} passed over: {{reason}}', { backend: BACKEND_WORDS[name], reason })}
        </span>
      ))}
    </>
  );
}
