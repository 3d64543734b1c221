import { phrase } from '../pipeline/phrase.ts';
import { t } from '../texts/texts.ts';
import type { FrameMessage, HostMessage, ViewState } from './api.ts';
import { SETTINGS } from './setting-names.ts';
import { badSetting } from './settings.ts';

/** Only known settings, as text: what a message or an address may change. A number is taken as text, null as nothing. */
export function pickState(given: unknown): Partial<ViewState> {
  return Object.fromEntries(
    settingsIn(given).flatMap(([name, value]) => {
      const text = textOf(value);
      return text === null ? [] : [[name, text]];
    }),
  );
}

/** The known settings of a message, whatever they are. */
function settingsIn(given: unknown): [keyof ViewState, unknown][] {
  const object = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  return SETTINGS.flatMap((name) =>
    Object.hasOwn(object, name) && object[name] !== undefined ? [[name, object[name]]] : [],
  );
}

const LONGEST = 200;

/** A setting as text; null if it is none. */
function textOf(value: unknown): string | null {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return typeof value === 'string' && value.length < LONGEST ? value : null;
}

function refusal(name: keyof ViewState, value: unknown): FrameMessage {
  const { code, message, remedy } = badSetting(
    name,
    String(value),
    phrase('Give text of less than {{length}} characters, or a number.', { length: LONGEST }),
  ).toReport();
  return { unclouded: 1, type: 'error', code, message: t(message), remedy: t(remedy) };
}

/** The frame's end of the protocol, version 1. */
export interface HostLink {
  send(message: FrameMessage): void;
}

/**
 * Listens to the window around a frame, if its origin is the one that the frame's address names; without a name
 * (`host` null), nothing is sent and nothing heard.
 */
export function linkHost(
  frame: Pick<Window, 'parent' | 'addEventListener'>,
  host: string | null,
  onMessage: (message: HostMessage) => void,
): HostLink {
  const origin = host !== null && URL.canParse(host) ? new URL(host).origin : null;
  if (origin === null || origin === 'null') return { send: () => {} };
  const send: HostLink['send'] = (message) => frame.parent.postMessage(message, origin);
  frame.addEventListener('message', (event: MessageEvent<HostMessage | null>) => {
    if (event.source !== frame.parent || event.origin !== origin) return;
    const { data } = event;
    if (data?.unclouded !== 1) return;
    if (data.type === 'set') {
      onMessage({ unclouded: 1, type: 'set', state: pickState(data.state) });
      for (const [name, value] of settingsIn(data.state))
        if (textOf(value) === null) send(refusal(name, value));
    } else if (data.type === 'get') onMessage({ unclouded: 1, type: 'get' });
  });
  return { send };
}
