import type OlMap from 'ol/Map.js';
import type MapBrowserEvent from 'ol/MapBrowserEvent.js';
import { type MapSpace, toPixel } from './map-space.ts';

/** Which pixel of the scene is looked at: the one under the mouse, one that was tapped, or the middle of the map. */
export interface Pointing {
  /** Looks at the middle of the map, which arrow keys move, instead of what the pointer is over. */
  setCentred(on: boolean): void;
  dispose(): void;
}

interface Ground {
  readonly space: MapSpace;
  readonly width: number;
  readonly height: number;
}

/** A second tap this near to the first, in screen pixels, takes the first back. */
const SAME_TAP = 16;

/** @param onPointer column and row inside of the scene, or null */
export function createPointing(
  map: OlMap,
  target: HTMLElement,
  ground: () => Ground | null,
  onPointer: (pixel: { x: number; y: number } | null) => void,
): Pointing {
  let centred = false;
  /** Where the map was tapped, in screen pixels. */
  let tapped: readonly number[] | null = null;
  const cross = document.createElement('div');
  cross.className = 'crosshair';
  cross.hidden = true;
  target.append(cross);

  const showCross = (at: readonly number[] | null) => {
    cross.hidden = at === null && !centred;
    cross.style.left = at === null ? '' : `${at[0]}px`;
    cross.style.top = at === null ? '' : `${at[1]}px`;
  };
  const pointAt = (coordinate: readonly number[] | undefined) => {
    const at = ground();
    if (at === null || coordinate === undefined) return onPointer(null);
    const [x, y] = toPixel(at.space, coordinate).map(Math.floor);
    onPointer(x >= 0 && y >= 0 && x < at.width && y < at.height ? { x, y } : null);
  };
  const isMouse = ({ pointerType }: PointerEvent) => pointerType !== 'touch';

  const onMove = (event: MapBrowserEvent) => {
    if (centred || event.dragging || !isMouse(event.originalEvent as PointerEvent)) return;
    pointAt(event.coordinate);
  };
  const onTap = (event: MapBrowserEvent) => {
    const pointer = event.originalEvent as PointerEvent;
    if (centred || isMouse(pointer) || target.classList.contains('drawing')) return;
    const { left, top } = target.getBoundingClientRect();
    const at = [pointer.clientX - left, pointer.clientY - top];
    const again = tapped !== null && Math.hypot(at[0] - tapped[0], at[1] - tapped[1]) < SAME_TAP;
    tapped = again ? null : at;
    showCross(tapped);
    pointAt(again ? undefined : event.coordinate);
  };
  const onMoveStart = () => {
    if (tapped === null) return;
    tapped = null;
    showCross(null);
    onPointer(null);
  };
  const onMoveEnd = () => centred && pointAt(map.getView().getCenter());
  const onLeave = (event: PointerEvent) => {
    if (!centred && isMouse(event)) onPointer(null);
  };
  map.on('pointermove', onMove);
  map.on('click', onTap);
  map.on('movestart', onMoveStart);
  map.on('moveend', onMoveEnd);
  target.addEventListener('pointerleave', onLeave);

  return {
    setCentred(on) {
      centred = on;
      tapped = null;
      showCross(null);
      pointAt(on ? map.getView().getCenter() : undefined);
    },
    dispose() {
      cross.remove();
      target.removeEventListener('pointerleave', onLeave);
    },
  };
}
