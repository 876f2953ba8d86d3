import type { EngineFacts } from '../../model/docker.ts';
import type { Clock } from '../../model/time.ts';
import type { DockerClient } from './client.ts';
import { parseEngine, pinApiVersion } from './engine.ts';

/** What the engine says about itself changes with its restart at most. */
const FACTS_AGE_MS = 60_000;

/** One beat: whether the engine answers, and what it is. Throws what the calls throw. */
export interface Pulse {
  /** Resolves once `/_ping` was answered and the API version is pinned. */
  ping(): Promise<void>;
  /** Gives what the engine is: asked anew after `forget`, and once a minute. */
  facts(): Promise<EngineFacts>;
  forget(): void;
}

/** Makes the pulse of one engine. */
export function createPulse(client: DockerClient, clock: Clock): Pulse {
  let known: { readonly facts: EngineFacts; readonly atMs: number } | undefined;
  return {
    async ping() {
      client.pin(pinApiVersion(await client.ping()));
    },
    async facts() {
      if (known && clock.monotonic() - known.atMs < FACTS_AGE_MS) return known.facts;
      const [version, info] = await Promise.all([client.version(), client.info()]);
      const facts = parseEngine(version, info);
      known = { facts, atMs: clock.monotonic() };
      return facts;
    },
    forget() {
      known = undefined;
    },
  };
}
