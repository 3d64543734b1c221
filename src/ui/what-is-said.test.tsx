import { afterEach, expect, it, vi } from 'vitest';
import { createAppStore } from '../store/create-store.ts';
import { createFakeEngine } from '../store/testing/fake-engine.ts';
import { fakeSample } from '../store/testing/fake-scene.ts';
import { Compare } from './Compare.tsx';
import { Landing } from './Landing.tsx';
import { announcement } from './LiveRegion.tsx';
import { BatchCard } from './panel/BatchCard.tsx';
import { Key } from './panel/ViewCard.tsx';
import { Readout } from './Readout.tsx';
import { rendered } from './testing/render.ts';

afterEach(() => void vi.unstubAllGlobals());

const file = (name: string) => new File(['x'], name);
async function setUp() {
  const engine = createFakeEngine();
  const store = createAppStore({ engine, sample: fakeSample, saveFile: () => {} });
  const { actions } = store.getState();
  await actions.open(file('scene.tif'));
  return { engine, store, actions };
}

it('a pixel says where it comes from before its bands, of which there may be more than the sheet can show', async () => {
  const { store, actions } = await setUp();
  actions.pointAt({ x: 3, y: 4 });
  await vi.waitFor(() => expect(store.getState().probe).not.toBeNull());
  const sheet = rendered(store, <Readout />);
  expect(sheet.indexOf('class="origin"')).toBeGreaterThan(0);
  expect(sheet.indexOf('class="origin"')).toBeLessThan(sheet.indexOf('<table'));
  expect(sheet).not.toContain('tabindex');
  actions.setInspecting(true);
  expect(rendered(store, <Readout />)).toContain('tabindex="0"');
});

it.each([
  ['swir22', 1e-4, 0, { low: 0.1, high: 0.3 }, ['0.100', '0.300 reflectance']],
  ['lwir', 0.00341802, 149, { low: 271.25, high: 301.5 }, ['271.3', '301.5 K']],
  ['lwir', 2e-5, -0.1, { low: 0.3, high: 0.5 }, ['20000', '30000 in the file']],
  ['other', 1e-4, 0, { low: 0.3, high: 0.5 }, ['3000', '5000 in the file']],
] as const)('a single band (%s) is told in its own unit', async (role, scale, offset, range, ends) => {
  const { store, actions } = await setUp();
  await actions.setCombination('band-5');
  const { scene } = store.getState().scene!;
  const bands = scene.bands.map((band) => (band.index === 5 ? { ...band, role, scale, offset } : band));
  store.setState({ stretch: [range, range, range] });
  const shown = rendered(store, <Key drawn="palette" scene={{ ...scene, bands }} />);
  const key = /class="ramp">.*?<span>(.*?)<\/span><span>(.*?)<\/span>/.exec(shown);
  expect(key?.slice(1)).toEqual(ends);
});

it('a result that was saved in the library is announced', async () => {
  const { store } = await setUp();
  const { job } = store.getState();
  expect(announcement(store.getState())).toMatch(/^Done: /);
  if (job.status !== 'done') throw new Error('Not done.');
  store.setState({ kept: { report: job.report, record: { title: 'Olinda' } as never } });
  expect(announcement(store.getState())).toBe('Saved in the library: Olinda');
});

it('a scene of a queue that failed is announced', async () => {
  const { store, actions } = await setUp();
  actions.queueScenes([file('one.tif'), file('bad.tif')]);
  const said = () =>
    /<p class="visually-hidden" role="status">(.*?)<\/p>/.exec(rendered(store, <BatchCard />))?.[1];
  expect(said()).toBe('');
  await actions.runBatch();
  expect(said()).toMatch(/^bad\.tif: .+ .+/);
});

it('the button that shows the other picture says what is shown by its name alone', async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  const { store, actions } = await setUp();
  actions.setCompareMode('blink');
  expect(rendered(store, <Compare />)).toContain('After</button>');
  expect(rendered(store, <Compare />)).not.toContain('aria-pressed');
});

it('what was open last is named where the browser cannot open it again by itself', () => {
  const store = createAppStore({ engine: createFakeEngine(), sample: fakeSample, saveFile: () => {} });
  const last = { name: 'june.tif', origin: null, composite: null, reopen: () => Promise.reject() };
  store.setState({ lastScene: { ...last, dates: [] } });
  expect(rendered(store, <Landing />)).toContain('Last time june.tif was open.');
  store.setState({ lastScene: { ...last, dates: [{ name: 'july.tif', origin: null, used: true }] } });
  expect(rendered(store, <Landing />)).toMatch(/Last time these dates were open: june.tif.+july.tif\./);
  expect(rendered(store, <Landing />)).not.toContain('Continue with');
});
