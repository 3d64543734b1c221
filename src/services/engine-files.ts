import { productName, sceneStem } from '../pipeline/file-names.ts';
import type { Engine } from './engine.ts';
import { freeFiles, pickFile } from './files.ts';
import type { TwoWorkers } from './two-workers.ts';

/** The files that the engine makes of a scene and its result; each is named after the scene. */
export function engineFiles({
  pipeline,
  display,
  told,
  listened,
}: TwoWorkers): Pick<Engine, 'export' | 'exportPicture' | 'exportInto' | 'describe'> {
  const stem = () => sceneStem(told.scene?.name ?? '');
  return {
    async export(product, onEvent, signal) {
      const name = productName(stem(), product);
      const picked = await pickFile(name);
      const blob = await listened(pipeline, (api, job) => api.export(job, product, picked), onEvent, signal);
      return blob && { name, blob };
    },

    async exportPicture(look, onEvent, signal) {
      const name = productName(stem(), 'picture');
      const picked = await pickFile(name);
      const blob = await listened(
        display,
        (api, job) => api.exportPicture(job, look, picked),
        onEvent,
        signal,
      );
      return blob && { name, blob };
    },

    async exportInto(folder, products, { onProgress, onFile }, signal) {
      const names = products.map((product) => productName(stem(), product));
      const places = folder && (await freeFiles(folder, names));
      let written = 0;
      try {
        for (const [i, product] of products.entries()) {
          onProgress(product, 0);
          const blob = await listened(
            pipeline,
            (api, job) => api.export(job, product, places?.[i] ?? null),
            (event) => event.type === 'progress' && onProgress(product, event.done / event.total),
            signal,
          );
          written++;
          if (blob) onFile({ name: names[i], blob });
        }
      } catch (thrown) {
        // The places that were taken for what was not written.
        for (const { name } of places?.slice(written) ?? [])
          await folder?.removeEntry(name).catch(() => undefined);
        throw thrown;
      }
    },

    async describe(request, onEvent, signal) {
      const text = await listened(pipeline, (api, job) => api.describe(job, request), onEvent, signal);
      const type = request.format === 'html' ? 'text/html' : 'application/json';
      const name = `${stem()}-report.${request.format}`;
      return { name, blob: new Blob([text], { type }) };
    },
  };
}
