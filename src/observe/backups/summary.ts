import { PROOF_LEVELS, type ProofLevel } from '../../model/backup.ts';
import type { BackupFacts, BackupSeries } from '../../model/backup-view.ts';
import type { Instant } from '../../model/time.ts';
import type { BackupCopy, Listing } from './copy.ts';

/** How many backups before the newest one make up what is usual. */
const USUAL = 7;
/** With fewer than these nothing is usual yet. */
const FEW = 2;

/**
 * All copies of a look by database and place, in the order of their names; then what was seen before in places
 * that it could not look at. Pure.
 */
export function summarise(
  { copies, incomplete, unreadable = 0, unknown = [] }: Listing,
  before: readonly BackupSeries[] = [],
): BackupFacts {
  const groups = new Map<string, [BackupCopy, ...BackupCopy[]]>();
  for (const copy of copies) {
    const key = JSON.stringify([copy.datname, copy.location]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [copy]);
    else group.push(copy);
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const kept = before.filter(({ location }) => unknown.includes(location));
  return { series: [...sorted.map(([, group]) => seriesOf(group)), ...kept], incomplete, unreadable };
}

function seriesOf(group: readonly [BackupCopy, ...BackupCopy[]]): BackupSeries {
  const newestFirst = [...group].sort((a, b) => b.finishedAt - a.finishedAt);
  const [newest = group[0]] = newestFirst;
  const { datname, location, finishedAt, bytes, systemIdentifier, oid } = newest;
  return {
    datname,
    location,
    newest: { finishedAt, bytes, systemIdentifier, oid },
    baselineBytes: usualBytes(newestFirst.slice(1, 1 + USUAL)),
    count: group.length,
    oldestAt: newestFirst.at(-1)?.finishedAt ?? finishedAt,
    verified: verifiedOf(newestFirst),
  };
}

function usualBytes(copies: readonly BackupCopy[]): number | undefined {
  const sizes = copies.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes])).sort((a, b) => a - b);
  return sizes.length < FEW ? undefined : sizes[Math.floor(sizes.length / 2)];
}

function verifiedOf(newestFirst: readonly BackupCopy[]): BackupSeries['verified'] {
  const passed = PROOF_LEVELS.flatMap((level): [ProofLevel, Instant][] => {
    const copy = newestFirst.find((one) => hasPassed(one, level));
    return copy === undefined ? [] : [[level, copy.finishedAt]];
  });
  return Object.fromEntries(passed);
}

/** The last word about the copy in its place counts; one that told nothing is none. */
function hasPassed({ verified, location }: BackupCopy, level: ProofLevel): boolean {
  const here = verified.filter((one) => one.level === level && one.location === location);
  const told = here.filter(({ result }) => result !== 'inconclusive');
  return told.sort((a, b) => b.at - a.at)[0]?.result === 'passed';
}
