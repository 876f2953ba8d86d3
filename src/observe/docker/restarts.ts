import type { DockerReason } from '../../model/reason.ts';
import type { Clock, Instant } from '../../model/time.ts';
import type { Replay } from './event-log.ts';

const KEPT = 10;

/** Finds out whether the engine restarted; the daemon's id stays the same, so that only its memory tells. */
export interface Restarts {
  /** The engine does not answer. */
  lost(reason: DockerReason): void;
  /** A stream was opened; its replay follows. */
  opened(): void;
  replayed(replay: Replay): void;
  /** An event that was known comes after all: the replay was late, and nothing restarted. */
  recognised(): void;
  /** Oldest first, the last ten. */
  view(): readonly Instant[];
}

/**
 * Makes an observer of restarts. Only where we talk to the engine's own socket does its absence mean that the engine
 * was away: a socket proxy has an absence of its own.
 */
export function createRestarts(clock: Clock, isOwnSocket: boolean): Restarts {
  let instants: readonly Instant[] = [];
  let wasAway = false;
  let isDoubtful = false;

  return {
    lost(reason) {
      if (isOwnSocket && (reason === 'absent' || reason === 'refused')) wasAway = true;
    },
    opened() {
      isDoubtful = false;
    },
    replayed(replay) {
      const restarted = replay === 'emptied' || (wasAway && replay !== 'continued');
      wasAway = false;
      isDoubtful = restarted;
      if (restarted) instants = [...instants, clock.now()].slice(-KEPT);
    },
    recognised() {
      if (isDoubtful) instants = instants.slice(0, -1);
      isDoubtful = false;
    },
    view: () => instants,
  };
}
