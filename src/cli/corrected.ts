import { PipelineError } from '../pipeline/errors.ts';
import { applyOverrides } from '../pipeline/ingest/open.ts';
import type { SceneOverrides, SceneSource } from '../pipeline/scene.ts';

/**
 * The scene as the user says that it is. Roles are those of the bands that the file stores: its own mask of valid pixels
 * keeps its role and is not among them.
 * @throws PipelineError `scene/roles-mismatch` unless there is a role for every band,
 *   `scene/nodata-out-of-range`
 */
export function corrected(source: SceneSource, overrides: SceneOverrides): SceneSource {
  const { bands, maskBand, name } = source.scene;
  if (Object.keys(overrides).length === 0) return source;
  const { roles } = overrides;
  if (!roles) return applyOverrides(source, overrides);
  const mask = bands.filter(({ index }) => index === maskBand);
  const stored = bands.length - mask.length;
  if (roles.length !== stored) {
    throw new PipelineError(
      'scene/roles-mismatch',
      { text: `--bands names ${roles.length} roles, but ${name} has ${stored} bands.` },
      {
        text: `Name one role per band of the file, in its order${mask.length > 0 ? '; its mask of valid pixels needs none' : ''}.`,
      },
    );
  }
  if (mask.length > 0 && roles.includes('alpha')) {
    throw new PipelineError(
      'scene/roles-mismatch',
      { text: `--bands names a band alpha, but ${name} holds a mask of valid pixels, which counts instead.` },
      { text: 'Call that band quality or other.' },
    );
  }
  return applyOverrides(source, { ...overrides, roles: [...roles, ...mask.map(({ role }) => role)] });
}
