/** The one place where a fresh connection may be: one task at a time, what is due before what can wait. */
export interface Slot {
  /** Runs when the slot is free, before everything that can wait. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Runs when nothing else wants the slot; the task gives it back when `wanted` says so. */
  runIdle<T>(task: (lease: Lease) => Promise<T>): Promise<T>;
}

/** What a task that can wait knows of those that cannot. */
export interface Lease {
  readonly wanted: () => boolean;
  /** Resolves when something that is due wants the slot. */
  readonly whenWanted: Promise<void>;
}

export function createSlot(): Slot {
  const due: (() => void)[] = [];
  const idle: (() => void)[] = [];
  let alarm: () => void = () => {};
  let busy = false;

  const next = (): void => {
    const start = due.shift() ?? idle.shift();
    busy = start !== undefined;
    start?.();
  };
  const enter = (queue: (() => void)[]): Promise<void> => {
    if (!busy) {
      busy = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => queue.push(resolve));
  };
  const occupy = async <T>(queue: (() => void)[], task: () => Promise<T>): Promise<T> => {
    await enter(queue);
    try {
      return await task();
    } finally {
      next();
    }
  };

  return {
    run(task) {
      alarm();
      return occupy(due, task);
    },
    runIdle(task) {
      return occupy(idle, () => {
        const whenWanted = new Promise<void>((resolve) => {
          alarm = resolve;
        });
        if (due.length > 0) alarm();
        return task({ wanted: () => due.length > 0, whenWanted });
      });
    },
  };
}
