import type { Evaluation, Region, RegionScore } from '../../pipeline/events.ts';

const REGIONS: readonly (readonly [Region, string])[] = [
  ['thin', 'Thin cloud'],
  ['shadow', 'Shadow'],
  ['thick', 'Thick cloud'],
  ['repaired', 'All repaired'],
];

const MEASURES: readonly {
  readonly name: string;
  readonly title: string;
  readonly value: (score: RegionScore) => number;
  readonly digits: number;
  readonly higherIsBetter: boolean;
}[] = [
  {
    name: 'PSNR',
    title: 'Peak signal-to-noise ratio in dB; higher is better',
    value: (s) => s.psnr,
    digits: 1,
    higherIsBetter: true,
  },
  {
    name: 'SSIM',
    title: 'Structural similarity, 1 is equal; higher is better',
    value: (s) => s.ssim,
    digits: 2,
    higherIsBetter: true,
  },
  {
    name: 'MAE',
    title: 'Mean absolute error in reflectance; lower is better',
    value: (s) => s.mae,
    digits: 3,
    higherIsBetter: false,
  },
  {
    name: 'SAM',
    title: 'Spectral angle in degrees; lower is better',
    value: (s) => s.sam,
    digits: 1,
    higherIsBetter: false,
  },
];

/** Error against the clear truth, before and after, by region of the mask. */
export function Scores({ evaluation }: { evaluation: Evaluation }) {
  const regions = REGIONS.filter(
    ([id]) => evaluation.before[id] !== undefined && evaluation.after[id] !== undefined,
  );
  if (regions.length === 0) return null;
  return (
    <section className="card" aria-labelledby="scores-title">
      <h2 id="scores-title">Error against the truth</h2>
      <p className="fine">The clouds of this scene are simulated, so the ground beneath them is known.</p>
      <table className="scores">
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              <span className="visually-hidden">Region and state</span>
            </th>
            {MEASURES.map(({ name, title }) => (
              <th key={name} scope="col">
                <abbr title={title}>{name}</abbr>
              </th>
            ))}
          </tr>
        </thead>
        {regions.map(([id, name]) => (
          <RegionRows
            key={id}
            name={name}
            before={evaluation.before[id] as RegionScore}
            after={evaluation.after[id] as RegionScore}
          />
        ))}
      </table>
    </section>
  );
}

function RegionRows({ name, before, after }: { name: string; before: RegionScore; after: RegionScore }) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" rowSpan={2}>
          {name}
        </th>
        <th scope="row">before</th>
        {MEASURES.map(({ name: measure, value, digits }) => (
          <td key={measure}>{value(before).toFixed(digits)}</td>
        ))}
      </tr>
      <tr className="after">
        <th scope="row">after</th>
        {MEASURES.map(({ name: measure, value, digits, higherIsBetter }) => (
          <td key={measure} data-better={value(after) > value(before) === higherIsBetter}>
            {value(after).toFixed(digits)}
          </td>
        ))}
      </tr>
    </tbody>
  );
}
