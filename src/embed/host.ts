import type { FrameConnection, FrameMessage, HostMessage } from './api.ts';

/**
 * Talks to an embed.html in an iframe. The frame answers only a host that its address names (`host=https://...`).
 * Messages of other windows and of other origins are not passed on.
 */
export function connectFrame(
  iframe: HTMLIFrameElement,
  onMessage: (message: FrameMessage) => void,
): FrameConnection {
  // Sandboxed without allow-same-origin, the frame has an origin of its own that no message can be addressed to.
  const opaque = iframe.sandbox.length > 0 && !iframe.sandbox.contains('allow-same-origin');
  const origin = opaque ? 'null' : new URL(iframe.src, document.baseURI).origin;
  const end = new AbortController();
  const post = (message: HostMessage) => iframe.contentWindow?.postMessage(message, opaque ? '*' : origin);
  window.addEventListener(
    'message',
    (event: MessageEvent<FrameMessage | null>) => {
      const isOurs = event.source === iframe.contentWindow && event.origin === origin;
      if (isOurs && event.data?.unclouded === 1) onMessage(event.data);
    },
    { signal: end.signal },
  );
  return {
    set: (state) => post({ unclouded: 1, type: 'set', state }),
    get: () => post({ unclouded: 1, type: 'get' }),
    close: () => end.abort(),
  };
}
