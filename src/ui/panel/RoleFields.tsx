import type { BandRole, Scene } from '../../pipeline/scene.ts';
import { t } from '../../texts/texts.ts';
import { bandName } from '../Readout.tsx';
import { ROLE_WORDS } from '../words.ts';

/** What each band is. */
export function RoleFields(props: {
  scene: Scene;
  roles: readonly BandRole[];
  onChange: (roles: BandRole[]) => void;
}) {
  const { scene, roles, onChange } = props;
  return (
    <fieldset>
      <legend>{t('Bands')}</legend>
      {scene.bands.map((band, i) => (
        <label key={band.index} className="field">
          <span>
            {band.index + 1}. {bandName(band)}
          </span>
          <select
            value={roles[i]}
            onChange={(event) => onChange(roles.with(i, event.target.value as BandRole))}
          >
            {Object.entries(ROLE_WORDS).map(([role, name]) => (
              <option key={role} value={role}>
                {t(name)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  );
}
