import type { ContainerFacts, DockerEvent, DockerView, LogLine } from '../../model/docker.ts';
import type { Log } from '../../model/log.ts';
import type { Clock } from '../../model/time.ts';
import type { DockerClient } from './client.ts';
import { inTurns } from './in-turns.ts';
import { createLogFrames } from './log-frames.ts';
import { keepTelling, sinceOf, type Telling, tellingOf } from './log-lines.ts';
import { createPace } from './pace.ts';
import type { Failure } from './reasons.ts';
import type { Scrub } from './scrub.ts';

const TAIL_LINES = 200;
/** Read at most; nothing of it is kept but what is recognised. */
const MAX_LOG_BYTES = 262_144;
/** Lines come in bursts: a start is read after 0, 2, 6, 14, 30 s, trouble then once a minute. */
const PACE = { gapMs: 500, firstMs: 2000, maxMs: 60_000 };
/** How long after an event its consequences are still being written. */
const AFTERMATH_MS = 30_000;
const BARRED_MS = 600_000;
const MAX_CONTAINERS = 100;
const TELLING_ACTIONS: ReadonlySet<string> = new Set(['start', 'restart', 'die', 'oom']);

/** Reads what the logs of watched containers say about the loss of data. */
export interface LogWatch {
  /** Looks where a look is due; resolves when all looks ended. */
  look(containers: readonly ContainerFacts[]): Promise<void>;
  /** Takes an event of a watched container; gives whether its log should be read now. */
  touch(event: DockerEvent): boolean;
  /** The way to the engine is another one: what was barred may be open now. */
  retry(): void;
  view(): DockerView['logLines'];
}

/** Makes a watch that reads logs of what `isWatched`, after events and while `inTrouble`, and forgets the others. */
export function createLogWatch(options: {
  readonly client: Pick<DockerClient, 'logs'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly isWatched: (container: { readonly id: string; readonly name: string }) => boolean;
  readonly inTrouble: (containerName: string) => boolean;
  readonly scrubOf: (containerId: string) => Scrub | undefined;
  readonly classify: (error: unknown) => Failure;
}): LogWatch {
  const { client, clock, log, isWatched, inTrouble, scrubOf, classify } = options;
  const pace = createPace(PACE);
  /** By container id: until when lines of an event are expected. */
  const expectedUntilMs = new Map<string, number>();
  /** By container id: the last line that was read, recognised or not. */
  const lastStamps = new Map<string, string>();
  /** By name: a container that is made anew continues the story. */
  const kept = new Map<string, { readonly id: string; readonly lines: readonly Telling[] }>();
  let view: DockerView['logLines'] = new Map();
  let barredUntilMs = Number.NEGATIVE_INFINITY;
  let told = false;

  async function read(id: string, scrub: Scrub): Promise<readonly Telling[]> {
    const frames = createLogFrames();
    const lines: Telling[] = [];
    const before = lastStamps.get(id);
    let leftBytes = MAX_LOG_BYTES;
    const query = { tail: TAIL_LINES, since: before === undefined ? undefined : sinceOf(before) };
    await client.logs(id, query, (chunk) => {
      leftBytes -= chunk.length;
      for (const line of frames.push(chunk)) {
        const stamp = line.slice(0, line.indexOf(' '));
        if (stamp > (lastStamps.get(id) ?? '')) lastStamps.set(id, stamp);
        const telling = tellingOf(line, scrub);
        if (telling) lines.push(telling);
      }
      return leftBytes > 0 ? 'more' : 'enough';
    });
    return lines;
  }

  async function lookAt({ id, name }: ContainerFacts): Promise<void> {
    const scrub = scrubOf(id);
    // Without an inspection its secrets are not known, and nothing of its log is shown.
    if (!scrub || clock.monotonic() < barredUntilMs) return;
    pace.begin(id, clock.monotonic());
    try {
      const lines = await read(id, scrub);
      kept.set(name, { id, lines: keepTelling(kept.get(name)?.lines ?? [], lines) });
      told = false;
    } catch (error) {
      const failure = classify(error);
      log.debug(failure, 'cannot read the log of a container');
      if (failure.reason !== 'forbidden') return;
      barredUntilMs = clock.monotonic() + BARRED_MS;
      if (told) return;
      told = true;
      log.info(failure, 'the logs of containers are no evidence');
    }
  }

  function isWanted({ id, name, inspection }: ContainerFacts): boolean {
    if (inspection?.logDriver === 'none' || !isWatched({ id, name })) return false;
    return inTrouble(name) || clock.monotonic() < (expectedUntilMs.get(id) ?? 0);
  }

  function forget(listed: ReadonlySet<string>): void {
    for (const known of [expectedUntilMs, lastStamps]) {
      for (const id of known.keys()) if (!listed.has(id)) known.delete(id);
    }
    for (const [name, { id }] of kept) if (!isWatched({ id, name })) kept.delete(name);
    for (const name of kept.keys()) {
      if (kept.size <= MAX_CONTAINERS) break;
      kept.delete(name);
    }
  }

  return {
    async look(containers) {
      const listed = new Set(containers.map(({ id }) => id));
      pace.keepOnly(listed);
      const due = containers.filter(
        (container) => isWanted(container) && pace.isDue(container.id, clock.monotonic()),
      );
      if (due.length > 0) await inTurns(due, lookAt);
      forget(listed);
      const lines = [...kept].map(([name, one]) => [name, one.lines.map(lineOf)] as const);
      view = new Map(lines.filter(([, some]) => some.length > 0));
    },
    touch({ id, action }) {
      if (!TELLING_ACTIONS.has(action)) return false;
      expectedUntilMs.set(id, clock.monotonic() + AFTERMATH_MS);
      pace.touch(id, clock.monotonic());
      return true;
    },
    retry() {
      barredUntilMs = Number.NEGATIVE_INFINITY;
    },
    view: () => view,
  };
}

function lineOf({ at, text }: Telling): LogLine {
  return { at, text };
}
