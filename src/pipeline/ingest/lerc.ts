import { phrase } from '../phrase.ts';
import { COMPRESSION } from '../tiff/tags.ts';
import { unpackAtMost } from './codecs.ts';
import { corrupt, unsupportedCompression } from './directory.ts';
import { type ImageLayout, type LercCodec, SAMPLE_BYTES } from './layout.ts';
import { isValid, type LercBlob, readLercBlob } from './lerc-blob.ts';

/**
 * Decodes one strip or tile of LERC (Esri's Limited Error Raster Compression, as libtiff stores it) to
 * samples in the machine's order, interleaved by pixel if the layout is, with the decoder of geotiff.js.
 *
 * Pixels that the LERC mask leaves out are NaN in floats. A mask of integers is the alpha band, which
 * libtiff stores so. Bands with masks of their own lie one after the other as images of one sample.
 * @param rows rows that the block holds
 * @throws PipelineError `file/corrupt`, `file/unsupported-compression`
 */
export async function unpackLerc(
  packed: Uint8Array<ArrayBuffer>,
  codec: LercCodec,
  layout: ImageLayout,
  rows: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { blockWidth, sampleType } = layout;
  const bands = layout.planar ? 1 : layout.bands;
  const size = SAMPLE_BYTES[sampleType];
  const pixels = blockWidth * rows;
  // The encoder stores samples as they are where it cannot do better: then headers and masks come on top.
  const most = pixels * bands * size + bands * (1024 + 16 * bands + pixels);
  const stream =
    codec.wrapping === 'none' ? packed : await unpackAtMost(packed, COMPRESSION[codec.wrapping], most);

  const out = new Uint8Array(pixels * bands * size);
  let band = 0;
  let alpha: LercBlob | null = null;
  for (let at = 0; band < bands; ) {
    if (at >= stream.length && band === bands - 1 && alpha) break;
    const rest = stream.subarray(at);
    const blob = readLercBlob(rest, { width: blockWidth, height: rows, depth: bands - band, sampleType });
    const planes = await decode(rest.slice(0, blob.byteLength), blob, layout);
    for (let i = 0; i < blob.depth; i++) {
      interleave(planes.subarray(i * pixels * size), out, band + i, bands, pixels, size);
    }
    if (sampleType.startsWith('float')) setMissing(out, blob, band, bands, sampleType);
    band += blob.depth;
    at += blob.byteLength;
    if (mayHoldAlpha(layout) && blob.depth === bands - 1) alpha = blob;
    else if (!sampleType.startsWith('float') && blob.validPixels < pixels) {
      throw unsupportedCompression(
        phrase('LERC with a mask of {{type}} samples is not supported.', { type: sampleType }),
      );
    }
  }
  if (band < bands && alpha) setAlpha(out, alpha, bands, size);
  return out;
}

/** The samples of one LERC image, band after band; 0 where they are masked out. */
async function decode(bytes: Uint8Array<ArrayBuffer>, blob: LercBlob, layout: ImageLayout) {
  const { sampleType, blockWidth, blockHeight } = layout;
  const count = blob.width * blob.height * blob.depth;
  const length = count * SAMPLE_BYTES[sampleType];
  if (blob.validPixels === 0) return new Uint8Array(length);
  if (blob.min === blob.max) return constant(blob.min, count, sampleType);
  const parameters = {
    tileWidth: blockWidth,
    tileHeight: blockHeight,
    // Band after band: interleaved, the decoder misplaces masked tiles of one value.
    planarConfiguration: 2,
    bitsPerSample: 8 * SAMPLE_BYTES[sampleType],
    predictor: 1,
    // The blocks are unwrapped already.
    LercParameters: [4, 0],
  };
  try {
    const { getDecoder } = await import('geotiff');
    const decoder = await getDecoder(layout.compression, parameters);
    const decoded = new Uint8Array((await decoder.decode(bytes.buffer)) as ArrayBuffer);
    if (decoded.length === length) return decoded;
    // Bytes stored as they are come back as a view of the LERC image, and geotiff.js gives all of that.
    if (decoded.length === bytes.length && length < bytes.length) return decoded.subarray(-length);
    throw new Error(`${decoded.length} bytes instead of ${length}`);
  } catch (cause) {
    throw corrupt(phrase('a LERC image in it cannot be decoded'), cause);
  }
}

function constant(value: number, count: number, type: ImageLayout['sampleType']): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(count * SAMPLE_BYTES[type]);
  if (type === 'float64') new Float64Array(out.buffer).fill(value);
  else if (type === 'float32') new Float32Array(out.buffer).fill(value);
  else if (SAMPLE_BYTES[type] === 4) new Int32Array(out.buffer).fill(value);
  else if (SAMPLE_BYTES[type] === 2) new Int16Array(out.buffer).fill(value);
  else out.fill(value);
  return out;
}

function interleave(
  plane: Uint8Array,
  out: Uint8Array,
  band: number,
  bands: number,
  pixels: number,
  size: number,
): void {
  if (bands === 1) {
    out.set(plane.subarray(0, pixels * size));
    return;
  }
  for (let i = 0; i < pixels; i++) {
    for (let b = 0; b < size; b++) out[(i * bands + band) * size + b] = plane[i * size + b];
  }
}

function setMissing(
  out: Uint8Array<ArrayBuffer>,
  blob: LercBlob,
  firstBand: number,
  bands: number,
  type: ImageLayout['sampleType'],
): void {
  const pixels = blob.width * blob.height;
  if (blob.validPixels === pixels) return;
  const samples = type === 'float32' ? new Float32Array(out.buffer) : new Float64Array(out.buffer);
  for (let i = 0; i < pixels; i++) {
    if (blob.mask && isValid(blob.mask, i)) continue;
    samples.fill(Number.NaN, i * bands + firstBand, i * bands + firstBand + blob.depth);
  }
}

/** libtiff stores an alpha band of zeros and full values as the mask of the other bands. */
function mayHoldAlpha({ planar, bands, sampleType }: ImageLayout): boolean {
  return !planar && bands > 1 && (sampleType === 'uint8' || sampleType === 'uint16');
}

function setAlpha(out: Uint8Array, blob: LercBlob, bands: number, size: number): void {
  const pixels = blob.width * blob.height;
  for (let i = 0; i < pixels; i++) {
    const opaque = blob.mask ? isValid(blob.mask, i) : blob.validPixels > 0;
    if (opaque) out.fill(255, (i * bands + bands - 1) * size, (i * bands + bands) * size);
  }
}
