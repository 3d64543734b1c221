import type { Progress } from '../pipeline/events.ts';
import { duration } from './words.ts';

/** The part of a terminal that the status line needs. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line at the bottom of a terminal that says how far the scenes are; nothing where there is no terminal. */
export interface StatusLine {
  update(scene: number, progress: Progress): void;
  /** The scene is over, one way or the other. */
  end(scene: number): void;
  /** Prints a line of text above. */
  print(text: string): void;
}

/** Time between two drawings of the line, in milliseconds. */
const REDRAW_MS = 100;

/**
 * @param names of the scenes
 * @param quiet draws no line
 */
export function statusLine(names: readonly string[], terminal: Terminal, quiet: boolean): StatusLine {
  const shown = terminal.isTTY === true && !quiet;
  const running = new Map<number, Progress>();
  let ended = 0;
  let drawn = Number.NEGATIVE_INFINITY;

  function draw(): void {
    if (!shown) return;
    drawn = performance.now();
    const counted = names.length > 1 ? [`${ended} of ${names.length} done`] : [];
    const parts = [...running].map(([scene, progress]) => `${names[scene]}: ${progressText(progress)}`);
    const line = [...counted, ...parts].join(' | ').slice(0, (terminal.columns || 80) - 1);
    terminal.write(`\r\x1b[K${line}`);
  }

  return {
    update(scene, progress) {
      const fresh = running.get(scene)?.stage !== progress.stage || progress.done === progress.total;
      running.set(scene, progress);
      if (fresh || performance.now() - drawn >= REDRAW_MS) draw();
    },
    end(scene) {
      running.delete(scene);
      ended++;
      if (shown && running.size === 0) terminal.write('\r\x1b[K');
      else draw();
    },
    print(text) {
      terminal.write(shown ? `\r\x1b[K${text}\n` : `${text}\n`);
      if (running.size > 0) draw();
    },
  };
}

/** `generate 43 %, 1:05 to go` */
export function progressText({ stage, done, total, secondsLeft }: Progress): string {
  const share = total > 0 ? Math.floor((100 * done) / total) : 100;
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} to go`;
  return `${stage} ${share} %${left}`;
}
