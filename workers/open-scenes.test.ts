import { expect, test } from 'vitest';
import { fixture } from '../src/pipeline/testing/fixtures.ts';
import { openScenes } from './open-scenes.ts';
import { pipelineState } from './pipeline-state.ts';

test('a reference belongs to the scene that was open when it was asked for', async () => {
  const state = pipelineState();
  const scenes = openScenes(state);
  const image = fixture('geographic.tif');
  for (const opening of [1, 2]) await scenes.open(0, image, opening);
  scenes.take(1);
  await scenes.setReference(0, image);
  expect(state.reference?.scene.name).toBe('geographic.tif');
  const late = scenes.setReference(0, image);
  scenes.take(2);
  await late;
  expect(state.reference).toBeNull();
});
