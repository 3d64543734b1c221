import { useContext, useEffect, useRef } from 'react';
import { shade } from '../../pipeline/enhance/shade.ts';
import type { SceneDate } from '../../store/dates.ts';
import { TilesContext, useApp } from '../context.ts';

/** Pixels along a side; drawn at half of it, for dense displays. */
const SIDE = 128;

/** A date as the map would show it: the part of it that lies on the scene, in the colours of the scene. */
export function Thumbnail({ date }: { date: SceneDate }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const tiles = useContext(TilesContext);
  const grid = useApp((state) => state.scene?.scene.grid);
  const revision = useApp((state) => state.sceneRevision);
  const isTarget = useApp((state) => state.target === date.id);
  const bands = useApp((state) => state.displayBands);
  const stretch = useApp((state) => state.stretch);
  const gamma = useApp((state) => state.gamma);
  const hidden = date.problem !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision stands for the scene
  useEffect(() => {
    if (tiles === null || grid === undefined || hidden || stretch.length < 3) return;
    const asked = new AbortController();
    const side = Math.max(grid.width, grid.height);
    const window = {
      x: (grid.width - side) / 2,
      y: (grid.height - side) / 2,
      width: side,
      height: side,
    };
    const request = { layer: 'before', window, width: SIDE, height: SIDE, bands } as const;
    tiles
      .displayTile(isTarget ? request : { ...request, date: date.id }, asked.signal)
      .then(({ data, channels }) => {
        const context = canvas.current?.getContext('2d');
        if (asked.signal.aborted || !context) return;
        const picture = new ImageData(SIDE, SIDE);
        for (let i = 0; i < SIDE * SIDE; i++) {
          for (let c = 0; c < 3; c++) {
            picture.data[4 * i + c] = shade(data[i * channels + c], stretch[c], gamma);
          }
          picture.data[4 * i + 3] = 255 * data[i * channels + 3];
        }
        context.putImageData(picture, 0, 0);
      })
      // A picture that cannot be had stays empty: the date itself tells what is wrong with it.
      .catch(() => undefined);
    return () => asked.abort();
  }, [tiles, grid, revision, date, isTarget, bands, stretch, gamma, hidden]);

  return <canvas ref={canvas} width={SIDE} height={SIDE} />;
}
