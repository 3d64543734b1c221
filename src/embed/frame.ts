/** The program of embed.html: one element that fills the frame. All of its state is in the address. */

import { startPage, t } from '../texts/texts.ts';
import type { EmbedError, ViewState } from './api.ts';
import { UncloudedSwipe } from './element.ts';
import { fileChooser } from './file-chooser.ts';
import { linkHost, pickState } from './messages.ts';

/** The address follows the user this much later, in milliseconds: browsers limit how often it may change. */
const ADDRESS_DELAY = 400;
const PICTURES = ['poster', 'before', 'after', 'mask', 'provenance'] as const;

customElements.define('unclouded-swipe', UncloudedSwipe);
const query = new URLSearchParams(location.search);
const element = document.createElement('unclouded-swipe');
const state: Record<string, string> = pickState(Object.fromEntries(query));
for (const [name, value] of Object.entries(state)) element.setAttribute(name, value);
const label = query.get('label');
if (label) element.ariaLabel = label;

const host = linkHost(window, query.get('host'), (message) => {
  if (message.type === 'get') host.send({ unclouded: 1, type: 'state', state: element.state });
  else for (const [name, value] of Object.entries(message.state)) element.setAttribute(name, value);
});

let addressTimer: ReturnType<typeof setTimeout> | undefined;
function stateChanged(): void {
  host.send({ unclouded: 1, type: 'state', state: element.state });
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => writeAddress(element.state), ADDRESS_DELAY);
}
element.addEventListener('swipe', stateChanged);
element.addEventListener('change', stateChanged);
element.addEventListener('load', () => host.send({ unclouded: 1, type: 'load' }));
element.addEventListener('error', (event) => {
  if (event instanceof CustomEvent)
    host.send({ unclouded: 1, type: 'error', ...(event.detail as EmbedError) });
});

/** Loading the frame again shows what it showed. */
function writeAddress(now: Partial<ViewState>): void {
  for (const [name, value] of Object.entries(now)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  try {
    history.replaceState(null, '', `?${query}`);
  } catch {
    // Pages from disk keep the address that they have.
  }
}

startPage(location, document.documentElement).then(() => {
  if (location.protocol === 'file:') {
    document.body.append(fileChooser(element));
  } else if (query.get('before') && query.get('after')) {
    for (const name of PICTURES) {
      const address = query.get(name);
      if (address) element.setAttribute(name, address);
    }
  } else {
    const message = document.createElement('p');
    message.setAttribute('role', 'alert');
    message.textContent = t(
      'Nothing to show: the address of this page names no images. It ends in ?before=<GeoTIFF>&after=<GeoTIFF>.',
    );
    document.body.append(message);
    element.hidden = true;
  }
  document.body.append(element);
  host.send({ unclouded: 1, type: 'ready' });
});
