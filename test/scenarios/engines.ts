import { type PrivateDocker, startDockerd } from '../kit/docker.ts';

/** The Docker engines of a run: one for all, and one for acts that hit every container. Started when first asked for. */
export interface Engines {
  of(lane: 'shared' | 'lone'): Promise<PrivateDocker>;
  /** Setting a stage is what costs: only a few do that at a time. */
  readonly opening: <T>(run: () => Promise<T>) => Promise<T>;
  stop(): Promise<void>;
}

const OPENING_AT_ONCE = 3;

export function createEngines(): Engines {
  const started = new Map<string, Promise<PrivateDocker>>();
  async function start(): Promise<PrivateDocker> {
    const engine = await startDockerd();
    await engine.postgresImage();
    return engine;
  }
  return {
    opening: createLane(OPENING_AT_ONCE),
    of(lane) {
      const engine = started.get(lane) ?? start();
      started.set(lane, engine);
      return engine;
    },
    async stop() {
      for (const engine of started.values()) await (await engine).stop();
    },
  };
}

/** Lets so many run at a time; the others wait for their turn in order. */
export function createLane(places: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
