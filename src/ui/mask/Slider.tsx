/** A labelled slider with its value in words. */
export function Slider(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  text: (value: number) => string;
  onChange: (value: number) => void;
}) {
  return (
    <label className="slider-row">
      <span>{props.label}</span>
      <input
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        aria-valuetext={props.text(props.value)}
        onChange={(event) => props.onChange(event.target.valueAsNumber)}
      />
      <output>{props.text(props.value)}</output>
    </label>
  );
}
