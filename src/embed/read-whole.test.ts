import { expect, it } from 'vitest';
import { readWhole } from './read-whole.ts';

/** An answer of so many pieces of 10 bytes, that does not say how long it is unless told to. */
function answer(pieces: number, headers?: HeadersInit): { response: Response; sent: () => number } {
  let sent = 0;
  const body = new ReadableStream(
    {
      pull(to) {
        if (sent === pieces) to.close();
        else to.enqueue(new Uint8Array(10).fill(++sent));
      },
    },
    { highWaterMark: 0 },
  );
  return { response: new Response(body, { headers }), sent: () => sent };
}

it('what a server sends is read whole up to a limit, whether or not it says how much it is', async () => {
  const blob = await readWhole(answer(3).response, 30);
  expect([...new Uint8Array(await blob!.arrayBuffer())]).toEqual([1, 2, 3].flatMap((n) => Array(10).fill(n)));
  const endless = answer(Number.POSITIVE_INFINITY);
  expect(await readWhole(endless.response, 30)).toBeNull();
  expect(endless.sent()).toBe(4);
  const said = answer(4, { 'Content-Length': '40' });
  expect(await readWhole(said.response, 30)).toBeNull();
  expect(said.sent()).toBe(0);
});
