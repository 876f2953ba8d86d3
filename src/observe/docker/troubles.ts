import type { ContainerFacts, DockerEvent, DockerView } from '../../model/docker.ts';
import { type Cadence, createCadence } from '../cadence.ts';
import type { DockerClient } from './client.ts';
import { createControlWatch } from './control-watch.ts';
import { createLogWatch } from './log-watch.ts';
import type { Failure } from './reasons.ts';
import type { Scrub } from './scrub.ts';
import type { DockerObserverDeps } from './settings.ts';

/** How often it is asked whether some server is in trouble; costs nothing while none is. */
const ASK_MS = 1000;

/** What is read of containers whose servers are in trouble, and of none else. */
export interface Troubles {
  start(): void;
  /** There is a new list. */
  kick(): void;
  /** Something happened to a container. */
  touch(event: DockerEvent, isWatched: boolean): void;
  /** The engine answers again: what was barred may be open now. */
  retry(): void;
  /** The engine does not answer. */
  lose(failure: Failure, startedMs: number): void;
  /** Tells whether an event is the echo of a look of ours. */
  isEcho(event: DockerEvent): boolean;
  view(): Pick<DockerView, 'controls' | 'logLines'>;
  stop(): void;
}

/** Makes it; it looks beside the lists and events, which never wait for it. */
export function createTroubles(
  options: {
    readonly client: Pick<DockerClient, 'archive' | 'logs'>;
    /** The containers as listed now; `undefined` while they are not. */
    readonly containers: () => readonly ContainerFacts[] | undefined;
    readonly scrubOf: (containerId: string) => Scrub | undefined;
    readonly classify: (error: unknown, what: string) => Failure;
    readonly failed: (error: unknown) => void;
  },
  deps: DockerObserverDeps,
): Troubles {
  const { client, containers, scrubOf, classify, failed } = options;
  const { clock, log, isWatched, needsControl } = deps;
  let stopped = false;
  const controls = createControlWatch({
    client,
    clock,
    log,
    needsControl,
    classify: (error) => classify(error, 'GET /containers/{id}/archive'),
    changed: () => {
      if (!stopped) deps.changed();
    },
  });
  const logs = createLogWatch({
    client,
    clock,
    log,
    isWatched: ({ id, name }) => isWatched({ type: 'container', id, name }),
    inTrouble: needsControl,
    scrubOf,
    classify: (error) => classify(error, 'GET /containers/{id}/logs'),
  });

  const cadenceOf = (look: (listed: readonly ContainerFacts[]) => Promise<void>): Cadence => {
    const task = async (): Promise<void> => {
      const listed = containers();
      if (listed && !stopped) await look(listed);
    };
    return createCadence({ intervalMs: ASK_MS, task, failed, clock });
  };
  const readControls = cadenceOf(controls.look);
  const readLogs = cadenceOf(logs.look);

  return {
    start() {
      readControls.start();
      readLogs.start();
    },
    kick() {
      readControls.kick();
      readLogs.kick();
    },
    touch(event, isOfWatched) {
      controls.touch(event.id);
      if (isOfWatched && logs.touch(event)) readLogs.kick();
    },
    retry() {
      controls.retry();
      logs.retry();
    },
    lose: controls.lose,
    isEcho: controls.isEcho,
    view: () => ({ controls: controls.view(), logLines: logs.view() }),
    stop() {
      stopped = true;
      readControls.stop();
      readLogs.stop();
    },
  };
}
