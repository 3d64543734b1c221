import { expose } from 'comlink';
import { afterEach, expect, test, vi } from 'vitest';
import { createEngine } from './create-engine.ts';

/** What a worker has to do with opening. */
function api(isDisplay: boolean) {
  let candidate: string | null = null;
  return {
    scene: null as string | null,
    asked: 0,
    start() {},
    connectPipeline() {},
    giveWay() {},
    pause() {},
    async open(_job: number, input: string) {
      this.asked++;
      if (isDisplay) await displayMayOpen;
      candidate = input;
      return { name: input, displayBands: [0, 1, 2] };
    },
    take() {
      const is = candidate !== null;
      this.scene = candidate ?? this.scene;
      candidate = null;
      return is;
    },
  };
}

let displayMayOpen: Promise<void> = Promise.resolve();
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

afterEach(() => {
  vi.unstubAllGlobals();
  workers = [];
});

test('a worker that ends between reading a scene and taking it leaves none that holds the scene before', async () => {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('window', new EventTarget());
  const engine = createEngine({ modelsUrl: new URL('https://example.org/models/') });
  const last = (isDisplay: boolean) =>
    workers.findLast((worker) => worker.isDisplay === isDisplay)?.api.scene;
  await engine.open(new URL('https://example.org/a.tif'));
  let open = () => {};
  displayMayOpen = new Promise((resolve) => {
    open = resolve;
  });
  const opening = engine.open(new URL('https://example.org/b.tif'));
  await vi.waitFor(() => expect(workers.find(({ isDisplay }) => isDisplay)?.api.asked).toBe(2));
  workers.find(({ isDisplay }) => !isDisplay)?.dispatchEvent(new Event('error', { cancelable: true }));
  await engine.pause();
  expect(last(false)).toBe('https://example.org/a.tif');
  open();
  await opening;
  await engine.pause();
  expect([last(false), last(true)]).toEqual(['https://example.org/b.tif', 'https://example.org/b.tif']);
  engine.dispose();
});
