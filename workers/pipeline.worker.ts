import { expose } from 'comlink';
import { cancelled, PipelineError } from '../src/pipeline/errors.ts';
import { applyOverrides, openScene } from '../src/pipeline/ingest/open.ts';
import { blobSink } from '../src/pipeline/output/blob-sink.ts';
import {
  type Lineage,
  type ResultReader,
  writeConfidence,
  writeMask,
  writeProvenance,
  writeResult,
} from '../src/pipeline/output/products.ts';
import { run } from '../src/pipeline/run.ts';
import type { SceneSource } from '../src/pipeline/scene.ts';
import { VERSION } from '../src/pipeline/version.ts';
import { jobs, unlessAborted } from './crossing.ts';
import { type RemoteNetworks, startNetworks } from './inference-client.ts';
import type { PipelineApi, PipelineConfig, SceneInput, TileMessage } from './protocol.ts';

const writers = {
  result: writeResult,
  mask: writeMask,
  provenance: writeProvenance,
  confidence: writeConfidence,
};
const running = jobs();
let config: PipelineConfig;
let emit: Parameters<PipelineApi['start']>[1];
let display: MessagePort | null = null;
/** As opened, and with the user's overrides. */
let opened: SceneSource | null = null;
let scene: SceneSource | null = null;
let reference: SceneSource | null = null;
let starting: Promise<RemoteNetworks> | null = null;
let finished: { result: ResultReader; lineage: Lineage } | null = null;
let sent: TileMessage[] = [];

const api: PipelineApi = {
  start(givenConfig, onEvent) {
    config = givenConfig;
    emit = onEvent;
  },
  connectDisplay(port) {
    display?.close();
    display = port;
    for (const message of sent) port.postMessage(message);
  },
  cancel: running.cancel,
  open: (job, input) =>
    running.run(job, async (signal) => {
      opened = await openScene(asInput(input), {}, signal);
      setScene(opened);
      reference = null;
      return opened.scene;
    }),
  override(overrides) {
    if (!opened) throw notReady('No scene is open.', 'Open a GeoTIFF first.');
    return setScene(applyOverrides(opened, overrides)).scene;
  },
  setReference: (job, input) =>
    running.run(job, async (signal) => {
      reference = input === null ? null : await openScene(asInput(input), {}, signal);
    }),
  warmUp: (job) => running.run(job, async (signal) => (await unlessAborted(networks(), signal)).report),
  run: (job, settings) =>
    running.run(job, async (signal) => {
      if (!scene) throw notReady('No scene is open.', 'Open a GeoTIFF first.');
      const source = setScene(scene);
      const started = await unlessAborted(networks(), signal);
      const { report, result } = await run(
        source,
        started.networks,
        settings,
        (event) => {
          if (event.type === 'mask' || event.type === 'repaired') send({ ...event, run: job });
          else emit(job, event);
        },
        { reference },
        signal,
      );
      if (scene !== source) throw cancelled();
      send({ type: 'end', run: job });
      const { models, backend } = started.networks;
      const { shares } = report;
      finished = {
        result,
        lineage: { version: VERSION, models, backend, settings, shares, date: new Date() },
      };
      return report;
    }),
  export: (job, product) =>
    running.run(job, async (signal) => {
      if (!scene || !finished) throw notReady('There is no result to save yet.', 'Press Run first.');
      const sink = blobSink();
      await writers[product](scene, finished.result, finished.lineage, sink, {
        signal,
        onProgress: (done, total) =>
          emit(job, { type: 'progress', stage: 'output', done, total, secondsLeft: null }),
      });
      return sink.toBlob();
    }),
};

function setScene(source: SceneSource): SceneSource {
  scene = source;
  finished = null;
  sent = [];
  return source;
}

function send(message: TileMessage): void {
  sent.push(message);
  display?.postMessage(message);
}

/** Started once for all; a failed start may be tried again. */
function networks(): Promise<RemoteNetworks> {
  starting ??= startNetworks(config).catch((thrown) => {
    starting = null;
    throw thrown;
  });
  return starting;
}

const asInput = (input: SceneInput) => (typeof input === 'string' ? new URL(input) : input);
const notReady = (message: string, remedy: string) => new PipelineError('job/not-ready', message, remedy);

expose(api);
