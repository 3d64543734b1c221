import { expect, test } from 'vitest';
import { placeOf } from './place.ts';
import type { Crs, Grid } from './scene.ts';

const grid = (code: string, transform: Grid['transform'], units: Crs['units'] = 'm'): Grid => ({
  width: 100,
  height: 100,
  transform,
  crs: { code, name: code, units },
});

// The expected figures are pyproj's.
test('a point of a geographic scene lies in its UTM zone', () => {
  const place = placeOf(grid('EPSG:4326', [13.4, 0.001, 0, 52.53, 0, -0.001], 'degrees'), 5, 10);
  expect(place?.longitude).toBeCloseTo(13.405, 9);
  expect(place?.latitude).toBeCloseTo(52.52, 9);
  expect(place?.utm).toMatchObject({ zone: 33, south: false });
  expect(place?.utm?.east).toBeCloseTo(391_779.259, 2);
  expect(place?.utm?.north).toBeCloseTo(5_820_072.159, 2);
});

test('a scene in UTM keeps its own zone and coordinates', () => {
  const place = placeOf(grid('EPSG:31985', [288_000, 30, 0, 9_120_000, 0, -30]), 0.5, 0.5);
  expect(place?.utm).toEqual({ zone: 25, south: true, east: 288_015, north: 9_119_985 });
  expect(place?.longitude).toBeCloseTo(-34.9231014, 6);
  expect(place?.latitude).toBeCloseTo(-7.9568033, 6);
});

test('degrees are those from 180 west to 180 east, whatever the file counts from', () => {
  const place = (longitude: number) =>
    placeOf(grid('EPSG:4326', [longitude, 0.001, 0, 30.7, 0, -0.001], 'degrees'), 0, 0);
  expect(place(272.7)?.longitude).toBeCloseTo(-87.3, 9);
  expect(place(272.7)?.utm).toMatchObject({ zone: 16, south: false });
  expect(place(272.7)?.utm?.east).toBeCloseTo(place(-87.3)!.utm!.east, 3);
  expect(place(180.01)?.longitude).toBeCloseTo(-179.99, 9);
  expect(place(180.01)?.utm).toMatchObject({ zone: 1 });
  expect(place(180)?.utm).toMatchObject({ zone: 1 });
});

test('no place is made up', () => {
  expect(placeOf(grid('EPSG:4326', null, 'pixels'), 0, 0)).toBeNull();
  expect(placeOf(grid('LOCAL', [0, 1, 0, 0, 0, -1]), 0, 0)).toBeNull();
  for (const latitude of [89, -81]) {
    expect(placeOf(grid('EPSG:4326', [0, 0.1, 0, latitude, 0, -0.1], 'degrees'), 0, 0)?.utm).toBeNull();
  }
});
