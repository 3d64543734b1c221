import { expect, it } from 'vitest';
import { runControl } from '../src/pipeline/control.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import { DEFAULT_SETTINGS, type RunEvent } from '../src/pipeline/events.ts';
import type { Networks } from '../src/pipeline/networks.ts';
import { memoryPages } from '../src/pipeline/pages.ts';
import { english, phrase } from '../src/pipeline/phrase.ts';
import { fakeNetworks } from '../src/pipeline/testing/fake-networks.ts';
import { memorySource } from '../src/pipeline/testing/memory-source.ts';
import { runToTheEnd } from './long-run.ts';
import type { NetworksHost, RemoteNetworks } from './networks-host.ts';

const source = memorySource({
  width: 600,
  height: 300,
  roles: ['blue', 'green', 'red', 'nir'],
  sample: (x, y, band) => (Math.hypot(x - 300, y - 150) < 90 ? 7000 : 2000 + 10 * band + ((x + y) % 50)),
});
const lost = () =>
  new PipelineError('backend/lost', phrase('The graphics device stopped working.'), phrase('Run again.'));

/** Back ends of which each, but for the last, is lost at some call. */
function failingHost(lostAt: readonly number[]) {
  const all = [...lostAt, Number.POSITIVE_INFINITY].map((limit, i): Networks => {
    let calls = 0;
    const onCall = () => {
      if (calls++ === limit) throw lost();
    };
    return { ...fakeNetworks({ onCall }), backend: `back end ${i + 1}` };
  });
  let current = 0;
  const host: NetworksHost = {
    start: async () => ({ networks: all[current], report: {} as RemoteNetworks['report'] }),
    replace: () => ++current < all.length,
    giveWay() {},
  };
  return host;
}

async function go(host: NetworksHost) {
  const events: RunEvent[] = [];
  const job = {
    source,
    reference: null,
    settings: DEFAULT_SETTINGS,
    pages: memoryPages(),
    control: runControl(),
  };
  const { signal } = new AbortController();
  const { report, result } = await runToTheEnd(job, host, (event) => events.push(event), signal);
  const { bands } = await result.read({ x: 0, y: 0, width: 600, height: 300 });
  return { report, events, bytes: bands.map((band) => Buffer.from(band.buffer).toString('base64')).join() };
}

it('a run outlives its back ends, and says which worked on it', async () => {
  const undisturbed = await go(failingHost([]));
  expect(undisturbed.report.backend).toBe('back end 1');
  const disturbed = await go(failingHost([3, 4]));
  expect(disturbed.bytes === undisturbed.bytes).toBe(true);
  expect(disturbed.report.backend).toBe('back end 1, back end 2, back end 3');
  const notices = disturbed.events.flatMap((event) => (event.type === 'notice' ? [event.notice] : []));
  const told = notices.map(({ code, message }) => ({ code, message: english(message) }));
  expect(told).toEqual([
    { code: 'backend-lost', message: expect.stringContaining('went on from there, on back end 2') },
    { code: 'backend-lost', message: expect.stringContaining('went on from there, on back end 3') },
  ]);
  expect(disturbed.report.notices).toEqual(expect.arrayContaining(notices));
});

it('a run ends where no back end is left, and with every other fault', async () => {
  const host = failingHost([2]);
  await expect(go({ ...host, replace: () => false })).rejects.toMatchObject({ code: 'backend/lost' });
  const odd: NetworksHost = {
    start: () => Promise.reject(new Error('odd')),
    replace: () => true,
    giveWay() {},
  };
  await expect(go(odd)).rejects.toThrow('odd');
});
