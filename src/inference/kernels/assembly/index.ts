/**
 * Kernels for TensorFlow.js' WASM back end, in AssemblyScript: compiled to WebAssembly with SIMD by `npm run build:kernels`.
 * The module works in the back end's memory and holds none of its own. Tensors are float32, with channels last; addresses
 * are those of bytes.
 */
export { add, multiplyBy } from './arithmetic';
export { exponential, softmaxOfFour, tanh } from './exponential';
export { packFilter } from './filter';
export { copyRuns, depthToSpace } from './moves';
export { convolve, filterBytes, scratchBytes } from './winograd';
