import { describe, expect, it } from 'vitest';
import { editClasses, type MaskOperation, rasterise, reachOf } from './edits.ts';

const ROOM = { x: 0, y: 0, width: 40, height: 30 };

function drawn(operation: MaskOperation, window = ROOM): Uint8Array {
  const out = new Uint8Array(window.width * window.height);
  rasterise(operation, window, (i) => {
    out[i] = 1;
  });
  return out;
}

/** Pixels whose centre fulfils a condition. */
const where = (inside: (x: number, y: number) => boolean) =>
  Uint8Array.from({ length: ROOM.width * ROOM.height }, (_, i) =>
    inside((i % ROOM.width) + 0.5, Math.floor(i / ROOM.width) + 0.5) ? 1 : 0,
  );

const DOT: MaskOperation = { kind: 'stroke', class: 2, radius: 4.2, points: [12.3, 9.1] };
const LINE: MaskOperation = { kind: 'stroke', class: 1, radius: 2.5, points: [5, 20, 30, 20, 30, 8] };
const FRAME: MaskOperation = {
  kind: 'polygon',
  class: 3,
  rings: [
    [4, 3, 36, 3, 36, 27, 4, 27],
    [10, 10, 20, 10, 20, 20, 10, 20],
  ],
};

describe('edits of the mask', () => {
  it('draws a dot as a disc', () => {
    expect(drawn(DOT)).toEqual(where((x, y) => Math.hypot(x - 12.3, y - 9.1) <= 4.2));
  });

  it('draws a stroke as what lies near its line', () => {
    const near = (x: number, y: number) => {
      const across = Math.hypot(x - Math.min(30, Math.max(5, x)), y - 20);
      const down = Math.hypot(x - 30, y - Math.min(20, Math.max(8, y)));
      return Math.min(across, down) <= 2.5;
    };
    expect(drawn(LINE)).toEqual(where(near));
  });

  it('fills polygons with holes, by the centres of pixels', () => {
    expect(drawn(FRAME)).toEqual(
      where((x, y) => x > 4 && x < 36 && y > 3 && y < 27 && !(x > 10 && x < 20 && y > 10 && y < 20)),
    );
  });

  it('fills a slanted polygon as the sides of its edges say', () => {
    const triangle: MaskOperation = { kind: 'polygon', class: 2, rings: [[2, 2, 37, 9, 11, 28]] };
    const side = (ax: number, ay: number, bx: number, by: number, x: number, y: number) =>
      (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0;
    expect(drawn(triangle)).toEqual(
      where((x, y) => side(2, 2, 37, 9, x, y) && side(37, 9, 11, 28, x, y) && side(11, 28, 2, 2, x, y)),
    );
  });

  it.each([DOT, LINE, FRAME])('gives the same in windows of any place and size', (operation) => {
    const whole = drawn(operation);
    for (const window of [
      { x: 0, y: 0, width: 13, height: 11 },
      { x: 13, y: 7, width: 20, height: 16 },
      { x: -5, y: -3, width: 50, height: 40 },
    ]) {
      drawn(operation, window).forEach((value, i) => {
        const x = window.x + (i % window.width);
        const y = window.y + Math.floor(i / window.width);
        const inside = x >= 0 && y >= 0 && x < ROOM.width && y < ROOM.height;
        expect(value).toBe(inside ? whole[y * ROOM.width + x] : 0);
      });
    }
  });

  it('tells a window that holds all of it', () => {
    for (const operation of [DOT, LINE, FRAME]) {
      const { x, y, width, height } = reachOf(operation)!;
      drawn(operation).forEach((value, i) => {
        const [u, v] = [i % ROOM.width, Math.floor(i / ROOM.width)];
        if (value) expect(u >= x && v >= y && u < x + width && v < y + height).toBe(true);
      });
    }
    expect(reachOf({ kind: 'polygon', class: 1, rings: [] })).toBeNull();
  });

  it('applies operations in turn and leaves pixels without data', () => {
    const classes = new Uint8Array(ROOM.width * ROOM.height);
    classes.fill(255, 0, ROOM.width);
    const everywhere: MaskOperation = { kind: 'polygon', class: 2, rings: [[0, 0, 40, 0, 40, 30, 0, 30]] };
    editClasses(classes, ROOM, [everywhere, { ...DOT, class: 0 }]);
    expect(classes.slice(0, ROOM.width).every((value) => value === 255)).toBe(true);
    expect(classes[9 * ROOM.width + 12]).toBe(0);
    expect(classes[25 * ROOM.width + 35]).toBe(2);
  });
});
