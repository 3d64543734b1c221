import {
  errorBars,
  figure,
  type Measuring,
  type ScoredRegion,
  scoredRegions,
  unitOf,
} from '../evaluate/measures.ts';
import type { RegionScores } from '../events.ts';
import { english } from '../phrase.ts';

/** Scores before and after as a part of a report's page: a plot and a table. */
export function scoresPart(
  title: string,
  about: string,
  scores: { readonly before: RegionScores; readonly after: RegionScores },
  measuring: Measuring,
): string {
  const { measures } = measuring;
  const regions = scoredRegions(scores.before, scores.after);
  return `<section>
<h2>${title}</h2>
<p>${about}</p>
${plot(regions, measuring)}
${tableStart(title)}
<thead><tr><th scope="col">Region</th><th scope="col"></th>${measures.map(({ name, title: says }) => `<th scope="col" title="${english(says)}">${name}</th>`).join('')}<th scope="col" title="Share of samples within the 90 % interval that the confidence stands for">In 90 %</th></tr></thead>
<tbody>
${regions
  .map(
    ({
      name,
      before,
      after,
    }) => `<tr><th scope="row" rowspan="2">${english(name)}</th><td class="state">before</td>${measures
      .map((measure) => `<td>${figure(measure, before)}</td>`)
      .join('')}<td></td></tr>
<tr class="after"><td class="state">after</td>${measures.map((measure) => `<td>${figure(measure, after)}</td>`).join('')}<td>${after.coverage === null ? '–' : `${Math.round(100 * after.coverage)} %`}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table></div>
<p><small>MAE, RMSE in ${unitOf(measuring)}, PSNR in dB (peak 1), SAM in degrees, NDVI as mean absolute difference. Nine of ten errors should lie in the 90 % interval.</small></p>
</section>`;
}

/** The start of a table, and of what scrolls it where the page is narrower, by keyboard too. */
export function tableStart(label: string, kind = ''): string {
  return `<div class="scrolled" role="region" aria-label="${label}" tabindex="0"><table class="${kind}">`;
}

/** Mean absolute error by region, before and after. */
function plot(regions: readonly ScoredRegion[], measuring: Measuring): string {
  const { end, bars } = errorBars(regions, measuring);
  const rows = bars.map(({ name, before, after }, i) => {
    const y = 34 * i;
    return `<text x="92" y="${y + 19}" text-anchor="end">${english(name)}</text>
<rect x="100" y="${y + 4}" width="${(360 * before).toFixed(1)}" height="9" class="before"/>
<rect x="100" y="${y + 15}" width="${(360 * after).toFixed(1)}" height="9" class="after"/>`;
  });
  const height = 34 * bars.length;
  return `<svg class="plot" viewBox="0 0 480 ${height + 38}" role="img" aria-label="Mean absolute error by region, before and after; the figures are in the table">
${rows.join('\n')}
<line x1="100" y1="0" x2="100" y2="${height}"/>
<text x="100" y="${height + 15}">mean absolute error in ${unitOf(measuring)}</text>
<text x="460" y="${height + 15}" text-anchor="end">${end}</text>
<rect x="100" y="${height + 23}" width="9" height="9" class="before"/><text x="114" y="${height + 31}">before</text>
<rect x="180" y="${height + 23}" width="9" height="9" class="after"/><text x="194" y="${height + 31}">after</text>
</svg>`;
}
