import type { RunControl } from '../src/pipeline/control.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import type { RunEvent, RunSettings } from '../src/pipeline/events.ts';
import { noteBackend } from '../src/pipeline/job-record.ts';
import type { PageStore } from '../src/pipeline/pages.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { type RunResult, run } from '../src/pipeline/run.ts';
import type { Notice, SceneSource } from '../src/pipeline/scene.ts';
import { unlessAborted } from './crossing.ts';
import type { NetworksHost } from './networks-host.ts';

/** What is run, and over which pages. */
export interface LongRun {
  readonly source: SceneSource;
  readonly reference: SceneSource | null;
  readonly dates?: readonly SceneSource[];
  readonly settings: RunSettings;
  readonly pages: PageStore;
  readonly control: RunControl;
}

/**
 * Runs to the end: when the networks are lost (the device was reset, their worker died, or they compute nonsense), they
 * are started on the next back end and the run goes on from its pages.
 * @throws PipelineError those of run, and `backend/lost` when every back end was
 */
export async function runToTheEnd(
  { source, reference, dates, settings, pages, control }: LongRun,
  host: NetworksHost,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<RunResult> {
  const losses: Notice[] = [];
  let loss: PipelineError | null = null;
  for (;;) {
    try {
      const { networks } = await unlessAborted(host.start(settings.generator), signal);
      const backend = noteBackend(pages, networks.backend);
      if (loss) {
        const message = phrase('{{problem}} The run went on from there, on {{backend}}.', {
          problem: loss.phrases.message,
          backend: networks.backend,
        });
        losses.push({ code: 'backend-lost', message });
        onEvent({ type: 'notice', notice: { code: 'backend-lost', message } });
        loss = null;
      }
      const options = { reference, dates, pages, control };
      const { report, result } = await run(source, networks, settings, onEvent, options, signal);
      return { report: { ...report, backend, notices: [...losses, ...report.notices] }, result };
    } catch (thrown) {
      if (!(thrown instanceof PipelineError) || thrown.code !== 'backend/lost' || !host.replace())
        throw thrown;
      loss = thrown;
    }
  }
}
