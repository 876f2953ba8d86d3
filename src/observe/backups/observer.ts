import type { BackupSource } from '../../model/backup-source.ts';
import type { BackupFacts, BackupReason, BackupView } from '../../model/backup-view.ts';
import { type Latest, latest, type Observation } from '../../model/observation.ts';
import { createCadence } from '../cadence.ts';
import type { Observer, ObserverDeps } from '../observer.ts';
import type { RunCommand } from './command.ts';
import { type Listing, ListingError } from './copy.ts';
import type { BackupDisk } from './disk.ts';
import { createBackupLook } from './looks.ts';
import { type RememberedWork, readWork } from './memory.ts';
import { parsePattern } from './pattern.ts';
import { summarise } from './summary.ts';

export interface BackupDeps extends ObserverDeps {
  /** One for each place: a disk that hangs blinds no other one. */
  readonly backupDisk: (place: string) => BackupDisk;
  readonly runCommand: RunCommand;
  /** Databases that a server has, by its name. */
  readonly datnamesOf: (server: string) => readonly string[];
}

/** Another program is not asked more often than this. */
const DEAR_INTERVAL_MS = 600_000;

/** Looks for the backups of one source, again and again. */
export function createBackupObserver(
  source: BackupSource,
  settings: { readonly intervalMs: number; readonly stateDirectory: string },
  deps: BackupDeps,
): Observer<BackupView> {
  const { clock, log, changed } = deps;
  const ending = new AbortController();
  const disk = deps.backupDisk(placeOf(source));
  const { look, directory, isDear } = createBackupLook(source, {
    disk,
    run: deps.runCommand,
    datnames: () => deps.datnamesOf(source.server),
    signal: ending.signal,
  });
  let backups: Latest<BackupFacts, BackupReason> | undefined;
  let work: RememberedWork = { runs: undefined, tests: undefined };
  let told = '';

  const rounds = createCadence({
    intervalMs: isDear ? Math.max(settings.intervalMs, DEAR_INTERVAL_MS) : settings.intervalMs,
    task: round,
    failed: (error) => log.error({ source: source.name, error: String(error) }, 'cannot look for backups'),
    clock,
  });

  async function round(): Promise<void> {
    const startedMs = clock.monotonic();
    const outcome = await attempt();
    const found = await readWork(source, disk, settings.stateDirectory, clock.now());
    if (ending.signal.aborted) return;
    const monotonicMs = clock.monotonic();
    const when = { at: clock.now(), monotonicMs, tookMs: monotonicMs - startedMs };
    const observation: Observation<BackupFacts, BackupReason> =
      outcome instanceof ListingError
        ? { seen: false, reason: outcome.reason, detail: outcome.message, ...when }
        : { seen: true, facts: summarise(outcome, backups?.lastSeen?.facts.series), ...when };
    work = found;
    backups = latest(backups, observation);
    tell(observation);
    changed();
  }

  async function attempt(): Promise<Listing | ListingError> {
    try {
      return await look();
    } catch (error) {
      if (error instanceof ListingError || ending.signal.aborted)
        return error instanceof ListingError ? error : new ListingError('failed', 'it was ended');
      throw error;
    }
  }

  /** Once for each change, not once for each look. */
  function tell(observation: Observation<BackupFacts, BackupReason>): void {
    const now = observation.seen ? '' : observation.reason;
    if (now === told) return;
    told = now;
    const about = { source: source.name, server: source.server };
    if (observation.seen) log.info(about, 'backups can be read again');
    else
      log.warn(
        { ...about, reason: observation.reason, detail: observation.detail },
        'backups cannot be read',
      );
  }

  return {
    start: rounds.start,
    view: () => ({ directory, backups, ...work }),
    lookAgain: rounds.kick,
    async stop() {
      ending.abort();
      rounds.stop();
    },
  };
}

/** A tool knows where its backups are; only what is remembered of them is read here. */
function placeOf(source: BackupSource): string {
  if (source.kind === 'pgvigil') return source.directory;
  return source.kind === 'files' ? parsePattern(source.path).directory : '';
}
