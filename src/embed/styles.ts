/** Styles of the element itself; those of the map come with it. */
export const elementStyles = `
:host {
  display: block; position: relative; overflow: hidden; contain: content;
  aspect-ratio: 3 / 2; min-height: 160px; max-height: 90vh; background: light-dark(#dde2e0, #0b1015);
  color: light-dark(#17212b, #e8edf0); font: 14px/1.5 system-ui, sans-serif;
}
:host([hidden]) { display: none; }
[hidden] { display: none !important; }
.map, img { position: absolute; inset: 0; width: 100%; height: 100%; }
img { object-fit: cover; pointer-events: none; }
:host([shown]) img { display: none; }
.map:focus-visible { outline: 3px solid light-dark(#1f5fd0, #8db8ff); outline-offset: -3px; }
.map:not(:focus-within) .ol-viewport { touch-action: pan-y !important; }
.message { position: absolute; inset: auto 12px 12px; margin: auto; max-width: 34em; width: fit-content;
  padding: 6px 14px; border-radius: 8px; background: light-dark(#fff, #19212a); box-shadow: 0 1px 6px #0003; }
.message:has(button) { inset-block: 0; height: fit-content; max-height: 100%; overflow: auto; max-width: min(34em, 100% - 48px); box-sizing: border-box; padding: 12px 16px; }
.message:empty { display: none; }
.message p { margin: 4px 0 8px; overflow-wrap: anywhere; }
button { font: inherit; min-height: 32px; padding: 2px 12px; border: 1px solid light-dark(#7f8b93, #667583);
  border-radius: 6px; background: light-dark(#fff, #202a34); color: inherit; cursor: pointer; }
button:focus-visible { outline: 3px solid light-dark(#1f5fd0, #8db8ff); }
`;

const sheets = new Map<string, CSSStyleSheet>();

/**
 * Gives a shadow root these styles, once. The sheets are shared by all elements of the page; made by script, they
 * need no permission of its Content-Security-Policy.
 */
export function adopt(root: ShadowRoot, ...texts: readonly string[]): void {
  for (const text of texts) {
    let sheet = sheets.get(text);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      sheets.set(text, sheet);
    }
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  }
}
