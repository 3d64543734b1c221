import { MASK_ENTRIES, PROVENANCE_ENTRIES, type Rgb } from '../pipeline/colours.ts';
import type { ClassLayer } from '../pipeline/enhance/comparison.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { t } from '../texts/texts.ts';
import { MASK_WORDS, PROVENANCE_WORDS } from '../viewer/class-words.ts';
import { css } from '../viewer/palette.ts';

export interface ControlOptions {
  /** Layers that there are. */
  readonly layers: readonly ClassLayer[];
  zoomBy(levels: number): void;
  showAll(): void;
  setOverlay(overlay: ClassLayer | null): void;
}

export interface Controls {
  setOverlay(overlay: ClassLayer | null): void;
  dispose(): void;
}

const NAMES: Readonly<Record<ClassLayer, Phrase>> = {
  mask: phrase('Clouds'),
  provenance: phrase('Provenance'),
};
const LABELS: Readonly<Record<ClassLayer, Phrase>> = {
  mask: phrase('Show layer: Clouds'),
  provenance: phrase('Show layer: Provenance'),
};
/** Colours by value, and words by value. */
type Classes = readonly [readonly (readonly [number, Rgb])[], Readonly<Record<number, Phrase>>];
const LEGENDS: Readonly<Record<ClassLayer, Classes>> = {
  mask: [MASK_ENTRIES, MASK_WORDS],
  provenance: [PROVENANCE_ENTRIES, PROVENANCE_WORDS],
};
const NO_CLASSES: Classes = [[], {}];

/** Buttons over the map: zoom, and layers with their legend. */
export function createControls(host: HTMLElement, options: ControlOptions): Controls {
  const box = element('div', 'controls', 'controls');
  const legend = element('ul', 'legend', 'legend');
  const button = (text: string, label: string, onClick: () => void) => {
    const made = element('button', 'control', 'button');
    made.type = 'button';
    made.textContent = text;
    made.ariaLabel = label;
    made.addEventListener('click', onClick);
    return made;
  };
  const layers = new Map(
    options.layers.map((layer) => {
      const toggle = button(t(NAMES[layer]), t(LABELS[layer]), () =>
        options.setOverlay(toggle.ariaPressed === 'true' ? null : layer),
      );
      return [layer, toggle];
    }),
  );
  box.append(
    ...layers.values(),
    button('+', t('Zoom in'), () => options.zoomBy(1)),
    button('\u2212', t('Zoom out'), () => options.zoomBy(-1)),
    button('\u2922', t('Show the whole image'), () => options.showAll()),
  );
  host.append(box, legend);

  return {
    setOverlay(overlay) {
      for (const [layer, toggle] of layers) toggle.ariaPressed = String(layer === overlay);
      legend.hidden = overlay === null;
      const [entries, words] = overlay ? LEGENDS[overlay] : NO_CLASSES;
      legend.replaceChildren(
        ...entries.map(([value, colour]) => {
          const entry = element('li', 'entry');
          const swatch = element('span', 'swatch');
          swatch.style.background = css(colour);
          entry.append(swatch, t(words[value]));
          return entry;
        }),
      );
    },
    dispose() {
      box.remove();
      legend.remove();
    },
  };
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  part?: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  if (part) made.setAttribute('part', part);
  return made;
}

export const controlStyles = `
.controls { position: absolute; right: 10px; bottom: 10px; display: flex; gap: 4px; }
.control { min-width: 34px; min-height: 34px; padding: 0 8px; opacity: 0.94; }
.control[aria-pressed="true"] { background: light-dark(#0f6b66, #5fc2b8); color: light-dark(#fff, #08211f); }
.legend { position: absolute; left: 10px; bottom: 36px; margin: 0; padding: 6px 10px; list-style: none;
  border-radius: 8px; font-size: 12.5px; background: light-dark(#ffffffe6, #19212ae6); }
.entry { display: flex; align-items: center; gap: 6px; }
.swatch { width: 12px; height: 12px; border-radius: 3px; forced-color-adjust: none; }
@media (forced-colors: active) {
  .control[aria-pressed="true"] { forced-color-adjust: none; color: HighlightText; background: Highlight; }
}
`;
