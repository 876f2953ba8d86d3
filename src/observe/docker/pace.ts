/** Says when to look at each of several things again: soon after something happened, then ever more seldom. */
export interface Pace {
  /** True for what was never looked at. */
  isDue(key: string, nowMs: number): boolean;
  /** A look begins: the next one waits, each time twice as long while nothing happens. */
  begin(key: string, nowMs: number): void;
  /** Something happened: the next look is due now, and those after it come faster again. */
  touch(key: string, nowMs: number): void;
  /** No look before this time, whatever happens. */
  holdUntil(key: string, untilMs: number): void;
  /** Forgets all keys but these. */
  keepOnly(keys: ReadonlySet<string>): void;
}

interface Turn {
  readonly beganMs: number;
  readonly dueMs: number;
  readonly waitMs: number;
  readonly heldUntilMs: number;
}

/** Makes a pace whose waits begin at `firstMs` and end at `maxMs`; even touched, looks are `gapMs` apart. */
export function createPace(options: {
  readonly gapMs: number;
  readonly firstMs: number;
  readonly maxMs: number;
}): Pace {
  const { gapMs, firstMs, maxMs } = options;
  const turns = new Map<string, Turn>();
  const turnOf = (key: string): Turn =>
    turns.get(key) ?? { beganMs: -Infinity, dueMs: -Infinity, waitMs: firstMs, heldUntilMs: -Infinity };
  return {
    isDue(key, nowMs) {
      const { dueMs, heldUntilMs } = turnOf(key);
      return nowMs >= Math.max(dueMs, heldUntilMs);
    },
    begin(key, nowMs) {
      const turn = turnOf(key);
      const waitMs = Math.min(maxMs, turn.waitMs * 2);
      turns.set(key, { ...turn, beganMs: nowMs, dueMs: nowMs + turn.waitMs, waitMs });
    },
    touch(key, nowMs) {
      const turn = turnOf(key);
      turns.set(key, { ...turn, dueMs: Math.max(nowMs, turn.beganMs + gapMs), waitMs: firstMs });
    },
    holdUntil(key, untilMs) {
      turns.set(key, { ...turnOf(key), heldUntilMs: untilMs });
    },
    keepOnly(keys) {
      for (const key of turns.keys()) if (!keys.has(key)) turns.delete(key);
    },
  };
}
