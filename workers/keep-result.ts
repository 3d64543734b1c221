import type { ImageFile } from '../src/pipeline/library/record.ts';
import type { WriteOptions } from '../src/pipeline/output/cog-writer.ts';
import {
  type Lineage,
  productWriters,
  type ResultReader,
  writeOriginal,
} from '../src/pipeline/output/products.ts';
import type { ByteSink } from '../src/pipeline/output/sink.ts';
import type { SceneSource } from '../src/pipeline/scene.ts';
import { removeLibraryFile, writeLibraryFile } from './library-files.ts';

/** Room for tiles until their place in the file is known. */
const SCRATCH = 'scratch';

/**
 * Writes the images of a comparison into the library.
 * @returns the length in bytes of each
 * @throws PipelineError `library/no-storage`, and as writeCog
 */
export async function keepResult(
  id: string,
  source: SceneSource,
  result: ResultReader,
  lineage: Lineage,
  { signal, onProgress }: Pick<WriteOptions, 'signal' | 'onProgress'>,
): Promise<Record<ImageFile, number>> {
  type Write = (sink: ByteSink, options: WriteOptions) => Promise<number>;
  const images: readonly (readonly [ImageFile, Write])[] = [
    ['before.tif', (sink, options) => writeOriginal(source, sink, options)],
    ['after.tif', (sink, options) => productWriters.result(source, result, lineage, sink, options)],
    ['mask.tif', (sink, options) => productWriters.mask(source, result, lineage, sink, options)],
    ['provenance.tif', (sink, options) => productWriters.provenance(source, result, lineage, sink, options)],
  ];
  const lengths: [ImageFile, number][] = [];
  await writeLibraryFile(id, SCRATCH, async (scratch) => {
    for (const [i, [name, write]] of images.entries()) {
      const progress = (done: number, total: number) => onProgress?.(i * total + done, images.length * total);
      const options = { signal, scratch, onProgress: progress };
      lengths.push([name, await writeLibraryFile(id, name, (sink) => write(sink, options))]);
    }
  });
  await removeLibraryFile(id, SCRATCH);
  return Object.fromEntries(lengths) as Record<ImageFile, number>;
}
