import { blobSink } from '../src/pipeline/output/blob-sink.ts';
import { fileSink } from '../src/pipeline/output/file-sink.ts';
import { type ByteSink, type ScratchSink, writing } from '../src/pipeline/output/sink.ts';

/** Where a file that is being written goes, and room for its parts until then. */
export interface OutputFile {
  readonly sink: ByteSink;
  readonly scratch: ScratchSink;
}

/**
 * Lets `write` fill a file: the one that the user picked, or else one in the browser's private file system, or
 * where there is none, a Blob. A picked file keeps what it held until the new one is complete.
 *
 * @param type media type of a download
 * @returns the file for a download; null if it lies where the user wanted it
 * @throws PipelineError `output/disk-full`, `output/denied`, `output/failed`, and those of `write`.
 */
export async function writeOutputFile(
  picked: FileSystemFileHandle | null,
  write: (output: OutputFile) => Promise<unknown>,
  type = 'image/tiff',
): Promise<Blob | null> {
  await tidyOutputFiles();
  const room = await privateFile();
  const scratch = room ? fileSink(room.file) : blobSink();
  try {
    if (picked) {
      await writePicked(picked, (sink) => write({ sink, scratch }));
      return null;
    }
    return await writeForDownload((sink) => write({ sink, scratch }), type);
  } finally {
    await room?.remove();
  }
}

async function writePicked(
  picked: FileSystemFileHandle,
  write: (sink: ByteSink) => Promise<unknown>,
): Promise<void> {
  const stream = await writing(() => picked.createWritable());
  try {
    await write({ write: (data, position) => stream.write({ type: 'write', position, data }) });
    await writing(() => stream.close());
  } catch (thrown) {
    await stream.abort().catch(() => {});
    throw thrown;
  }
}

async function writeForDownload(write: (sink: ByteSink) => Promise<unknown>, type: string): Promise<Blob> {
  const stored = await privateFile();
  if (!stored) {
    const sink = blobSink(type);
    await write(sink);
    return sink.toBlob();
  }
  try {
    await write(fileSink(stored.file));
    return await writing(async () => (await stored.finish()).slice(0, undefined, type));
  } catch (thrown) {
    await stored.remove();
    throw thrown;
  }
}

const FOLDER = 'exports';
/** The browser copies a download some time after the click; what is older has been copied, or was left by a crash. */
const KEPT_MS = 10 * 60_000;

interface PrivateFile {
  readonly file: FileSystemSyncAccessHandle;
  /** Closes the file and hands it out; it stays for some time. */
  finish(): Promise<Blob>;
  remove(): Promise<void>;
}

/** A new file in the browser's private file system; null where there is none. */
async function privateFile(): Promise<PrivateFile | null> {
  try {
    const folder = await exportsFolder();
    const name = `${crypto.randomUUID()}.tif`;
    const handle = await folder.getFileHandle(name, { create: true });
    const file = await handle.createSyncAccessHandle();
    return {
      file,
      async finish() {
        file.flush();
        file.close();
        return handle.getFile();
      },
      async remove() {
        file.close();
        await folder.removeEntry(name).catch(() => {});
      },
    };
  } catch {
    return null;
  }
}

/** Removes what earlier saves left, once it is no longer needed. */
export async function tidyOutputFiles(): Promise<void> {
  try {
    const folder = await exportsFolder();
    for await (const [name, handle] of folder.entries()) {
      if (!(handle instanceof FileSystemFileHandle)) continue;
      const { lastModified } = await handle.getFile();
      // Files that are being written cannot be removed.
      if (Date.now() - lastModified > KEPT_MS) await folder.removeEntry(name).catch(() => {});
    }
  } catch {
    // No private file system: nothing to tidy.
  }
}

async function exportsFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}
