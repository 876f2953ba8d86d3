import type { DiscoverCredentials } from '../../model/discovery.ts';
import type { ContainerFacts } from '../../model/docker.ts';
import { withDeadline } from '../deadline.ts';
import type { DockerClient } from './client.ts';
import { CallError } from './errors.ts';
import { type Inspected, looksLikePostgres, parseInspection } from './inspection.ts';
import { asObject } from './json.ts';
import { type Scrub, scrubFor } from './scrub.ts';

const PARALLEL = 4;
const POSTGRES_PORT = 5432;

/** Inspects PostgreSQL containers, each once per state, so that a look costs nothing while nothing happens. */
export interface Inspector {
  /** Takes the list; gives it with inspections where they were asked for and came in time. */
  complete(containers: readonly ContainerFacts[]): Promise<readonly ContainerFacts[]>;
  /** Something happened to this container: the next look asks again. */
  touch(id: string): void;
  touchAll(): void;
  /** What hides the secrets of this container; `undefined` while it was not inspected. */
  scrubOf(id: string): Scrub | undefined;
}

/** Makes an inspector that spends at most `timeoutMs` per list; `failed` is told of inspects that were refused. */
export function createInspector(options: {
  readonly client: Pick<DockerClient, 'inspect'>;
  readonly isWatched: (container: ContainerFacts) => boolean;
  readonly timeoutMs: number;
  /** Servers are discovered: every container that listens where PostgreSQL does is inspected. */
  readonly discovery?: DiscoverCredentials | undefined;
  readonly failed: (error: unknown) => void;
}): Inspector {
  const { client, isWatched, timeoutMs, failed, discovery } = options;
  const known = new Map<string, { readonly state: string; readonly inspected: Inspected }>();
  /** Asked and not touched since; an answer from before a touch is not kept. */
  const asked = new Set<string>();

  /** Kept over touches: the environment of a container does not change. */
  const scrubs = new Map<string, Scrub>();

  async function inspect(container: ContainerFacts): Promise<void> {
    asked.add(container.id);
    try {
      const answer = await client.inspect(container.id);
      const inspected = parseInspection(answer, discovery);
      if (inspected && !scrubs.has(container.id)) scrubs.set(container.id, scrubFor(answer));
      if (inspected && asked.has(container.id)) {
        known.set(container.id, { state: container.state, inspected });
      }
    } catch (error) {
      if (!isGone(error)) failed(error);
    } finally {
      asked.delete(container.id);
    }
  }

  async function inspectAll(queue: ContainerFacts[], isOver: () => boolean): Promise<void> {
    const worker = async (): Promise<void> => {
      for (let next = queue.pop(); next && !isOver(); next = queue.pop()) await inspect(next);
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  return {
    async complete(containers) {
      const listed = new Set(containers.map(({ id }) => id));
      for (const id of known.keys()) if (!listed.has(id)) known.delete(id);
      for (const id of scrubs.keys()) if (!listed.has(id)) scrubs.delete(id);
      const wanted = containers.filter(
        (container) =>
          looksLikePostgres(container) ||
          isWatched(container) ||
          (discovery !== undefined && container.exposedPorts.includes(POSTGRES_PORT)),
      );
      const stale = wanted.filter(({ id, state }) => known.get(id)?.state !== state);
      if (stale.length > 0) {
        let over = false;
        const all = inspectAll([...stale], () => over);
        await withDeadline('inspecting containers', timeoutMs, all).catch(failed);
        over = true;
      }
      return containers.map((container) => {
        const entry = known.get(container.id);
        // An inspection of another state than the listed one is no knowledge about this one.
        return entry?.state === container.state ? withInspection(container, entry.inspected) : container;
      });
    },
    touch(id) {
      asked.delete(id);
      known.delete(id);
    },
    touchAll() {
      asked.clear();
      known.clear();
    },
    scrubOf: (id) => scrubs.get(id),
  };
}

function withInspection(container: ContainerFacts, inspected: Inspected): ContainerFacts {
  const networkAliases = [...new Set([...container.networkAliases, ...inspected.networkAliases])];
  return { ...container, networkAliases, inspection: inspected.inspection };
}

/** Removed between the list and the inspect. */
function isGone(error: unknown): boolean {
  return error instanceof CallError && asObject(error.cause)['statusCode'] === 404;
}
