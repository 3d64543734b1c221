import { PROVENANCE_COLOURS } from '../colours.ts';
import { confidenceMeans } from '../evaluate/interval.ts';
import { IN_DISPLAY_VALUES, IN_REFLECTANCE, type Measuring, unitOf } from '../evaluate/measures.ts';
import type { RunSettings, Shares } from '../events.ts';
import { escapeHtml } from '../html.ts';
import { english, inEnglish } from '../phrase.ts';
import { CANONICAL_BANDS, type Decision, QUALITY_ROLES } from '../scene.ts';
import type { SceneReport, SceneSummary } from './report.ts';
import { scoresPart, tableStart } from './report-scores.ts';
import { REPORT_STYLE } from './report-style.ts';

/** What there is to say about a scene that a page does not describe. */
interface Remark {
  readonly name: string;
  readonly message: string;
}

/**
 * The reports of one or several scenes as an HTML page that stands alone: pictures, plots and figures inside, no script, no
 * request, and all but the pictures as JSON in an element of its own.
 *
 * @param failures Scenes that could not be processed, and why.
 * @param finished Scenes that were finished before, and in which files.
 */
export function reportHtml(
  reports: readonly SceneReport[],
  failures: readonly Remark[] = [],
  finished: readonly Remark[] = [],
): string {
  const names = [...reports, ...finished].map(({ name }) => name);
  const title = names.length === 1 ? names[0] : `${names.length} scenes`;
  // The pictures are in the page already. Text inside a script element ends at the first "</".
  const data = JSON.stringify(reports, (key, value) =>
    key === 'pictures' ? undefined : inEnglish(key, value),
  ).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Unclouded report</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
${remarksPart('Not processed', failures)}${remarksPart('Finished before', finished)}${reports.map(sceneSection).join('\n')}
<script type="application/json" id="report">${data}</script>
</body>
</html>
`;
}

function remarksPart(title: string, remarks: readonly Remark[]): string {
  if (remarks.length === 0) return '';
  const items = remarks.map(({ name, message }) => `<li>${escapeHtml(name)}: ${escapeHtml(message)}</li>`);
  return `<main><h1>${title}</h1><ul>${items.join('\n')}</ul></main>\n`;
}

/** Of bands that the networks do not see, what is told of a pixel is not all of the truth. */
function followersPart({ scene, run }: SceneReport): string {
  const seen: readonly string[] = [...CANONICAL_BANDS, ...QUALITY_ROLES];
  const others = scene.bands.filter((role) => !seen.includes(role));
  if (others.length === 0 || run.tiles.repaired === 0) return '';
  return `<p class="honest">Under cloud and shadow, ${others.map(escapeHtml).join(', ')} ${others.length === 1 ? 'is' : 'are'} worked out from the bands that the networks see and from clear ground around, or another date, never from what was seen through the cloud. Provenance and confidence speak of the bands that the networks see.</p>`;
}

function sceneSection(report: SceneReport): string {
  const { name, unclouded, date, scene, run, pictures, selfCheck } = report;
  const { evaluation, settings } = run;
  const measuring = scene.values === 'display' ? IN_DISPLAY_VALUES : IN_REFLECTANCE;
  return `<main>
<header>
<h1>${escapeHtml(name)}</h1>
<p>Clouds removed by Unclouded ${escapeHtml(unclouded)} · report of ${escapeHtml(date.slice(0, 16).replace('T', ' '))} UTC</p>
</header>
<div class="pictures">
${picture(pictures.before, 'Before')}
${picture(pictures.after, 'After')}
${picture(pictures.provenance, 'Where each pixel came from')}
</div>
${sharesPart(run.shares)}
<p>${confidenceText(report)}${run.tiles.repaired} of ${run.tiles.total} tiles were repaired in ${run.seconds.toFixed(1)} s on ${escapeHtml(run.backend)}.</p>
${run.meanConfidence === null ? '' : `<p><small>${confidenceMeans(measuring)}</small></p>`}
${run.shares.generated > 0 ? '<p class="honest">Generated pixels are a plausible guess, not an observation. Do not measure on them.</p>' : ''}
${followersPart(report)}
${
  evaluation
    ? scoresPart(
        'Error against a reference',
        `Against ${escapeHtml(evaluation.reference)}${evaluation.warped ? ', interpolated to the grid of the scene' : ''}.`,
        evaluation,
        measuring,
      )
    : ''
}
${
  selfCheck
    ? `${scoresPart(
        'Self-check: the error to expect',
        `Simulated clouds on ${selfCheck.places.length} clear part${selfCheck.places.length === 1 ? '' : 's'} of this scene, repaired on ${escapeHtml(selfCheck.backend)}; seed ${selfCheck.seed}.${lookedFor(settings)}`,
        selfCheck,
        measuring,
      )}
<div class="pictures">
${picture(selfCheck.pictures.truth, 'Truth')}
${picture(selfCheck.pictures.simulated, 'Simulated clouds')}
${picture(selfCheck.pictures.repaired, 'Repaired')}
</div>`
    : ''
}
<section>
<h2>How it was made</h2>
${facts([
  [
    'Size',
    `${scene.width} × ${scene.height} pixels, ${scene.bands.length} bands (${scene.bands.map(escapeHtml).join(', ')}), ${escapeHtml(scene.sampleType)}`,
  ],
  ['Coordinate system', escapeHtml(systemOf(scene))],
  ...scene.decisions.map(
    ({ subject, text: decided, because }): Fact => [
      SUBJECTS[subject],
      `${escapeHtml(english(decided))} <small>${escapeHtml(english(because))}</small>`,
    ],
  ),
  ...maskFacts(settings),
  ['Mask grown by', `${settings.bufferPixels} pixels, faded in over ${settings.featherPixels}`],
  ['Generator', escapeHtml(settings.generator)],
  ...(settings.composite ? [['Composite of all dates', escapeHtml(settings.composite)] as const] : []),
])}
</section>
${datesPart(report, measuring)}
<section>
<h2>Files and networks</h2>
${tableStart('Files and networks', 'hashes')}
<thead><tr><th scope="col">Name</th><th scope="col">Bytes</th><th scope="col">SHA-256</th></tr></thead>
<tbody>
${report.files
  .map(
    ({ name: file, bytes, sha256 }) =>
      `<tr><td>${escapeHtml(file)}</td><td>${bytes ?? '–'}</td><td><code>${escapeHtml(sha256 ?? 'not read as a whole')}</code></td></tr>`,
  )
  .join('\n')}
${Object.entries(report.models)
  .map(
    ([role, model]) =>
      `<tr><td>${escapeHtml(role)}: ${escapeHtml(model.name)} ${escapeHtml(model.version)}</td><td></td><td><code>${escapeHtml(model.sha256)}</code></td></tr>`,
  )
  .join('\n')}
</tbody>
</table></div>
</section>
${noticesPart(report)}
</main>`;
}

function confidenceText({ run: { meanConfidence: mean } }: SceneReport): string {
  return mean === null ? '' : `Mean confidence where repaired: ${Math.round(mean)} %. `;
}

const picture = (address: string, caption: string) =>
  `<figure><img src="${escapeHtml(address)}" alt="${escapeHtml(caption)}"><figcaption>${escapeHtml(caption)}</figcaption></figure>`;

/** The name of the coordinate system, and its code where it has one. */
function systemOf({ crs, crsName }: SceneSummary): string {
  if (crs === 'LOCAL') return crsName;
  return crsName === crs ? crs : `${crsName} (${crs})`;
}

const SUBJECTS: Readonly<Record<Decision['subject'], string>> = {
  sensor: 'Sensor',
  bands: 'Bands',
  radiometry: 'Values',
  nodata: 'No data',
  'quality-band': 'Quality band',
};

/** Simulated clouds are found in other ways than those of the scene where these were told by a band or the user. */
function lookedFor({ maskSource, edits }: RunSettings): string {
  if (maskSource !== 'quality-band' && !edits) return '';
  return ' The network looked for these clouds, of which the mask of the scene knows nothing: what it missed counts as error here, not in the result.';
}

/** What decided where clouds are. */
function maskFacts({ edits, maskSource, cloudThreshold, shadowThreshold }: RunSettings): Fact[] {
  const drawn = edits?.operations.length ?? 0;
  const found: Fact[] = [
    ['Mask decided by', escapeHtml(maskSource)],
    ['Cloud from', `${Math.round(100 * cloudThreshold)} %`],
    ['Shadow from', `${Math.round(100 * shadowThreshold)} %`],
  ];
  return [
    ...(edits?.own ? [['Mask', `a file of the user’s own, ${escapeHtml(edits.own.name)}`] as const] : found),
    ...(drawn > 0
      ? [
          [
            'Mask edited by hand',
            `${drawn} ${drawn === 1 ? 'stroke or polygon' : 'strokes and polygons'}`,
          ] as const,
        ]
      : []),
  ];
}

type Fact = readonly [name: string, html: string];

const facts = (list: readonly Fact[]) =>
  `<dl>${list.map(([name, html]) => `<dt>${name}</dt><dd>${html}</dd>`).join('\n')}</dl>`;

const css = (rgb: readonly number[]) => `rgb(${rgb.join(' ')})`;

const SHARES: readonly (readonly [keyof Shares, string, string])[] = [
  ['observed', 'observed', '#c9d2cf'],
  ['thinCorrected', 'thin cloud corrected', css(PROVENANCE_COLOURS.thinCorrected)],
  ['shadowCorrected', 'shadow corrected', css(PROVENANCE_COLOURS.shadowCorrected)],
  ['otherDates', 'from other dates', css(PROVENANCE_COLOURS.otherDate)],
  ['generated', 'generated', css(PROVENANCE_COLOURS.generated)],
  ['leftCloudy', 'left cloudy', css(PROVENANCE_COLOURS.leftCloudy)],
];

function sharesPart(shares: Shares): string {
  let at = 0;
  const present = SHARES.filter(([key]) => shares[key] > 0);
  const bars = present.map(([key, , colour]) => {
    const bar = `<rect x="${(100 * at).toFixed(3)}" width="${(100 * shares[key]).toFixed(3)}" height="4" fill="${colour}"/>`;
    at += shares[key];
    return bar;
  });
  const words = present.map(
    ([key, name, colour]) =>
      `<li><i style="background:${colour}"></i>${(100 * shares[key]).toFixed(1)} % ${name}</li>`,
  );
  return `<svg class="shares" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${bars.join('')}</svg>
<ul class="legend">${words.join('\n')}</ul>`;
}

function datesPart({ run: { dates } }: SceneReport, measuring: Measuring): string {
  if (dates.length === 0) return '';
  return `<section>
<h2>Other dates</h2>
${tableStart('Other dates')}
<thead><tr><th scope="col">Scene</th><th scope="col">Day</th><th scope="col">Used</th><th scope="col">Residual</th><th scope="col">Share</th></tr></thead>
<tbody>${dates
    .map(
      ({ scene, acquired, used, residual, share }) =>
        `<tr><td>${escapeHtml(scene)}</td><td>${escapeHtml(acquired ?? 'unknown')}</td><td>${used ? 'yes' : 'no'}</td><td>${residual === null ? '–' : (measuring.unitsPerOne * residual).toFixed(measuring.inDisplayValues ? 1 : 4)}</td><td>${(100 * share).toFixed(1)} %</td></tr>`,
    )
    .join('\n')}</tbody>
</table></div>
<p><small>Residual: mean absolute difference to the scene where both are clear and unchanged, once matched, in ${unitOf(measuring)}; – where nothing could be compared.</small></p>
</section>`;
}

function noticesPart({ run, scene }: SceneReport): string {
  const notices = [...scene.notices, ...run.notices];
  if (notices.length === 0) return '';
  return `<section><h2>To be known</h2><ul>${notices.map(({ message }) => `<li>${escapeHtml(english(message))}</li>`).join('\n')}</ul></section>`;
}
