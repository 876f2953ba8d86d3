import { BACKUP_LOCATIONS, type BackupLocation, PROOF_LEVELS, type ProofLevel } from '../model/backup.ts';
import type { BackupSource } from '../model/backup-source.ts';
import type {
  BackupPlaceVerdict,
  BackupSourceVerdict,
  BackupVerdict,
  RestoreTestVerdict,
} from '../model/backup-verdict.ts';
import type { BackupSeries, BackupView } from '../model/backup-view.ts';
import type { Config } from '../model/config.ts';
import type { History, ServerMemory } from '../model/history.ts';
import { isTesting, lastTest, type RestoreTests } from '../model/restore-test.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Instant } from '../model/time.ts';
import { expectedOf } from './backups-expected.ts';
import { withinLimit } from './limits.ts';

/** One verdict for every source of backups, with all databases that it has, or should have, backups of. */
export function diagnoseBackups(
  config: Config,
  history: History,
  snapshot: Snapshot,
): readonly BackupSourceVerdict[] {
  return config.backups.map((source) => {
    const view = snapshot.backups.get(source.name);
    const memory = history.servers.get(source.server);
    const { databases } = config.limits;
    return { ...stateOf(source, view), ...placeOf(view, snapshot), databases: verdictsOf(source, view) };

    function verdictsOf(of: BackupSource, seen: BackupView | undefined): readonly BackupVerdict[] {
      const known = seen?.backups?.lastSeen?.facts.series ?? [];
      const expected = expectedOf(of, { memory, known, now: snapshot.at });
      // A run of the server as a whole is told where no backup of the whole server is expected too.
      const whole = seen?.runs?.some(({ datname }) => datname === undefined) ? [''] : [];
      const names = [...new Set([...expected, ...whole, ...known.map(({ datname }) => datname)])].sort();
      const { kept } = withinLimit(names, databases, (name) => name === '' || expected.has(name));
      return kept.map((datname) =>
        verdictOf(of, datname, { view: seen, memory, isExpected: expected.has(datname), now: snapshot.at }),
      );
    }
  });
}

type State = Pick<
  BackupSourceVerdict,
  'source' | 'server' | 'kind' | 'up' | 'reason' | 'detail' | 'lastReadAt' | 'incomplete' | 'unreadable'
>;

function stateOf({ name, server, kind }: BackupSource, view: BackupView | undefined): State {
  const look = view?.backups?.observation;
  const facts = look?.seen ? look.facts : undefined;
  return {
    source: name,
    server,
    kind,
    up: look?.seen,
    reason: look && !look.seen ? look.reason : undefined,
    detail: look && !look.seen ? look.detail : undefined,
    lastReadAt: view?.backups?.lastSeen?.at,
    incomplete: facts?.incomplete,
    unreadable: facts?.unreadable,
  };
}

function placeOf(
  view: BackupView | undefined,
  { disk }: Snapshot,
): Pick<BackupSourceVerdict, 'directory' | 'mountpoint' | 'availBytes' | 'onMount'> {
  const directory = view?.directory;
  const mountpoint = directory === undefined ? undefined : disk.mountpointOf.get(directory);
  const usage = disk.filesystems.find((one) => one.mountpoint === mountpoint)?.usage?.observation;
  return {
    directory,
    mountpoint,
    availBytes: usage?.seen ? usage.facts.availBytes : undefined,
    onMount: mountpoint === undefined ? undefined : mountpoint !== '/',
  };
}

interface Around {
  readonly view: BackupView | undefined;
  readonly memory: ServerMemory | undefined;
  readonly isExpected: boolean;
  readonly now: Instant;
}

function verdictOf(source: BackupSource, datname: string, around: Around): BackupVerdict {
  const { view, memory, isExpected, now } = around;
  const look = view?.backups?.observation;
  const series = view?.backups?.lastSeen?.facts.series.filter((one) => one.datname === datname) ?? [];
  const run = view?.runs?.find((one) => (one.datname ?? '') === datname);
  const tests = view?.tests?.find((one) => one.datname === datname);
  const places = BACKUP_LOCATIONS.map((location) => {
    const found = series.find((one) => one.location === location);
    const expected = isExpected ? maxAgeOf(source, location) : undefined;
    // Without a physical copy a run of the whole server has sent only roles: no backup of it.
    const isBackup = datname !== '' || isExpected;
    const copiedAt = location === 'offsite' && isBackup ? run?.offsiteAt : undefined;
    return placeVerdict(location, { found, expected, copiedAt, isFresh: look?.seen === true });
  });
  return {
    datname,
    places: places.filter(({ maxAgeMs, newestAt }) => maxAgeMs !== undefined || newestAt !== undefined),
    identityMatch: look?.seen ? identityMatch(series, datname, memory) : undefined,
    verified: verifiedOf(series, tests),
    run,
    test: testOf(source, tests, { isExpected, now }),
  };
}

function placeVerdict(
  location: BackupLocation,
  of: {
    readonly found: BackupSeries | undefined;
    readonly expected: number | undefined;
    /** When its second copy arrived there, as its run says. */
    readonly copiedAt: Instant | undefined;
    /** Sizes and numbers are of now. */
    readonly isFresh: boolean;
  },
): BackupPlaceVerdict {
  const { found, expected, copiedAt, isFresh } = of;
  const now = isFresh ? found : undefined;
  return {
    location,
    maxAgeMs: expected,
    newestAt: found?.newest.finishedAt ?? copiedAt,
    bytes: now?.newest.bytes,
    baselineBytes: now?.baselineBytes,
    count: now?.count,
    oldestAt: now?.oldestAt,
  };
}

/** How old the newest backup may be there; `undefined`: none is expected there. */
function maxAgeOf(source: BackupSource, location: BackupLocation): number | undefined {
  if (location === source.location) return source.maxAgeMs;
  if (location === 'local') return undefined;
  if (source.kind === 'pgvigil') return source.offsite?.maxAgeMs;
  return source.kind === 'pgbackrest' ? source.offsiteRepositories?.maxAgeMs : undefined;
}

function restoreTestMaxAge(source: BackupSource): number | undefined {
  return source.kind === 'pgvigil' || source.kind === 'files' ? source.restoreTest?.maxAgeMs : undefined;
}

/** The newest one of all places against what is on record; `undefined` where either does not say. */
function identityMatch(
  series: readonly BackupSeries[],
  datname: string,
  memory: ServerMemory | undefined,
): boolean | undefined {
  const newest = series
    .map((one) => one.newest)
    .filter(({ systemIdentifier }) => systemIdentifier !== undefined)
    .sort((a, b) => b.finishedAt - a.finishedAt)[0];
  const pinned = memory?.pin?.systemIdentifier;
  if (newest === undefined || pinned === undefined) return undefined;
  if (newest.systemIdentifier !== pinned) return false;
  const pin = memory?.databases.get(datname)?.pin;
  const isComparable = newest.oid !== undefined && pin?.systemIdentifier === pinned;
  return !isComparable || String(pin.oid) === newest.oid;
}

function verifiedOf(
  series: readonly BackupSeries[],
  tests: RestoreTests | undefined,
): BackupVerdict['verified'] {
  const restored = Object.values(tests?.passed ?? {}).map(({ dataAt }) => dataAt);
  const found = PROOF_LEVELS.flatMap((level): [ProofLevel, Instant][] => {
    const times = series.flatMap(({ verified }) => verified[level] ?? []);
    const all = level === 'restore' ? [...times, ...restored] : times;
    return all.length === 0 ? [] : [[level, Math.max(...all)]];
  });
  return Object.fromEntries(found);
}

function testOf(
  source: BackupSource,
  tests: RestoreTests | undefined,
  { isExpected, now }: { readonly isExpected: boolean; readonly now: Instant },
): RestoreTestVerdict {
  // Where no copy goes any more, none is tried again: how the last one went says nothing now.
  const places = BACKUP_LOCATIONS.filter(
    (location) => location === 'local' || maxAgeOf(source, location) !== undefined,
  );
  const passed = Object.entries(tests?.passed ?? {}).map(([location, one]) => [location, one.finishedAt]);
  return {
    maxAgeMs: isExpected ? restoreTestMaxAge(source) : undefined,
    running: tests !== undefined && isTesting(tests, now),
    last: tests && lastTest(tests, now, places),
    passedAt: Object.fromEntries(passed),
  };
}
