import type { FrameMessage, HostMessage, ViewState } from './api.ts';

const SETTINGS: readonly (keyof ViewState)[] = ['swipe', 'bands', 'stretch', 'gamma', 'overlay', 'view'];

/** Only known settings, and only text: what a message or an address may change. */
export function pickState(given: unknown): Partial<ViewState> {
  const object = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  return Object.fromEntries(
    SETTINGS.flatMap((name) => {
      const value = Object.hasOwn(object, name) ? object[name] : undefined;
      return typeof value === 'string' && value.length < 200 ? [[name, value]] : [];
    }),
  );
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
  frame.addEventListener('message', (event: MessageEvent<HostMessage | null>) => {
    if (event.source !== frame.parent || event.origin !== origin) return;
    const { data } = event;
    if (data?.unclouded !== 1) return;
    if (data.type === 'set') onMessage({ unclouded: 1, type: 'set', state: pickState(data.state) });
    else if (data.type === 'get') onMessage({ unclouded: 1, type: 'get' });
  });
  return { send: (message) => frame.parent.postMessage(message, origin) };
}
