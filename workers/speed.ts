import type { Networks } from '../src/pipeline/networks.ts';
import { DETECTOR_CHANNELS, GENERATOR_CHANNELS } from '../src/pipeline/networks.ts';
import { CORE, HALOS } from '../src/pipeline/tiles.ts';
import { unlessAborted } from './crossing.ts';

/** How long the networks take for one tile of a run, in milliseconds. */
export interface Speed {
  readonly detect: number;
  readonly generate: number;
}

const REPEATS = 3;

/** Times both networks on a tile of a run: the median of three, after one that compiles. */
export async function speedOf(networks: Networks, signal: AbortSignal): Promise<Speed> {
  const time = async (network: 'detect' | 'generate', channels: number) => {
    const side = CORE + 2 * HALOS[network];
    const times: number[] = [];
    for (let i = 0; i <= REPEATS; i++) {
      const input = new Float32Array(side * side * channels).fill(0.2);
      const start = performance.now();
      await unlessAborted(networks[network](input, side, side), signal);
      times.push(performance.now() - start);
    }
    return times.slice(1).sort((a, b) => a - b)[REPEATS >> 1];
  };
  return {
    detect: await time('detect', DETECTOR_CHANNELS),
    generate: await time('generate', GENERATOR_CHANNELS),
  };
}
