import './checks.css';
import {
  errorBars,
  figure,
  isBetter,
  type Measuring,
  type ScoredRegion,
  scoredRegions,
} from '../../pipeline/evaluate/measures.ts';
import type { RegionScores } from '../../pipeline/events.ts';
import { t } from '../../texts/texts.ts';
import { decimal, sampleText, wholePercent } from '../words.ts';

/** Error before and after, by region: a plot, the figures, and how often the confidence holds what it promises. */
export function Scores(props: { before: RegionScores; after: RegionScores; measuring: Measuring }) {
  const { before, after, measuring } = props;
  const { measures } = measuring;
  const regions = scoredRegions(before, after);
  const coverage = after.repaired?.coverage ?? null;
  if (regions.length === 0) return null;
  return (
    <>
      <ErrorPlot regions={regions} measuring={measuring} />
      <details>
        <summary>{t('All figures')}</summary>
        <table className="scores">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t('Region and state')}</span>
              </th>
              {measures.map(({ name, title }) => (
                <th key={name} scope="col">
                  <abbr title={t(title)}>{name}</abbr>
                </th>
              ))}
            </tr>
          </thead>
          {regions.map((region) => (
            <RegionRows key={region.region} region={region} measures={measures} />
          ))}
        </table>
      </details>
      {coverage !== null && (
        <p className="fine">
          {t('{{share}} of the errors lie in the interval that the confidence stands for; {{due}} should.', {
            share: wholePercent(coverage),
            due: wholePercent(0.9),
          })}
        </p>
      )}
    </>
  );
}

function RegionRows(props: { region: ScoredRegion; measures: Measuring['measures'] }) {
  const { region, measures } = props;
  const { name, before, after } = region;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={1 + measures.length}>
          {t(name)}
        </th>
      </tr>
      <tr>
        <th scope="row">{t('before')}</th>
        {measures.map((measure) => (
          <td key={measure.name}>{figure(measure, before, decimal)}</td>
        ))}
      </tr>
      <tr className="after">
        <th scope="row">{t('after')}</th>
        {measures.map((measure) => (
          <td key={measure.name} data-better={isBetter(measure, before, after) === true}>
            {figure(measure, after, decimal)}
          </td>
        ))}
      </tr>
    </tbody>
  );
}

/** Left edge and width of the bars in the plot, the height of a region, and that of a line of text below. */
const [LEFT, LENGTH, ROW, LINE] = [84, 216, 30, 16];

/** Mean absolute error by region: the table says the same. */
function ErrorPlot({ regions, measuring }: { regions: readonly ScoredRegion[]; measuring: Measuring }) {
  const { end, bars } = errorBars(regions, measuring);
  const bottom = ROW * bars.length;
  return (
    <svg className="error-plot" viewBox={`0 0 ${LEFT + LENGTH + 4} ${bottom + 2 * LINE}`} aria-hidden="true">
      {bars.map(({ region, name, before, after }, i) => (
        <g key={region} transform={`translate(0 ${ROW * i})`}>
          <text x={LEFT - 8} y={18} textAnchor="end">
            {t(name)}
          </text>
          <rect className="before" x={LEFT} y={4} width={LENGTH * before} height={8} rx={1} />
          <rect className="after" x={LEFT} y={14} width={LENGTH * after} height={8} rx={1} />
        </g>
      ))}
      <line x1={LEFT} x2={LEFT} y1={0} y2={bottom} />
      <text x={LEFT} y={bottom + 12}>
        {measuring.inDisplayValues ? t('mean error, in values of 0 to 255') : t('mean error, in reflectance')}
      </text>
      <text x={LEFT + LENGTH} y={bottom + 12} textAnchor="end">
        {sampleText(end)}
      </text>
      <rect className="before" x={LEFT} y={bottom + LINE + 4} width={8} height={8} rx={1} />
      <text x={LEFT + 12} y={bottom + LINE + 12}>
        {t('before')}
      </text>
      <rect className="after" x={LEFT + LENGTH / 2} y={bottom + LINE + 4} width={8} height={8} rx={1} />
      <text x={LEFT + LENGTH / 2 + 12} y={bottom + LINE + 12}>
        {t('after')}
      </text>
    </svg>
  );
}
