import * as tf from '@tensorflow/tfjs-core';
import type { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import { BackendUnusable, deviceLost, type StartedBackend } from './backend.ts';
import { within } from './within.ts';

/** Limits of the adapter that we ask for in full; the defaults bound a tile's activations too tightly. */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** A driver that hangs fails nothing and answers nothing. One that was asked for may be slow: the processor first ends what other pages want. */
const START_LIMIT_MS = { found: 30_000, askedFor: 180_000 };

/**
 * Starts WebGPU on a device of our own, so that its loss is noticed.
 *
 * @param softwareToo take an adapter that computes on the CPU as well; it is slower than WASM and of use in
 *   tests only.
 * @throws BackendUnusable where there is no adapter or no device.
 */
export async function startWebGpu(softwareToo: boolean): Promise<StartedBackend> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) throw new BackendUnusable(phrase('this browser has no WebGPU'));
  const limit = softwareToo ? START_LIMIT_MS.askedFor : START_LIMIT_MS.found;
  const answered = <T>(work: Promise<T>) =>
    within(limit, work, () => new BackendUnusable(phrase('it does not answer')));
  const adapter = await answered(
    gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null),
  );
  if (!adapter) throw new BackendUnusable(phrase('WebGPU found no graphics adapter'));
  if (isSoftware(adapter) && !softwareToo) {
    throw new BackendUnusable(phrase('WebGPU would run on the processor, which is slower than WASM'));
  }
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((k) => [k, adapter.limits[k]]));
  const device = await answered(
    adapter.requestDevice({ requiredLimits }).catch((cause) => {
      throw new BackendUnusable(phrase('the graphics adapter gave no WebGPU device'), { cause });
    }),
  );
  const listeners = new Set<(error: PipelineError) => void>();
  let lost: PipelineError | null = null;
  void device.lost.then((info) => {
    lost = deviceLost(info.message);
    for (const listener of listeners) listener(lost);
    listeners.clear();
  });
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // The package registers a factory of its own, which neither checks the adapter nor hands out the device.
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info));
  if (!(await tf.setBackend('webgpu'))) {
    device.destroy();
    throw new BackendUnusable(phrase('the WebGPU back end did not start'));
  }
  return {
    name: 'webgpu',
    detail: { text: adapterName(adapter.info) },
    onLost(listener) {
      if (lost) listener(lost);
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      tf.removeBackend('webgpu');
      device.destroy();
    },
  };
}

function isSoftware(adapter: GPUAdapter): boolean {
  return adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(adapterName(adapter.info));
}

function adapterName(info: GPUAdapterInfo): string {
  const words = info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ');
  return words || 'graphics adapter';
}
