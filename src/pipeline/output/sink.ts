/** Where a file is written to: memory, disk, anything that can be written at a position. */
export interface ByteSink {
  /** May be called in any order of positions; pieces never overlap. */
  write(bytes: Uint8Array<ArrayBuffer>, position: number): void | Promise<void>;
}
