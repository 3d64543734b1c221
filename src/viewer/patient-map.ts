import OlMap from 'ol/Map.js';
import { onActs } from './acts.ts';

/** A drawing is slow whose third frame comes later than this, in milliseconds; at 30 Hz it comes after 100. */
const SLOW_MS = 120;
/** How long after the user's last act a slow drawing begins, and how long after the last drawing and at most, in milliseconds. */
const REST_MS = 150;
const LONGEST_MS = 300;
/** So many quick drawings after a slow one, and the map is taken to draw quickly: a single picture may, where all together do not. */
const QUICK_AFTER = 8;

/**
 * Where drawing the map is slow, it lets the browser answer the user first: drawings wait until the user rests a little, come
 * some time apart, and several become one. A pointer that drags on the map itself is answered by the drawing: that does
 * not wait. Every drawing tells anew whether drawing is slow.
 */
export class PatientMap extends OlMap {
  /** Above 0: slow. */
  private slowness = 0;
  private restsFrom = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly stopWatching = onActs(({ type, target }) => {
    if (type === 'pointermove' && this.getTargetElement()?.contains(target as Node)) return;
    this.restsFrom = performance.now() + REST_MS;
  });

  override render(): void {
    if (!this.slowness) super.render();
    else if (this.waiting === undefined) this.await(performance.now() + LONGEST_MS);
  }

  /** A picture of the map has been drawn in this frame. */
  drawn(): void {
    const begun = performance.now();
    if (!this.getView().getInteracting()) this.restsFrom = Math.max(this.restsFrom, begun + LONGEST_MS);
    afterFrames(3, () => {
      const isSlow = performance.now() - begun > SLOW_MS;
      this.slowness = isSlow ? QUICK_AFTER : Math.max(0, this.slowness - 1);
    });
  }

  private await(latest: number): void {
    const wait = Math.min(this.restsFrom, latest) - performance.now();
    this.waiting = wait > 0 ? setTimeout(() => this.await(latest), wait) : undefined;
    if (this.waiting === undefined) super.render();
  }

  protected override disposeInternal(): void {
    clearTimeout(this.waiting);
    this.stopWatching();
    super.disposeInternal();
  }
}

function afterFrames(count: number, act: () => void): void {
  if (count === 0) act();
  else requestAnimationFrame(() => afterFrames(count - 1, act));
}
