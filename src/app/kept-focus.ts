/** Where the keyboard goes on: at the heading of what is shown now. */
const HEIR = '#job-title, main h1, main h2';

/**
 * Keeps the focus from falling to the body when what has it goes away, as buttons do that change what is shown: after a
 * dialog it returns to what had it before, else it goes to the heading.
 */
export function keepFocus(): void {
  /** What had the focus last, and whether the user saw so. */
  let last: Element | null = null;
  let seen = false;
  /** What had it last outside of dialogs. */
  let outside: HTMLElement | null = null;
  document.addEventListener('focusin', ({ target }) => {
    last = target as HTMLElement;
    seen = last.matches(':focus-visible');
    if (!last.closest('dialog')) outside = target as HTMLElement;
  });
  // Who presses elsewhere lets go of it.
  document.addEventListener('pointerdown', () => (last = null), { capture: true });
  const hold = () => {
    if (last === null || last.isConnected || document.activeElement !== document.body) return;
    const heir = outside?.isConnected ? outside : document.querySelector<HTMLElement>(HEIR);
    if (heir === null) return;
    if (heir.tabIndex < 0) heir.tabIndex = -1;
    heir.focus({ preventScroll: !seen });
  };
  new MutationObserver(hold).observe(document.body, { childList: true, subtree: true });
}
