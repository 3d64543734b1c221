/** How long after the user's last act nothing new is begun, in milliseconds. */
const REST_MS = 300;
/** The longest wait at a time, in milliseconds. */
const LONGEST_MS = 1000;

/** Work that leaves the processor to the drawing of the page while the user acts. */
export interface GivingWay {
  /** The user acts now. */
  asked(): void;
  /** Resolves when the user rests, at the latest after as long a time as the work since the last wait has taken. */
  turn(): Promise<void>;
  /** Work took this long, in milliseconds. */
  worked(milliseconds: number): void;
}

export function givingWay(): GivingWay {
  let restsFrom = 0;
  /** Waiting that the work has earned: so it never takes more than half of the time. */
  let earned = 0;
  return {
    asked() {
      restsFrom = performance.now() + REST_MS;
    },
    async turn() {
      for (;;) {
        const wait = Math.min(restsFrom - performance.now(), earned);
        if (wait <= 0) return;
        earned -= wait;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    },
    worked(milliseconds) {
      earned = Math.min(earned + milliseconds, LONGEST_MS);
    },
  };
}
