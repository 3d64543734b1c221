import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { PipelineError } from '../pipeline/errors.ts';
import { stemOf } from '../pipeline/file-names.ts';
import { writing } from '../pipeline/output/sink.ts';

/** A lock is renewed this often, in milliseconds. */
const RENEWAL = 15_000;
/** One of another machine that was not renewed for this long was left behind, in milliseconds. */
const LEFT_BEHIND = 120_000;

/** Named as the other products of a scene are: those of `x.tif` and `x.tiff` have the same names. */
const lockOf = (output: string) => `${stemOf(output)}.lock`;
const me = () => `${process.pid} ${hostname()}`;

/**
 * Keeps other commands from an output and the working files beside it, until it is given back by what is returned. What a
 * dead process left locked is taken over.
 *
 * @throws PipelineError `output/in-use` while another command makes the same output; `output/denied`, `output/failed`
 */
export async function lockOutput(output: string): Promise<() => void> {
  const path = lockOf(output);
  await writing(() => {
    if (isLeftBehind(path)) rmSync(path, { force: true });
    try {
      writeFileSync(path, me(), { flag: 'wx' });
    } catch (cause) {
      throw (cause as NodeJS.ErrnoException).code === 'EEXIST' ? inUse(output, cause) : cause;
    }
  });
  const renewal = setInterval(() => holdsOutput(output) && renew(path), RENEWAL).unref();
  return () => {
    clearInterval(renewal);
    unlockOutput(output);
  };
}

/** Has this process locked the output? */
export const holdsOutput = (output: string) => read(lockOf(output)) === me();

/** Gives back an output, if this process holds it. */
export function unlockOutput(output: string): void {
  if (holdsOutput(output)) rmSync(lockOf(output), { force: true });
}

function isLeftBehind(path: string): boolean {
  const [pid, host] = read(path)?.split(' ') ?? [];
  // Scenes of one command have outputs of their own: a lock in this process's name is older than the process.
  if (host === hostname()) return Number(pid) === process.pid || !lives(Number(pid));
  const renewed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return Date.now() - renewed > LEFT_BEHIND;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Linux counts the dead among the processes until their parents take note.
    return !/\) [ZX] /.test(read(`/proc/${pid}/stat`) ?? '');
  } catch (cause) {
    // A process of another user may not be asked.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function renew(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Some file systems keep no times.
  }
}

function inUse(output: string, cause: unknown): PipelineError {
  const [pid, host] = read(lockOf(output))?.split(' ') ?? [];
  const who = host ? ` (process ${pid} on ${host})` : '';
  return new PipelineError(
    'output/in-use',
    { text: `Another command${who} is making ${output}.` },
    {
      text: `Wait until it has ended, or choose another output; if no command runs any more, remove ${lockOf(output)}.`,
    },
    { cause },
  );
}
