import type { RunSettings } from '../../pipeline/events.ts';
import { t } from '../../texts/texts.ts';
import { inPixels, wholePercent } from '../words.ts';
import { Slider } from './Slider.tsx';

type Thresholds = Pick<RunSettings, 'cloudThreshold' | 'shadowThreshold'>;

/** How sure the network has to be of cloud and of shadow; `least` is the lowest that can be chosen. */
export function ThresholdSliders(props: {
  thresholds: Thresholds;
  least: number;
  onChange: (change: Partial<Thresholds>) => void;
}) {
  const { thresholds, least, onChange } = props;
  const range = { min: least, max: 0.95, step: 0.05, text: wholePercent };
  return (
    <>
      <Slider
        {...range}
        label={t('Cloud from')}
        value={thresholds.cloudThreshold}
        onChange={(cloudThreshold) => onChange({ cloudThreshold })}
      />
      <Slider
        {...range}
        label={t('Shadow from')}
        value={thresholds.shadowThreshold}
        onChange={(shadowThreshold) => onChange({ shadowThreshold })}
      />
    </>
  );
}

/** How far the mask grows around what was found. */
export function GrowSlider({ pixels, onChange }: { pixels: number; onChange: (pixels: number) => void }) {
  return (
    <Slider
      label={t('Grow by')}
      value={pixels}
      min={0}
      max={32}
      step={1}
      text={inPixels}
      onChange={onChange}
    />
  );
}
