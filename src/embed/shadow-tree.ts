import type { EmbedError } from './api.ts';
import { language, t } from './early-texts.ts';
import { adopt, elementStyles } from './styles.ts';

/** What stands in the shadow root of an `<unclouded-swipe>`: the map, the poster in its place, and a message. */
export interface ShadowTree {
  readonly map: HTMLElement;
  /** @param address null: there is no poster. */
  setPoster(address: string | null): void;
  /** @param given By the page, in the page's language; null or empty: the map is named by what it shows. */
  nameMap(given: string | null): void;
  /** Takes the place of what was said before; nothing if empty. */
  say(text: string): void;
  /** Says what is wrong, with a button to try again. */
  sayFault(fault: Pick<EmbedError, 'message' | 'remedy'>, onAgain: () => void): void;
}

export function createShadowTree(host: HTMLElement): ShadowTree {
  const map = create('div', { part: 'map', class: 'map', tabindex: '0', role: 'group' });
  const poster = create('img', { part: 'poster', alt: '', loading: 'lazy', hidden: '' });
  const message = create('div', { part: 'message', class: 'message', role: 'status' });
  const root = host.attachShadow({ mode: 'open' });
  adopt(root, elementStyles);
  root.append(map, poster, message);
  // One finger and the wheel scroll the page, until the map has been chosen by a click, a tap or the keyboard.
  const chosen = () => root.activeElement !== null;
  map.addEventListener('wheel', (event) => !chosen() && !event.ctrlKey && event.stopPropagation(), true);

  const say = (text: string) => {
    message.lang = language;
    message.textContent = text;
  };

  return {
    map,
    setPoster(address) {
      poster.hidden = address === null;
      if (address !== null) poster.src = address;
    },
    nameMap(given) {
      map.ariaLabel = given || t('Map of both images');
      if (given) map.removeAttribute('lang');
      else map.lang = language;
    },
    say,
    sayFault(fault, onAgain) {
      say('');
      const again = create('button', { part: 'button', type: 'button' }, t('Try again'));
      again.addEventListener('click', () => {
        onAgain();
        // The button is gone.
        map.focus({ preventScroll: true });
      });
      message.append(create('strong', {}, fault.message), create('p', {}, fault.remedy), again);
    },
  };
}

function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}
