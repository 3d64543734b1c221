import { describe, expect, it } from 'vitest';
import type { FrameMessage, HostMessage } from './api.ts';
import { linkHost, pickState } from './messages.ts';

/** A frame in a page of https://host.example, and what the page gets to hear. */
function frameIn(host: string | null) {
  const heard: { message: FrameMessage; target: string }[] = [];
  const taken: HostMessage[] = [];
  const parent = {
    postMessage: (message: FrameMessage, target: string) => heard.push({ message, target }),
  } as unknown as Window;
  let listener: (event: MessageEvent) => void = () => {};
  const frame = {
    parent,
    addEventListener: (_: string, added: typeof listener) => {
      listener = added;
    },
  } as unknown as Window;
  const link = linkHost(frame, host, (message) => taken.push(message));
  const tell = (data: unknown, origin = 'https://host.example', source: unknown = parent) =>
    listener({ data, origin, source } as MessageEvent);
  return { link, heard, taken, tell };
}

describe('messages between embed.html and its host', () => {
  const set = { unclouded: 1, type: 'set', state: { swipe: '0.1' } };

  it('come from the named origin’s window around the frame, and from nowhere else', () => {
    const { taken, tell } = frameIn('https://host.example/page');
    tell(set);
    tell(set, 'https://evil.example');
    tell(set, 'https://host.example', {});
    tell({ ...set, unclouded: 2 });
    tell(null);
    expect(taken).toEqual([set]);
  });

  it('go to the named origin only', () => {
    const { link, heard } = frameIn('https://host.example');
    link.send({ unclouded: 1, type: 'ready' });
    expect(heard).toEqual([{ message: { unclouded: 1, type: 'ready' }, target: 'https://host.example' }]);
  });

  it.each([null, '*', 'null', 'data:text/html,x'])('are none where the host is %s', (host) => {
    const { link, heard, taken, tell } = frameIn(host);
    link.send({ unclouded: 1, type: 'ready' });
    tell(set);
    expect([heard, taken]).toEqual([[], []]);
  });

  it('change nothing but the state', () => {
    expect(
      pickState({ swipe: '0.1', view: [3], onclick: 'x', before: 'y', __proto__: { gamma: '1' } }),
    ).toEqual({
      swipe: '0.1',
    });
    expect(pickState(null)).toEqual({});
  });

  it('may give numbers as numbers, and take a setting back with null', () => {
    expect(pickState({ swipe: 0.2, gamma: 1, bands: 4, view: null, stretch: undefined })).toEqual({
      swipe: '0.2',
      gamma: '1',
      bands: '4',
      view: '',
    });
  });

  it('are answered where they hold a setting of which nothing can be made; the others count', () => {
    const { heard, taken, tell } = frameIn('https://host.example');
    tell({ ...set, state: { swipe: 0.1, view: [1, 2, 3, 4], gamma: Number.NaN, bands: '1,'.repeat(200) } });
    expect(taken).toEqual([set]);
    const remedy = 'Give text of less than 200 characters, or a number.';
    const error = { unclouded: 1, type: 'error', code: 'embed/bad-setting', remedy };
    expect(heard.map(({ message }) => message)).toEqual([
      { ...error, message: `“${'1,'.repeat(30)}” cannot be used for “bands”.` },
      { ...error, message: '“NaN” cannot be used for “gamma”.' },
      { ...error, message: '“1,2,3,4” cannot be used for “view”.' },
    ]);
  });
});
