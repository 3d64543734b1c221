import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../src/pipeline/events.ts';
import { memoryPages } from '../src/pipeline/pages.ts';
import { run } from '../src/pipeline/run.ts';
import { fakeNetworks } from '../src/pipeline/testing/fake-networks.ts';
import { memorySource } from '../src/pipeline/testing/memory-source.ts';
import { openTiles, planTiles, repairedTile, type TileStore } from '../src/pipeline/tiles.ts';
import { displayLink } from './display-link.ts';
import type { TileMessage } from './protocol.ts';
import { tileRequests } from './tile-requests.ts';

const RUN = 7;
const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** The tiles of a finished run over 2 x 2 tiles with cloud in the first and the last. */
async function finishedRun(): Promise<TileStore> {
  const cloudy = (x: number, y: number) =>
    Math.hypot(x - 60, y - 60) < 20 || Math.hypot(x - 400, y - 400) < 20;
  const source = memorySource({
    width: 450,
    height: 430,
    roles: ['blue', 'green', 'red', 'nir'],
    sample: (x, y, band) => (cloudy(x, y) ? 7000 : 2000 + 10 * band + (x % 50)),
  });
  const pages = memoryPages();
  await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { pages });
  return openTiles(source.scene, planTiles(source.scene.grid), pages);
}

/** The display worker's end: what it was told, and what it can ask. */
function displayEnd(link: ReturnType<typeof displayLink>) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const told: TileMessage[] = [];
  const requests = tileRequests(() => port1);
  port1.onmessage = ({ data }: MessageEvent<TileMessage>) => {
    if (data.type === 'answer') requests.answer(data.id, data.tile);
    else told.push(data);
  };
  link.connect(port2);
  return { told, requests };
}

describe('the channel between the two workers', () => {
  it('brings tiles back that the display no longer holds', async () => {
    const tiles = await finishedRun();
    const link = displayLink();
    link.show(RUN, tiles);
    const { requests } = displayEnd(link);
    const [first, second] = tiles.layout.windows;
    expect(await requests.repaired(first)).toEqual(repairedTile(tiles, 0));
    expect(await requests.repaired(second)).toBeNull();
    expect((await requests.mask(first))?.classes.some((value) => value === 2)).toBe(true);
  });

  it('tells a display that comes later of everything', async () => {
    const link = displayLink();
    link.show(RUN, await finishedRun());
    link.end();
    const { told } = displayEnd(link);
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ type: 'end', run: RUN }));
    expect(told.map(({ type }) => type)).toEqual(['mask', 'repaired', 'mask', 'repaired', 'end']);
  });

  it('has nothing to give when no scene is shown, or when the other end is gone', async () => {
    const link = displayLink();
    link.show(RUN, null);
    const { requests } = displayEnd(link);
    const window = { x: 0, y: 0, width: 256, height: 256 };
    expect(await requests.mask(window)).toBeNull();
    const alone = tileRequests(() => null);
    expect(await alone.repaired(window)).toBeNull();
    const deaf = new MessageChannel();
    ports.push(deaf.port1, deaf.port2);
    const waiting = tileRequests(() => deaf.port1);
    const answer = waiting.mask(window);
    waiting.giveUp();
    expect(await answer).toBeNull();
  });
});
