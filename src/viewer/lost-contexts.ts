import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';

/** A browser that gives a WebGL context back does so within this time, in milliseconds. */
const PATIENCE = 3000;

/**
 * Tells of WebGL contexts under an element that the browser took away and did not give back, as where a page has too many of
 * them; layers whose context comes back draw themselves.
 * @returns ends the watch
 */
export function watchContexts(target: EventTarget, onLost: () => void): () => void {
  const lost = new Set<HTMLCanvasElement>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    // The map itself lets go of contexts that it no longer needs.
    const isMissed = [...lost].some((canvas) => canvas.isConnected && isLost(canvas));
    lost.clear();
    if (isMissed) onLost();
  };
  const note = (event: Event) => {
    lost.add(event.target as HTMLCanvasElement);
    timer ??= setTimeout(look, PATIENCE);
  };
  // The event does not bubble.
  target.addEventListener('webglcontextlost', note, true);
  return () => {
    clearTimeout(timer);
    target.removeEventListener('webglcontextlost', note, true);
  };
}

/** OpenLayers draws with the first version of WebGL. */
const isLost = (canvas: HTMLCanvasElement) => canvas.getContext('webgl')?.isContextLost() === true;

export const contextLost = () =>
  new PipelineError(
    'display/context-lost',
    phrase('The browser took away what the map is drawn with (WebGL).'),
    phrase('Close other maps or tabs, and load this one again.'),
  );
