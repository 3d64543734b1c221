import { type FormEvent, useState } from 'react';
import type { MaskSource, RunSettings } from '../../pipeline/events.ts';
import type { GeneratorSize } from '../../pipeline/networks.ts';
import { type BandRole, QUALITY_ROLES, type Scene, type SceneOverrides } from '../../pipeline/scene.ts';
import { hasQualityBand } from '../../store/combinations.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp } from '../context.ts';
import { GrowSlider, ThresholdSliders } from '../mask/MaskSliders.tsx';
import { Slider } from '../mask/Slider.tsx';
import { inPixels } from '../words.ts';
import { NODATA_PATTERN, nodataOf, nodataText } from './nodata-field.ts';
import { RoleFields } from './RoleFields.tsx';

/** Everything that was decided for the user, to decide otherwise. */
export function SceneForm({ scene }: { scene: Scene }) {
  const settings = useApp((state) => state.settings);
  const opening = useApp((state) => state.opening !== null);
  const { correct } = useActions();
  const measured = scene.bands.find((band) => !QUALITY_ROLES.includes(band.role)) ?? scene.bands[0];
  const [roles, setRoles] = useState<readonly BandRole[]>(scene.bands.map((band) => band.role));
  const [scale, setScale] = useState(String(measured.scale));
  const [offset, setOffset] = useState(String(measured.offset));
  const [nodata, setNodata] = useState(nodataText(scene.nodata));
  /** Only what is chosen here: what the mask editor or an earlier run has set since stays. */
  const [chosen, setChosen] = useState<Partial<RunSettings>>({});
  const draft = { ...settings, ...chosen };
  const choose = (change: Partial<RunSettings>) => setChosen({ ...chosen, ...change });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const overrides: SceneOverrides = {
      ...(roles.some((role, i) => role !== scene.bands[i].role) && { roles }),
      ...(Number(scale) !== measured.scale && { scale: Number(scale) }),
      ...(Number(offset) !== measured.offset && { offset: Number(offset) }),
      ...(!Object.is(nodataOf(nodata), scene.nodata) && { nodata: nodataOf(nodata) }),
    };
    setChosen({});
    void correct(Object.keys(overrides).length > 0 ? overrides : null, chosen);
  };

  return (
    <form className="scene-form" onSubmit={submit}>
      <RoleFields scene={scene} roles={roles} onChange={setRoles} />
      <fieldset>
        <legend>{t('Reflectance = value × scale + offset')}</legend>
        <NumberField label={t('Scale')} value={scale} onChange={setScale} required />
        <NumberField label={t('Offset')} value={offset} onChange={setOffset} required />
        <label className="field">
          <span>{t('No data')}</span>
          <input
            inputMode="decimal"
            pattern={NODATA_PATTERN}
            title={t('A number, nan, or empty')}
            placeholder={t('none')}
            value={nodata}
            onChange={(event) => setNodata(event.target.value)}
          />
        </label>
      </fieldset>
      <fieldset>
        <legend>{t('Where clouds are')}</legend>
        {hasQualityBand(scene) && (
          <label className="field">
            <span>{t('Decided by')}</span>
            <select
              value={draft.maskSource}
              onChange={(event) => choose({ maskSource: event.target.value as MaskSource })}
            >
              <option value="network">{t('The network')}</option>
              <option value="quality-band">{t('The file’s quality band')}</option>
              <option value="union">{t('Either of them')}</option>
            </select>
          </label>
        )}
        <ThresholdSliders thresholds={draft} least={0.05} onChange={choose} />
        <GrowSlider
          pixels={draft.bufferPixels}
          onChange={(bufferPixels) =>
            choose({ bufferPixels, featherPixels: Math.min(draft.featherPixels, bufferPixels) })
          }
        />
        <Slider
          label={t('Fade over')}
          value={draft.featherPixels}
          min={0}
          max={draft.bufferPixels}
          step={1}
          text={inPixels}
          onChange={(featherPixels) => choose({ featherPixels })}
        />
      </fieldset>
      <fieldset>
        <legend>{t('How it is repaired')}</legend>
        <label className="field">
          <span>{t('Generator')}</span>
          <select
            value={draft.generator}
            onChange={(event) => choose({ generator: event.target.value as GeneratorSize })}
          >
            <option value="full">{t('Full')}</option>
            <option value="light">{t('Light: quicker without a GPU, a little less exact')}</option>
          </select>
        </label>
      </fieldset>
      <button type="submit" className="button wide" disabled={opening}>
        {t('Run again')}
      </button>
    </form>
  );
}

function NumberField(props: {
  label: string;
  value: string;
  required: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <input
        type="number"
        step="any"
        required={props.required}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}
