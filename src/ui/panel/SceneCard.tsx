import type { BackendReport } from '../../services/engine.ts';
import { useApp } from '../context.ts';
import { fileSize, SENSOR_WORDS } from '../words.ts';
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
      <h2 id="scene-title">Scene</h2>
      {sample !== null && <p className="fine">Sample: {sample.name}</p>}
      <dl className="facts">
        <dt>Size</dt>
        <dd>
          {width} × {height}, {scene.bands.length} {scene.bands.length === 1 ? 'band' : 'bands'},{' '}
          {scene.sampleType}, {fileSize(scene.byteLength)}
        </dd>
        <dt>Place</dt>
        <dd>{scene.grid.transform === null ? 'No georeference' : `${crs.name || crs.code} (${crs.code})`}</dd>
        {scene.decisions.map(({ subject, text, because }) => (
          <div key={`${subject}${text}`} className="fact">
            <dt>{SUBJECTS[subject]}</dt>
            <dd>
              {subject === 'sensor' ? SENSOR_WORDS[scene.sensor] : text}
              <span className="because">{because}</span>
            </dd>
          </div>
        ))}
        {backend !== null && (
          <div className="fact">
            <dt>Back end</dt>
            <dd>
              <BackendText backend={backend} />
            </dd>
          </div>
        )}
      </dl>
      <details>
        <summary>Change and run again</summary>
        <SceneForm key={revision} scene={scene} />
      </details>
    </section>
  );
}

const SUBJECTS = {
  sensor: 'Sensor',
  bands: 'Bands',
  radiometry: 'Values',
  nodata: 'No data',
  'quality-band': 'Quality band',
  georeference: 'Place',
} as const;

function BackendText({ backend }: { backend: BackendReport }) {
  return (
    <>
      {backend.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'}, {backend.detail}
      {backend.passedOver.map(({ backend: name, reason }) => (
        <span key={name} className="because">
          {name === 'webgpu' ? 'WebGPU' : name} passed over: {reason}
        </span>
      ))}
    </>
  );
}
