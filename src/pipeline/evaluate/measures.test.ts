import { expect, it } from 'vitest';
import { type BandRole, DISPLAY_SCALE } from '../scene.ts';
import { memorySource } from '../testing/memory-source.ts';
import { errorBars, figure, measuringOf, scoredRegions } from './measures.ts';

const scene = (scale: number, offset = 0, roles: readonly BandRole[] = ['blue', 'green', 'red']) =>
  memorySource({ width: 1, height: 1, roles, scale, offset, sample: () => 0 }).scene;
const score = {
  ...{ pixels: 9, psnr: 30, ssim: 0.9, mae: 0.02, rmse: 0.04, sam: 2, ndvi: null, coverage: null },
};

it('errors of measured light are told in reflectance', () => {
  for (const measured of [scene(1e-4), scene(1 / 254), scene(DISPLAY_SCALE, -0.1)]) {
    const { measures } = measuringOf(measured);
    expect(measures.map((measure) => figure(measure, score))).toEqual([
      ...['30.0', '0.90', '0.020', '0.040', '2.0', '–'],
    ]);
  }
});

it('errors of display values are told in these: what light they stand for is not known', () => {
  const measuring = measuringOf(scene(DISPLAY_SCALE));
  expect(measuring.measures.map((measure) => figure(measure, score))).toEqual([
    ...['30.0', '0.90', '5.1', '10.2', '2.0', '–'],
  ]);
  for (const { title } of measuring.measures) expect(title.text).not.toContain('reflectance');
  const { end, bars } = errorBars(scoredRegions({ thick: score }, { thick: score }), measuring);
  expect([end, bars[0].after]).toEqual([10, expect.closeTo(0.51, 10)]);
});
