import { DISPLAY_SCALE, holdsDisplayValues, isReflectance, type Scene } from '../../pipeline/scene.ts';
import type { Drawn } from '../../store/combinations.ts';
import type { Combination, CombinationId } from '../../store/state.ts';
import { t } from '../../texts/texts.ts';
import { CONFIDENCE_RAMP, NDVI_RAMP } from '../../viewer/palette.ts';
import { canHaveBasemap } from '../../viewer/projection-rules.ts';
import { useActions, useApp } from '../context.ts';
import { Ramp } from '../Ramp.tsx';
import { useOnline } from '../use-online.ts';
import { decimal, sampleText } from '../words.ts';
import { EnhanceFields } from './EnhanceFields.tsx';
import { LevelsField } from './Levels.tsx';

/** How the scene is shown. Nothing here changes the result. */
export function ViewCard() {
  const combinations = useApp((state) => state.combinations);
  const combination = useApp((state) => state.combination);
  const drawn = combinations.find(({ id }) => id === combination)?.drawn;
  const gamma = useApp((state) => state.gamma);
  const basemap = useApp((state) => state.basemap);
  const scene = useApp((state) => state.scene?.scene);
  const { setCombination, setGamma, setBasemap } = useActions();
  const online = useOnline();
  if (scene === undefined) return null;
  return (
    <section className="card quiet" aria-labelledby="view-title">
      <h2 id="view-title">{t('View')}</h2>
      <label className="field">
        <span>{t('Bands')}</span>
        <select
          value={combination}
          onChange={(event) => void setCombination(event.target.value as CombinationId)}
        >
          <Options of={combinations.filter(({ drawn }) => drawn !== 'palette')} />
          <optgroup label={t('Single band')}>
            <Options of={combinations.filter(({ drawn }) => drawn === 'palette')} />
          </optgroup>
        </select>
      </label>
      <Key drawn={drawn} scene={scene} />
      {drawn !== 'ndvi' && <LevelsField />}
      <label className="slider-row">
        <span>{t('Brightness')}</span>
        <input
          type="range"
          min={0.5}
          max={2.5}
          step={0.05}
          value={gamma}
          aria-valuetext={t('gamma {{gamma}}', { gamma: decimal(gamma, 2) })}
          onChange={(event) => setGamma(event.target.valueAsNumber)}
        />
      </label>
      {drawn === 'colours' && <EnhanceFields />}
      {canHaveBasemap(scene.grid) && (
        <label className="check">
          <input
            type="checkbox"
            checked={basemap && online}
            disabled={!online}
            onChange={(event) => setBasemap(event.target.checked)}
          />
          <span>
            {online ? t('OpenStreetMap beneath (loads from the internet)') : t('Base map: offline')}
          </span>
        </label>
      )}
    </section>
  );
}

/** What a thermal band holds between these is kelvin. */
const [COLDEST, HOTTEST] = [150, 400];

/** What the colours of a palette stand for. */
export function Key({ drawn, scene }: { drawn: Drawn | undefined; scene: Scene }) {
  const [range] = useApp((state) => state.stretch);
  const [shown] = useApp((state) => state.displayBands);
  if (drawn === 'ndvi')
    return (
      <Ramp
        stops={NDVI_RAMP}
        low={t('{{index}} water', { index: decimal(-0.5, 1).replace('-', '−') })}
        high={t('{{index}} dense growth', { index: decimal(0.9, 1) })}
      />
    );
  if (drawn !== 'palette' || range === undefined) return null;
  const { low, high } = range;
  if (holdsDisplayValues(scene)) {
    const asValue = (share: number) => String(Math.round(share / DISPLAY_SCALE));
    return (
      <Ramp
        stops={CONFIDENCE_RAMP}
        low={asValue(low)}
        high={t('{{value}} of 255', { value: asValue(high) })}
      />
    );
  }
  const band = scene.bands.find(({ index }) => index === shown);
  if (band?.role === 'lwir' && low >= COLDEST && high <= HOTTEST)
    return (
      <Ramp
        stops={CONFIDENCE_RAMP}
        low={decimal(low, 1)}
        high={t('{{value}} K', { value: decimal(high, 1) })}
      />
    );
  if (band && !isReflectance(band)) {
    const asSample = (value: number) => sampleText((value - band.offset) / band.scale);
    return (
      <Ramp
        stops={CONFIDENCE_RAMP}
        low={asSample(low)}
        high={t('{{value}} in the file', { value: asSample(high) })}
      />
    );
  }
  return (
    <Ramp
      stops={CONFIDENCE_RAMP}
      low={decimal(low, 3)}
      high={t('{{value}} reflectance', { value: decimal(high, 3) })}
    />
  );
}

function Options({ of }: { of: readonly Combination[] }) {
  return of.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}
