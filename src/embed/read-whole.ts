/** What a server sends, as far as it is no more than `most` bytes; null, and no more is read, if it is more. */
export async function readWhole(response: Response, most: number): Promise<Blob | null> {
  const reader = response.body?.getReader();
  if (!reader) return new Blob();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  // Some servers do not say how much comes.
  let left = most;
  let isMore = Number(response.headers.get('Content-Length')) > most;
  while (!isMore) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces);
    pieces.push(value);
    left -= value.length;
    isMore = left < 0;
  }
  await reader.cancel();
  return null;
}
