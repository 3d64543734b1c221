import type OlMap from 'ol/Map.js';
import { afterEach, expect, it, vi } from 'vitest';
import type { Grid } from '../pipeline/scene.ts';
import { type ShownScene, showScene } from './shown-scene.ts';
import { composeSnapshot } from './snapshot.ts';
import type { ViewerOptions } from './viewer.ts';

vi.mock('./layers.ts', () => ({ createSceneLayer: () => ({ layer: {}, dispose: () => {} }) }));
afterEach(() => vi.unstubAllGlobals());

function shown(crs: Grid['crs']): ShownScene {
  const map = { setLayers() {}, addLayer() {}, addControl() {}, setView() {}, getSize: () => [400, 300] };
  const view = { fit() {}, getCenter: () => [0, 0], getResolution: () => 1 };
  const grid: Grid = { width: 100, height: 60, transform: [500_000, 30, 0, 4_000_000, 0, -30], crs };
  return showScene(
    { ...map, getView: () => view } as unknown as OlMap,
    { grid, bands: [0, 1, 2], stretch: Array(3).fill({ low: 0, high: 1 }), gamma: 1 },
    {} as ViewerOptions,
  );
}

vi.mock('ol/control/Attribution.js', () => ({ default: class {} }));

it('whose base map is shown is named while it is shown, and only then', () => {
  const utm = shown({ code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' });
  expect(utm.credit()).toBeNull();
  utm.showBasemap(true);
  expect(utm.credit()).toBe('© OpenStreetMap contributors');
  utm.showBasemap(false);
  expect(utm.credit()).toBeNull();
  const unplaced = shown({ code: 'EPSG:31985', name: 'SIRGAS 2000 / UTM zone 25S', units: 'm' });
  unplaced.showBasemap(true);
  expect(unplaced.credit()).toBeNull();
});

it.each([['© someone'], [null]])('the saved picture bears the line %s', async (credit) => {
  const written: string[] = [];
  const context = { fillRect() {}, drawImage() {}, measureText: () => ({ width: 50 }) };
  const paper = { ...context, fillText: (text: string) => written.push(text) };
  vi.stubGlobal('window', { devicePixelRatio: 2 });
  vi.stubGlobal('getComputedStyle', () => ({ backgroundColor: '#fff' }));
  vi.stubGlobal('document', {
    createElement: () => ({
      getContext: () => paper,
      toBlob: (done: (blob: Blob) => void) => done(new Blob()),
    }),
  });
  const target = {
    getBoundingClientRect: () => ({ width: 400, height: 300 }),
    querySelectorAll: () => [],
    querySelector: () => null,
  };
  await composeSnapshot(target as unknown as HTMLElement, credit);
  expect(written).toEqual(credit === null ? [] : [credit]);
});
