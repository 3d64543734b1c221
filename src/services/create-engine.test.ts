import { expose } from 'comlink';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DateInput } from '../../workers/protocol.ts';
import { PipelineError } from '../pipeline/errors.ts';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { SceneOverrides } from '../pipeline/scene.ts';
import { createEngine, type EngineOptions } from './create-engine.ts';
import type { EngineEvent } from './engine.ts';

/** What a worker has to do with opening. */
function api(isDisplay: boolean) {
  const candidates = new Map<number, string>();
  return {
    candidates,
    scene: null as string | null,
    overrides: null as SceneOverrides | null,
    asked: 0,
    deliver: (_job: number, _event: EngineEvent): void => {},
    start(...given: unknown[]) {
      this.deliver = given.at(-1) as typeof this.deliver;
    },
    cancel() {},
    connectPipeline() {},
    connectDisplay() {},
    gaveWay: 0,
    giveWay() {
      this.gaveWay++;
    },
    run: 0,
    expectRun(run: number) {
      this.run = run;
    },
    previewMask: () => true,
    pause() {},
    async open(_job: number, input: string, opening: number) {
      this.asked++;
      if (isDisplay) await displayMayOpen;
      candidates.set(opening, input);
      return { name: input, displayBands: [0, 1, 2] };
    },
    take(opening: number) {
      const candidate = candidates.get(opening);
      if (candidate === undefined) return false;
      this.scene = candidate;
      this.overrides = null;
      candidates.delete(opening);
      return true;
    },
    dates: [] as readonly DateInput[],
    async setDates(_job: number, dates: readonly DateInput[]) {
      if (!isDisplay) await pipelineMayAnswer;
      this.dates = dates;
      return [];
    },
    drop: (opening: number) => void candidates.delete(opening),
    async override(given: SceneOverrides) {
      this.overrides = given;
      if (!isDisplay) await pipelineMayAnswer;
      return { name: this.scene, displayBands: [0, 1, 2] };
    },
  };
}

let displayMayOpen: Promise<void> = Promise.resolve();
let pipelineMayAnswer: Promise<void> = Promise.resolve();
let workers: FakeWorker[] = [];

/** A worker's message channel without the thread. */
class FakeWorker extends EventTarget {
  readonly channel = new MessageChannel();
  readonly isDisplay: boolean;
  readonly api: ReturnType<typeof api>;

  constructor(url: URL) {
    super();
    this.isDisplay = url.href.includes('display.worker');
    this.api = api(this.isDisplay);
    workers.push(this);
    expose(this.api, this.channel.port2);
    this.channel.port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent('message', { data }));
  }

  postMessage(message: unknown, transfer: Transferable[] = []) {
    this.channel.port1.postMessage(message, transfer);
  }

  terminate() {
    this.channel.port1.close();
  }
}

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('window', new EventTarget());
  displayMayOpen = Promise.resolve();
  pipelineMayAnswer = Promise.resolve();
});

afterEach(() => {
  vi.unstubAllGlobals();
  workers = [];
});

const start = (options: EngineOptions = {}) =>
  createEngine({ modelsUrl: new URL('https://example.org/models/'), ...options });
const [a, b] = [new URL('https://example.org/a.tif'), new URL('https://example.org/b.tif')];
/** The worker that runs: pipeline or display. */
const last = (isDisplay: boolean) => workers.findLast((worker) => worker.isDisplay === isDisplay)?.api;
const both = () => [last(false), last(true)];
const gate = () => {
  let open = () => {};
  const wait = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, wait };
};

test('a worker that ends between reading a scene and taking it leaves none that holds the scene before', async () => {
  const engine = start();
  await engine.open(a);
  const { open, wait } = gate();
  displayMayOpen = wait;
  const opening = engine.open(b);
  await vi.waitFor(() => expect(last(true)?.asked).toBe(2));
  workers.find(({ isDisplay }) => !isDisplay)?.dispatchEvent(new Event('error', { cancelable: true }));
  await engine.pause();
  expect(last(false)?.scene).toBe(a.href);
  open();
  await opening;
  await engine.pause();
  expect(both().map((worker) => worker?.scene)).toEqual([b.href, b.href]);
  engine.dispose();
});

test.each([
  ['that was given up', 'job/cancelled', undefined],
  [
    'that one worker could not read',
    'file/truncated',
    new PipelineError('file/truncated', phrase('It ends.'), phrase('Copy it again.')),
  ],
])('no worker keeps a scene %s', async (_, code, fault) => {
  const engine = start();
  await engine.open(a);
  const { open, wait } = gate();
  displayMayOpen = fault ? wait.then(() => Promise.reject(fault)) : wait;
  const controller = new AbortController();
  const opening = engine.open(b, controller.signal);
  const refused = expect(opening).rejects.toMatchObject({ code });
  await vi.waitFor(() => expect(last(true)?.asked).toBe(2));
  expect(last(false)?.candidates.size).toBe(1);
  if (!fault) controller.abort();
  open();
  await refused;
  await vi.waitFor(() => expect(both().map((worker) => worker?.candidates.size)).toEqual([0, 0]));
  expect(both().map((worker) => worker?.scene)).toEqual([a.href, a.href]);
  engine.dispose();
});

test('overrides never reach a scene that is opened before they are answered', async () => {
  const engine = start();
  await engine.open(a);
  const { open, wait } = gate();
  pipelineMayAnswer = wait;
  const overriding = expect(engine.override({ scale: 2e-4 })).rejects.toMatchObject({
    code: 'job/cancelled',
  });
  await engine.open(b);
  open();
  await overriding;
  expect(both().map((worker) => worker?.overrides)).toEqual([null, null]);
  workers.find(({ isDisplay }) => !isDisplay)?.dispatchEvent(new Event('error', { cancelable: true }));
  await engine.pause();
  expect(last(false)).toMatchObject({ scene: b.href, overrides: null });
  engine.dispose();
});

test('dates of the scene before are not shown beside the next one, nor known after a crash', async () => {
  const engine = start();
  await engine.open(a);
  const { open, wait } = gate();
  pipelineMayAnswer = wait;
  const setting = expect(engine.setDates([{ id: 1, input: a }])).rejects.toMatchObject({
    code: 'job/cancelled',
  });
  await engine.open(b);
  open();
  await setting;
  workers.find(({ isDisplay }) => !isDisplay)?.dispatchEvent(new Event('error', { cancelable: true }));
  await engine.pause();
  expect(both().map((worker) => worker?.dates)).toEqual([[], []]);
  engine.dispose();
});

test('tiles of a preview of the mask are told after its answer, too, when nothing has to give way any more', async () => {
  let act = () => {};
  const engine = start({
    onActs: (tell) => {
      act = tell;
      return () => {};
    },
  });
  await engine.open(a);
  const told: EngineEvent[] = [];
  await engine.previewMask(DEFAULT_SETTINGS, { window: null, only: false }, (event) => told.push(event));
  act();
  await engine.pause();
  expect(last(false)?.gaveWay).toBe(0);
  const event = { type: 'mask-changed', window: { x: 0, y: 0, width: 1, height: 1 } } as const;
  const display = last(true);
  display?.deliver(display.run, event);
  await vi.waitFor(() => expect(told).toEqual([event]));
  engine.dispose();
});
