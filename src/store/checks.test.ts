import { describe, expect, it, vi } from 'vitest';
import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import { checksOf } from './checks.ts';
import { createAppStore } from './create-store.ts';
import { isBusy, type SampleScene } from './state.ts';
import { createFakeEngine } from './testing/fake-engine.ts';

const at = (name: string) => new URL(`https://example.org/${name}`);
const sample: SampleScene = { name: 'Sample', scene: at('sample.tif'), truth: at('truth.tif') };
const file = (name: string) => new File([], name);

async function finished() {
  const engine = createFakeEngine();
  const saved: { name: string; blob: Blob }[] = [];
  const store = createAppStore({ engine, sample, saveFile: (given) => void saved.push(given) });
  const { actions } = store.getState();
  await actions.open(file('scene.tif'));
  return { engine, store, actions, saved };
}

describe('measuring a result', () => {
  it('tells how far it is, keeps what it found, and puts it into the report', async () => {
    const { engine, store, actions, saved } = await finished();
    const checking = actions.checkScene();
    expect(store.getState().checking).toEqual({ kind: 'self-check', share: 0.5, secondsLeft: 3 });
    expect(isBusy(store.getState())).toBe(true);
    await checking;
    await actions.compareWith(file('clear.tif'));
    expect(checksOf(store.getState())).toMatchObject({
      selfCheck: { found: { thick: 1 } },
      evaluation: { reference: 'clear.tif' },
    });
    await actions.saveReport('json');
    expect(engine.calls.slice(-3)).toEqual(['selfCheck', 'compare clear.tif', 'describe json']);
    const told = JSON.parse(await saved[0].blob.text());
    expect(told).toMatchObject({ selfCheck: { seed: 1 }, evaluation: { reference: 'clear.tif' } });
    expect(isBusy(store.getState())).toBe(false);
  });

  it('can be stopped; the result stays', async () => {
    const { store, actions } = await finished();
    const checking = actions.checkScene();
    actions.cancelCheck();
    expect(store.getState().checking).toBeNull();
    await checking;
    expect(store.getState()).toMatchObject({ error: null, checks: null, job: { status: 'done' } });
  });

  it('says why it is not possible', async () => {
    const { engine, store, actions } = await finished();
    vi.spyOn(engine, 'selfCheck').mockRejectedValueOnce(
      new PipelineError('check/no-clear-part', phrase('All cloud.'), phrase('Another date.')),
    );
    await actions.checkScene();
    expect(store.getState()).toMatchObject({ error: { code: 'check/no-clear-part' }, checking: null });
  });

  it('belongs to its run', async () => {
    const { store, actions } = await finished();
    await actions.checkScene();
    expect(checksOf(store.getState())?.selfCheck).not.toBeNull();
    await actions.run();
    expect(checksOf(store.getState())?.selfCheck).toBeNull();
    await actions.open(file('next.tif'));
    expect(store.getState().checks).toBeNull();
  });
});
