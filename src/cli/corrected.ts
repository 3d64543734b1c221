import { PipelineError } from '../pipeline/errors.ts';
import { applyOverrides } from '../pipeline/ingest/open.ts';
import { english } from '../pipeline/phrase.ts';
import { bandsLacking } from '../pipeline/preprocess/bands.ts';
import type { SceneOverrides, SceneSource } from '../pipeline/scene.ts';

/**
 * The scene as the user says that it is. Roles are those of the bands that the file stores: its own mask of valid pixels
 * keeps its role and is not among them.
 * @throws PipelineError `scene/roles-mismatch` unless there is a role for every band,
 *   `scene/roles-incomplete` unless the networks can be applied, `scene/nodata-out-of-range`
 */
export function corrected(source: SceneSource, overrides: SceneOverrides): SceneSource {
  const said = asSaid(source, overrides);
  const { scene } = said;
  const lacking = bandsLacking(scene);
  if (lacking === null) return said;
  const { message, standIns, roles } = lacking;
  const stored = roles.filter((_, i) => scene.bands[i].index !== scene.maskBand);
  const remedy = standIns
    ? `Say with --bands which bands are blue, green and red. ${english(standIns)} That is --bands ${stored.join()}.`
    : 'Give a file that holds more bands, or a folder with all single-band files of the scene.';
  throw new PipelineError('scene/roles-incomplete', message, { text: remedy });
}

function asSaid(source: SceneSource, overrides: SceneOverrides): SceneSource {
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
