import { phrase } from '../phrase.ts';
import { corrupt, unsupportedCompression } from './directory.ts';
import type { ImageLayout, JpegCodec } from './layout.ts';
import { toRgb, upsampleChroma } from './ycbcr.ts';

interface Frame {
  readonly width: number;
  readonly height: number;
  /** What the scans call it, and its sampling factors, horizontal and vertical. */
  readonly components: readonly (readonly [h: number, v: number, id: number])[];
}

interface Stream {
  /** The one frame; null if there is none, as in shared tables. */
  readonly frame: Frame | null;
  /** Units of a scan from one restart to the next; 0 for a scan in one piece. */
  readonly restart: number;
}

/**
 * Decodes one strip or tile of JPEG (ITU-T T.81, baseline or progressive, 8 bits) to samples interleaved
 * by pixel, with the decoder of geotiff.js. That decoder believes the frame's size and goes on to further
 * frames, so the stream is checked first. It leaves YCbCr as it is and repeats subsampled chroma: both
 * are brought here to what libjpeg, and so GDAL, makes of them. Inverse transforms round differently from
 * decoder to decoder: bands stored as they are come within 1 count of GDAL's, RGB from YCbCr within 3 (0.2
 * on average), if GDAL uses libjpeg-turbo. (IJG libjpeg 7 and later interpolate chroma otherwise.)
 * @param rows rows that the block holds of the image; the JPEG may hold more, up to a full block
 * @throws PipelineError `file/corrupt`, `file/unsupported-compression`
 */
export async function unpackJpeg(
  packed: Uint8Array<ArrayBuffer>,
  codec: JpegCodec,
  layout: ImageLayout,
  rows: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { blockWidth, blockHeight } = layout;
  const bands = layout.planar ? 1 : layout.bands;
  const tables = codec.tables && inspect(codec.tables, 0);
  if (tables?.frame) throw corrupt(phrase('its JPEG tables hold an image'));
  const { frame } = inspect(packed, tables?.restart ?? 0);
  const fits = frame && frame.width === blockWidth && frame.height >= rows && frame.height <= blockHeight;
  if (!fits || frame.components.length !== bands) {
    const due = `${blockWidth} x ${rows} x ${bands}`;
    if (!frame) throw corrupt(phrase('a JPEG in it is empty where {{due}} is due', { due }));
    const found = `${frame.width} x ${frame.height} x ${frame.components.length}`;
    throw corrupt(phrase('a JPEG in it is {{found}} where {{due}} is due', { found, due }));
  }
  const decoded = await decode(packed, codec, layout);
  if (decoded.length !== frame.width * frame.height * bands)
    throw corrupt(phrase('a JPEG in it is incomplete'));
  if (codec.ycbcr) {
    const [[h, v], ...chroma] = frame.components;
    if (chroma.every(([ch, cv]) => ch === 1 && cv === 1)) {
      upsampleChroma(decoded, frame.width, frame.height, h, v);
    }
    toRgb(decoded);
  }
  return decoded.slice(0, blockWidth * rows * bands);
}

async function decode(packed: Uint8Array<ArrayBuffer>, codec: JpegCodec, layout: ImageLayout) {
  const { getDecoder } = await import('geotiff');
  const parameters = {
    tileWidth: layout.blockWidth,
    tileHeight: layout.blockHeight,
    planarConfiguration: layout.planar ? 2 : 1,
    bitsPerSample: 8,
    predictor: 1,
    JPEGTables: codec.tables ?? undefined,
  };
  try {
    // A decoder of its own for each block: tables that one block redefines must not reach the next.
    const decoder = await getDecoder(layout.compression, parameters);
    return new Uint8Array((await decoder.decode(packed.slice().buffer)) as ArrayBuffer);
  } catch (cause) {
    throw corrupt(phrase('a JPEG in it cannot be decoded'), cause);
  }
}

const START = 0xd8;
const END = 0xd9;
const HUFFMAN_TABLES = 0xc4;
const QUANTISATION_TABLES = 0xdb;
const SCAN = 0xda;
const RESTART_INTERVAL = 0xdd;
const FRAMES_READ = [0xc0, 0xc1, 0xc2];
const FRAMES_KNOWN = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
/** Progressive encoders use about ten; each makes the decoder go through the whole image once more. */
const MAX_SCANS = 64;

/**
 * Walks through the segments of a JPEG and holds each one to its own length, so that the decoder sees no
 * other segments than we do. Scans have to hold all of the image: the decoder leaves what is missing grey.
 * @param restart that of the shared tables
 */
function inspect(stream: Uint8Array, restart: number): Stream {
  let frame: Frame | null = null;
  let scans = 0;
  let interval = restart;
  /** Components of which no scan has told the mean values yet. */
  const missing = new Set<number>();
  if (stream[0] !== 0xff || stream[1] !== START) throw corrupt(phrase('a JPEG in it has no beginning'));
  for (let at = 2; ; ) {
    while (stream[at] === 0xff && stream[at + 1] === 0xff) at++;
    const marker = stream[at] === 0xff ? stream[at + 1] : undefined;
    if (marker === END) break;
    const start = at + 4;
    const end = at + 2 + ((stream[at + 2] << 8) | stream[at + 3]);
    if (marker === undefined || start > stream.length || end < start || end > stream.length) {
      throw corrupt(phrase('a JPEG in it is cut off'));
    }
    const body = stream.subarray(start, end);
    if (FRAMES_READ.includes(marker)) {
      if (frame) throw corrupt(phrase('a JPEG in it holds several images'));
      frame = readFrame(body);
      for (const [, , id] of frame.components) missing.add(id);
    } else if (FRAMES_KNOWN.includes(marker)) {
      throw unsupportedCompression(
        phrase('The file uses a rare kind of JPEG (lossless or arithmetic coding).'),
      );
    } else if (!isSound(marker, body)) {
      throw corrupt(phrase('a segment of a JPEG in it is damaged'));
    }
    at = end;
    if (marker === RESTART_INTERVAL) interval = (body[0] << 8) | body[1];
    if (marker === SCAN) {
      if (!frame || ++scans > MAX_SCANS)
        throw corrupt(phrase('the scans of a JPEG in it are out of all bounds'));
      const ids = Array.from({ length: body[0] }, (_, i) => body[1 + 2 * i]);
      at = endOfScan(stream, at, interval > 0 ? Math.ceil(unitsOf(frame, ids) / interval) - 1 : 0);
      const firstCoefficient = body[1 + 2 * body[0]];
      if (firstCoefficient === 0) for (const id of ids) missing.delete(id);
    }
  }
  if (frame && scans === 0) throw corrupt(phrase('a JPEG in it holds no samples'));
  if (missing.size > 0) throw corrupt(phrase('a JPEG in it is incomplete'));
  return { frame, restart: interval };
}

/** Units that a scan of some components is made of (T.81, A.2): blocks of one, or what several share. */
function unitsOf({ width, height, components }: Frame, ids: readonly number[]): number {
  const most = (of: 0 | 1) => Math.max(...components.map((component) => component[of]));
  const only = ids.length === 1 ? components.find(([, , id]) => id === ids[0]) : undefined;
  const across = (length: number, of: 0 | 1) =>
    only ? Math.ceil(Math.ceil((length * only[of]) / most(of)) / 8) : Math.ceil(length / (8 * most(of)));
  return across(width, 0) * across(height, 1);
}

function readFrame(body: Uint8Array): Frame {
  const count = body[5];
  if (body.length !== 6 + 3 * count) throw corrupt(phrase('the frame of a JPEG in it is damaged'));
  if (body[0] !== 8)
    throw unsupportedCompression(
      phrase('The file uses JPEG of {{bits}} bits; only 8 can be read.', { bits: body[0] }),
    );
  const components = Array.from({ length: count }, (_, i) => {
    const [id, factors] = body.subarray(6 + 3 * i);
    return [factors >> 4, factors & 15, id] as const;
  });
  if (components.some(([h, v]) => h < 1 || h > 4 || v < 1 || v > 4)) {
    throw corrupt(phrase('the sampling of a JPEG in it is impossible'));
  }
  return { height: (body[1] << 8) | body[2], width: (body[3] << 8) | body[4], components };
}

/** Whether a segment other than a frame is one that the decoder reads exactly to its end. */
function isSound(marker: number, body: Uint8Array): boolean {
  let at = 0;
  switch (marker) {
    case QUANTISATION_TABLES:
      while (at < body.length) at += body[at] >> 4 ? 129 : 65;
      return at === body.length;
    case HUFFMAN_TABLES:
      while (at < body.length) {
        at += 17 + body.subarray(at + 1, at + 17).reduce((sum, codes) => sum + codes, 0);
      }
      return at === body.length;
    case RESTART_INTERVAL:
      return body.length === 2;
    case SCAN:
      return body.length === 4 + 2 * body[0];
    default:
      // Application data and comments.
      return (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  }
}

/** The next marker that is neither a stuffed 0xFF nor a restart; of those there have to be so many, in their order. */
function endOfScan(stream: Uint8Array, from: number, restarts: number): number {
  let passed = 0;
  for (let at = stream.indexOf(0xff, from); at >= 0; at = stream.indexOf(0xff, at + 1)) {
    const next = stream[at + 1];
    if (next === 0 || next === 0xff) continue;
    if (next === 0xd0 + (passed % 8) && passed < restarts) passed++;
    else if (passed === restarts) return at;
    else break;
  }
  throw corrupt(phrase('a JPEG in it is cut off'));
}
