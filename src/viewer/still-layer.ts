import WebGLTileLayer from 'ol/layer/WebGLTile.js';
import { PatientMap } from './patient-map.ts';

type FrameState = NonNullable<Parameters<WebGLTileLayer['render']>[0]>;

/**
 * Tiles that stand still: none fades in. OpenLayers draws all layers whenever one has changed, and again and again while
 * a new tile is awaited in the place of an old one; this one is drawn when it has changed itself, or its tiles have come.
 */
export class StillTileLayer extends WebGLTileLayer {
  /** What the canvas shows, once it shows all of it. */
  private drawn: string | null = null;
  private canvas: HTMLElement | null = null;

  override render(frameState: FrameState | null, target: HTMLElement): HTMLElement {
    if (frameState === null) return super.render(frameState, target);
    const { animate, viewState, size, pixelRatio, layerStatesArray, layerIndex } = frameState;
    const { opacity } = layerStatesArray[layerIndex];
    const view = [viewState.center, viewState.resolution, size, pixelRatio];
    const wanted = [view, opacity, this.getRevision()].join();
    if (this.canvas !== null && wanted === this.drawn) return this.canvas;
    const canvas = super.render(frameState, target);
    if (canvas !== this.canvas) canvas?.addEventListener('webglcontextrestored', () => this.changed());
    this.canvas = canvas;
    this.drawn = this.getRenderer()?.renderComplete ? wanted : null;
    frameState.animate = animate;
    const map = this.getMapInternal();
    if (map instanceof PatientMap) map.drawn();
    return canvas;
  }

  /** Layers of one class share a canvas: what another has drawn there is not known. */
  override unrender(): void {
    super.unrender();
    this.drawn = null;
  }
}
