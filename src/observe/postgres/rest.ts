/** Of the wall time, one part work and this many parts rest, for what can wait. */
export const REST = 19;

/** Waits, at most until `stop` is aborted or `wanted` resolves. */
export function rest(ms: number, wanted: Promise<void> | undefined, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done);
    void wanted?.then(done);
  });
}
