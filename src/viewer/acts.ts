/** Milliseconds within which several acts are told as one. */
const INTERVAL = 100;
const ACTS = ['pointerdown', 'pointerup', 'pointermove', 'wheel', 'keydown', 'keyup'] as const;

/** Tells of what the user does on the page with keys, wheel and pressed pointers; returns the way to end that. */
export function onActs(tell: (act: Event) => void): () => void {
  const ended = new AbortController();
  let told = Number.NEGATIVE_INFINITY;
  const notice = (event: Event) => {
    if (event.type === 'pointermove' && (event as PointerEvent).buttons === 0) return;
    if (event.timeStamp - told < INTERVAL) return;
    told = event.timeStamp;
    tell(event);
  };
  for (const type of ACTS)
    window.addEventListener(type, notice, { capture: true, passive: true, signal: ended.signal });
  return () => ended.abort();
}
