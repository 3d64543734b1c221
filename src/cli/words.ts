import { basename } from 'node:path';
import type { ErrorCode, ErrorReport } from '../pipeline/errors.ts';
import { figure, MEASURES, scoredRegions } from '../pipeline/evaluate/measures.ts';
import type { RegionScores } from '../pipeline/events.ts';
import { english } from '../pipeline/phrase.ts';
import type { SceneOutcome, Task } from './protocol.ts';

/** Remedies in the words of a command line, where those of the pipeline speak to someone in front of the app. */
const REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  'job/cancelled': 'Run the command again to start over.',
  'job/storage-full': 'Free some space on the disk of the output, then run the command again.',
  'job/storage-lost': 'Leave the .pages file beside the output alone, and run the command again.',
  'file/changed': 'Run the command again; if something writes to the file, wait until that has ended.',
  'mask/lost': 'Run the command again.',
  'backend/lost': 'Run the command again; if it happens again, report it with this message.',
  'memory/exhausted': 'Run the command again with fewer --jobs, or on a smaller part of the scene.',
  'model/corrupt': 'Install the package again.',
  'backend/none': 'Use a current version of Node on a processor with WebAssembly support.',
  'network/unreachable': 'Check the address and the connection, or download the file first.',
  'network/too-slow': 'Check the connection and run the command again later, or download the file first.',
  'network/no-range': 'Download the file first: the server does not hand out parts of it.',
  'output/disk-full':
    'Free some space (about twice the size of the input is needed), then run the command again.',
  'output/denied': 'Choose another folder with --output, or allow this one to be written to.',
  'output/failed': 'Choose another folder with --output.',
  'scene/too-few-bands':
    'Put the files of the scene (B02.tif, B03.tif, ...) into a folder and give that folder as input.',
  'scene/not-one-scene':
    'Give one file with all bands as input, or a folder that holds the single-band files of one scene and one date only.',
  'scene/nodata-out-of-range': 'Give --nodata a value that the samples can have, or none.',
  'internal/unexpected': 'Run the command again; if it happens again, report it with this message.',
};

/** An error as the command line tells it; with `resume`, what is done of a scene that was stopped is kept. */
export function forTerminal(error: ErrorReport, resume = false): ErrorReport {
  const own =
    resume && error.code === 'job/cancelled' ? 'Run the same command again to go on.' : REMEDIES[error.code];
  return own === undefined ? error : { ...error, remedy: { text: own } };
}

/** `error file/truncated: what is wrong`, and under it what can be done. */
export function errorText({ code, message, remedy }: ErrorReport, input?: string): string {
  const where = input === undefined ? '' : `${shortName(input)}: `;
  return `${where}error ${code}: ${english(message)}\n  ${english(remedy)}`;
}

/** One line on what was done to a scene, and one under it for each measurement of the error. */
export function outcomeText(input: string, { run, selfCheck, outputs, seconds }: SceneOutcome): string {
  const { shares } = run;
  const parts = [
    `${percent(shares.observed)} observed`,
    ...(shares.thinCorrected > 0 ? [`${percent(shares.thinCorrected)} thin cloud corrected`] : []),
    ...(shares.shadowCorrected > 0 ? [`${percent(shares.shadowCorrected)} shadow corrected`] : []),
    ...run.dates
      .filter(({ share }) => share > 0)
      .map(({ share, acquired, scene }) => `${percent(share)} from ${acquired ?? scene}`),
    `${percent(shares.generated)} generated`,
    ...(shares.leftCloudy > 0 ? [`${percent(shares.leftCloudy)} left cloudy`] : []),
  ];
  const time = duration(seconds.open + seconds.run + seconds.write);
  const done = `${shortName(input)}: ${parts.join(', ')} (${time}) -> ${outputs.map(({ path }) => path).join(', ')}`;
  return [
    done,
    ...(selfCheck ? [scoresText('self-check', selfCheck)] : []),
    ...(run.evaluation ? [scoresText(`against ${run.evaluation.reference}`, run.evaluation)] : []),
  ].join('\n  ');
}

/** `self-check: PSNR 31.2 dB thin cloud (18.4 before), 27.0 dB thick cloud (9.1 before)` */
function scoresText(title: string, scores: { before: RegionScores; after: RegionScores }): string {
  const psnr = MEASURES.find(({ name }) => name === 'PSNR')!;
  const regions = scoredRegions(scores.before, scores.after);
  const masked = regions.filter(({ region }) => region !== 'clear');
  const parts = (masked.length > 0 ? masked : regions).map(
    ({ name, before, after }) =>
      `${figure(psnr, after)} dB ${english(name).toLowerCase()} (${figure(psnr, before)} before)`,
  );
  return `${title}: ${parts.length > 0 ? `PSNR ${parts.join(', ')}` : 'no pixels to measure'}`;
}

/** One line on a scene that an earlier command finished. */
export function finishedText({ input, outputs }: Pick<Task, 'input' | 'outputs'>): string {
  return `${shortName(input)}: finished before -> ${outputs.map(({ path }) => path).join(', ')}`;
}

/** One line on the scenes that a stopped command did not come to. */
export function notBegunText(scenes: number): string {
  return scenes === 1 ? '1 scene not begun' : `${scenes} scenes not begun`;
}

/** Last part of a path or an address. */
export function shortName(input: string): string {
  return basename(input.split(/[?#]/)[0]) || input;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** `9 s`, `1:05`, `2:00:09`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
