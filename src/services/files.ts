/** The browser fetches the bytes of a download some time after the click. */
const RELEASE_AFTER_MS = 60_000;

/** Hands a file to the browser's downloads. Works in embedded pages, which have no file picker. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), RELEASE_AFTER_MS);
}
