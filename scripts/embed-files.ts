import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { embedBuild } from '../vite.embed.config.ts';

/** Builds the embedded viewer into the finished application's folder `embed`. */
export function embedFiles(): Plugin {
  return {
    name: 'embed-files',
    apply: 'build',
    writeBundle: {
      sequential: true,
      async handler({ dir }) {
        if (!dir) return;
        for (const form of ['element', 'frame'] as const) await build(embedBuild(form, join(dir, 'embed')));
      },
    },
  };
}
