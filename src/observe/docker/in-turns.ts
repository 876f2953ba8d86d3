const PARALLEL = 4;

/** Takes items and what to do with each, which bounds its own time; does it for four at a time. */
export async function inTurns<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
