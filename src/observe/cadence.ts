import type { Clock } from '../model/time.ts';

/** A task that runs again and again, never twice at once. */
export interface Cadence {
  start(): void;
  /** Runs now, or right after the run that is under way. */
  kick(): void;
  stop(): void;
}

/**
 * Runs `task` every `intervalMs`, counted from start to start; a run that takes longer delays the next one
 * and never overlaps it. `task` bounds its own time; what it throws goes to `failed`.
 */
export function createCadence(options: {
  readonly intervalMs: number;
  readonly task: () => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
}): Cadence {
  const { intervalMs, task, failed, clock } = options;
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let kicked = false;
  let stopped = true;

  async function run(): Promise<void> {
    clearTimeout(timer);
    running = true;
    kicked = false;
    const startedAt = clock.monotonic();
    try {
      await task();
    } catch (error) {
      failed(error);
    } finally {
      running = false;
      if (!stopped) {
        const waitMs = kicked ? 0 : Math.max(0, intervalMs - (clock.monotonic() - startedAt));
        timer = setTimeout(() => void run(), waitMs);
      }
    }
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      timer = setTimeout(() => void run(), 0);
    },
    kick() {
      if (stopped) return;
      kicked = true;
      if (!running) {
        clearTimeout(timer);
        timer = setTimeout(() => void run(), 0);
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
