/**
 * Compiles src/inference/kernels/assembly to WebAssembly and keeps it as text in src/inference/kernels/code.ts, which a
 * test compares with its source: `npm run build:kernels`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = new URL('../src/inference/kernels/', import.meta.url);

/** The module, in base64. */
export async function compileKernels() {
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(
    // The memory is that of the TensorFlow.js back end; nothing is allocated by the module itself.
    ['index.ts', '-o', 'kernels.wasm', '--runtime', 'stub', '--importMemory', '--noExportMemory'].concat([
      '--enable',
      'simd',
      '-O3',
      '--noAssert',
    ]),
    {
      readFile: (name) => readFile(new URL(`assembly/${name}`, folder), 'utf8').catch(() => null),
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${stderr}`);
  return Buffer.from(binary).toString('base64');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const code = await compileKernels();
  const text = `/** Written by \`npm run build:kernels\` from assembly/: WebAssembly in base64. */
export const KERNELS_CODE =
  '${code}';
`;
  await writeFile(new URL('code.ts', folder), text);
}
