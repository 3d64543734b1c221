import { expect, test } from 'vitest';
import { modelsFor } from './networks.ts';
import { type BandRole, CANONICAL_BANDS } from './scene.ts';
import { fakeNetworks } from './testing/fake-networks.ts';
import { memorySource } from './testing/memory-source.ts';

const model = (name: string) => ({ name, version: '1', sha256: '' });
const models = { detector: model('detector'), generator: model('any'), generatorSix: model('six') };
const generatorFor = (
  roles: readonly BandRole[],
  shipped: typeof models | Omit<typeof models, 'generatorSix'>,
) => {
  const { scene } = memorySource({ width: 1, height: 1, roles, sample: () => 0 });
  return modelsFor({ ...fakeNetworks(), models: shipped }, scene).generator.name;
};

test('a scene with all six bands has the generator for them, where there is one', () => {
  expect(generatorFor(['coastal', ...CANONICAL_BANDS], models)).toBe('six');
  expect(generatorFor(CANONICAL_BANDS.slice(0, 5), models)).toBe('any');
  const { generatorSix: _, ...light } = models;
  expect(generatorFor(CANONICAL_BANDS, light)).toBe('any');
});
