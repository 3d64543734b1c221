import { expect, test } from 'vitest';
import { toPipelineError } from '../pipeline/errors.ts';
import type { BandRole, SceneSource } from '../pipeline/scene.ts';
import { memorySource } from '../pipeline/testing/memory-source.ts';
import { corrected } from './corrected.ts';
import { errorText, forTerminal } from './words.ts';

const source = (roles: readonly BandRole[], maskBand: number | null): SceneSource => {
  const memory = memorySource({ width: 4, height: 4, roles, sample: () => 1 });
  return { ...memory, scene: { ...memory.scene, maskBand } };
};
const rolesOf = ({ scene }: SceneSource) => scene.bands.map(({ role }) => role);

test('the mask inside a file is no band to name', () => {
  const masked = source(['other', 'other', 'other', 'alpha'], 3);
  const named = corrected(masked, { roles: ['red', 'green', 'blue'] });
  expect(rolesOf(named)).toEqual(['red', 'green', 'blue', 'alpha']);
  expect(named.scene.maskBand).toBe(3);
  expect(() => corrected(masked, { roles: ['red', 'green', 'blue', 'nir'] })).toThrow(
    expect.objectContaining({
      code: 'scene/roles-mismatch',
      message: expect.stringContaining('names 4 roles, but synthetic has 3 bands'),
      remedy: expect.stringContaining('its mask of valid pixels needs none'),
    }),
  );
  expect(() => corrected(masked, { roles: ['red', 'green', 'alpha'] })).toThrow(/which counts instead/);
});

test('an alpha band is one of the bands', () => {
  const alpha = source(['other', 'other', 'other', 'alpha'], null);
  expect(rolesOf(corrected(alpha, { roles: ['red', 'green', 'blue', 'alpha'] }))).toEqual([
    'red',
    'green',
    'blue',
    'alpha',
  ]);
  expect(() => corrected(alpha, { roles: ['red', 'green', 'blue'] })).toThrow(/has 4 bands/);
});

test('nothing said is nothing changed', () => {
  const as = source(['red', 'green', 'blue'], null);
  expect(corrected(as, {})).toBe(as);
});

test('without blue the option is named that lets other bands stand in; with two bands there is none', () => {
  const told = (roles: readonly BandRole[], maskBand: number | null = null) => {
    try {
      return corrected(source(roles, maskBand), {});
    } catch (thrown) {
      return errorText(forTerminal(toPipelineError(thrown).toReport()));
    }
  };
  const infrared = told(['nir', 'red', 'green', 'alpha'], 3);
  expect(infrared).toMatch(/^error scene\/roles-incomplete: No band is known to be blue:/);
  expect(infrared).toMatch(/here 3 as blue, 2 as green and 1 as red: .* --bands red,green,blue\.$/);
  expect(told(['green', 'red', 'rededge1', 'nir'])).toContain('--bands blue,green,rededge1,red.');
  expect(told(['red', 'nir', 'alpha'])).toMatch(/has 2 bands of light: .*\n {2}(?!.*--bands)/);
});

test('what can be done about it is told as exactly as what is wrong', () => {
  const masked = source(['other', 'other', 'other', 'alpha'], 3);
  const told = (roles: readonly BandRole[]) => {
    try {
      return corrected(masked, { roles });
    } catch (thrown) {
      return errorText(forTerminal(toPipelineError(thrown).toReport()));
    }
  };
  expect(told(['red'])).toContain('\n  Name one role per band of the file');
  expect(told(['red', 'green', 'alpha'])).toContain('\n  Call that band quality or other.');
});
