import type { PageFile } from '../page-log.ts';
import type { ScratchSink } from './sink.ts';

/** A file with random access as sink or scratch: in the browser's private file system, or on disk in Node. */
export function fileSink(file: PageFile): ScratchSink {
  return {
    write(bytes, position) {
      for (let done = 0; done < bytes.length; ) {
        const count = file.write(bytes.subarray(done), { at: position + done });
        // Chromium, in private windows, returns its error as an unsigned number where the quota is used up.
        if (count === 0 || count > bytes.length - done) {
          throw Object.assign(new Error('no room'), { name: 'QuotaExceededError' });
        }
        done += count;
      }
    },
    async read(position, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const count = file.read(bytes.subarray(done), { at: position + done });
        if (count === 0 || count > length - done) throw new Error(`the file ends at ${position + done}`);
        done += count;
      }
      return bytes;
    },
  };
}
