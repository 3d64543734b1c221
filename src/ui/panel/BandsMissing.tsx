import { type FormEvent, useState } from 'react';
import { type BandsLacking, incomplete } from '../../pipeline/preprocess/bands.ts';
import type { BandRole, Scene } from '../../pipeline/scene.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp } from '../context.ts';
import { RoleFields } from './RoleFields.tsx';

/** What keeps a scene from being run, and the form to say which bands it has. */
export function BandsMissing({ scene, lacking }: { scene: Scene; lacking: BandsLacking }) {
  const settings = useApp((state) => state.settings);
  const { correct } = useActions();
  const [roles, setRoles] = useState<readonly BandRole[]>(scene.bands.map((band) => band.role));
  const { message, remedy } = incomplete(lacking).phrases;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void correct({ roles }, settings);
  };
  return (
    <section className="card" aria-labelledby="job-title">
      <h2 id="job-title">{t('Bands are missing')}</h2>
      <p>{t(message)}</p>
      <p>{t(lacking.standIns ?? remedy)}</p>
      {lacking.standIns !== null && (
        <form className="scene-form" onSubmit={submit}>
          <button type="button" className="button wide" onClick={() => setRoles(lacking.roles)}>
            {t('Name these three so')}
          </button>
          <RoleFields scene={scene} roles={roles} onChange={setRoles} />
          <button type="submit" className="button primary wide">
            {t('Remove clouds')}
          </button>
        </form>
      )}
    </section>
  );
}
