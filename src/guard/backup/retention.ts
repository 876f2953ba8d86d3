import type { TableContent } from '../../model/backup.ts';
import type { HoldReason } from '../../model/backup-run.ts';
import type { KeepRule } from '../../model/backup-source.ts';
import type { Instant } from '../../model/time.ts';

/** One kept backup, as far as it matters for what is deleted. */
export interface KeptItem {
  readonly id: string;
  /** The moment its data is of. */
  readonly at: Instant;
  readonly systemIdentifier: string;
  /** `undefined`: it is of a whole server. */
  readonly oid: string | undefined;
  /** `undefined`: its size says nothing. */
  readonly bytes: number | undefined;
  readonly tables: readonly TableContent[];
  /** Every check it went through was passed. */
  readonly isGood: boolean;
  /** It was restored and is what was dumped; only a question of the config was not answered with yes. */
  readonly isQuestioned: boolean;
  readonly isRestoreVerified: boolean;
}

/** What happens to the backups of one database. */
export interface RetentionPlan {
  /** Why nothing is deleted; empty: `remove` may go. */
  readonly held: readonly HoldReason[];
  /** Ids; empty while anything holds. */
  readonly remove: readonly string[];
}

/** A smaller one than this part of what was usual is suspicious. */
const HALF = 0.5;
const MEDIAN_OF = 7;
/** Of fewer rows than this, only all of them are a loss. */
const MIN_ROWS = 100;
const DAY_MS = 86_400_000;

/**
 * Decides what may be deleted of the backups of one database, of every identity it ever had. The first good backup of
 * each of the last days, weeks and months stays, as do the newest ones and the newest that was restored. What looks like
 * a loss holds everything: the good copies would be the ones to go.
 */
export function planRetention(
  items: readonly KeptItem[],
  options: {
    readonly keep: KeepRule;
    readonly now: Instant;
    /** What somebody remembers is another cluster than the one that was backed up. */
    readonly identityDoubted: boolean;
    readonly hasUnreadable: boolean;
  },
): RetentionPlan {
  const { keep } = options;
  const sorted = [...items].sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
  const newest = sorted.at(-1);
  if (newest === undefined) return { held: [], remove: [] };
  const same = sorted.filter((item) => hasSameIdentity(item, newest));
  const keeping = kept(same, keep);
  const candidates = same.filter((item) => !keeping.has(item));
  const before = sorted.at(-2);

  const reasons: Record<HoldReason, boolean> = {
    manual: keep.hold,
    clock_moved_back: newest.at > options.now,
    identity_changed: options.identityDoubted || (before !== undefined && !hasSameIdentity(before, newest)),
    newest_not_verified: !newest.isGood,
    size_halved: isHalved(newest, same.slice(0, -1)),
    rows_lost: [before, ...candidates].some((item) => item !== undefined && hasLostRows(item, newest, keep)),
    table_vanished: [before, ...candidates].some(
      (item) => item !== undefined && hasLostTable(item, newest, keep),
    ),
    unreadable_manifest: options.hasUnreadable,
  };
  const held = (Object.keys(reasons) as HoldReason[]).filter((reason) => reasons[reason]);
  return { held, remove: held.length > 0 ? [] : candidates.map(({ id }) => id) };
}

function hasSameIdentity(one: KeptItem, other: KeptItem): boolean {
  return one.systemIdentifier === other.systemIdentifier && one.oid === other.oid;
}

/**
 * What stays, oldest first given. The first of a period is never replaced by a later one. A question may be wrong: what
 * fails at one has periods of its own beside those of the good ones, and takes the place of none.
 */
function kept(sorted: readonly KeptItem[], keep: KeepRule): ReadonlySet<KeptItem> {
  const good = sorted.filter(({ isGood }) => isGood);
  const whole = sorted.filter(({ isGood, isQuestioned }) => isGood || isQuestioned);
  const newest = sorted.at(-1);
  const restored = sorted.filter(({ isRestoreVerified }) => isRestoreVerified).at(-1);
  // Whatever is wrong with the newest ones, fewer never remain.
  const stays = new Set([...firstOfPeriods(good, keep), ...firstOfPeriods(whole, keep)]);
  for (const item of [...good.slice(-keep.atLeast), ...sorted.slice(-keep.atLeast), newest, restored])
    if (item !== undefined) stays.add(item);
  return stays;
}

function firstOfPeriods(sorted: readonly KeptItem[], keep: KeepRule): ReadonlySet<KeptItem> {
  const periods = [
    [keep.daily, (at: Instant) => Math.floor(at / DAY_MS)],
    // Weeks begin on Monday; the epoch was a Thursday.
    [keep.weekly, (at: Instant) => Math.floor((at / DAY_MS + 3) / 7)],
    [keep.monthly, (at: Instant) => new Date(at).toISOString().slice(0, 7)],
  ] as const;
  const stays = new Set<KeptItem>();
  for (const [count, periodOf] of periods) {
    const firsts = new Map<string | number, KeptItem>();
    for (const item of sorted) if (!firsts.has(periodOf(item.at))) firsts.set(periodOf(item.at), item);
    for (const item of count === 0 ? [] : [...firsts.values()].slice(-count)) stays.add(item);
  }
  return stays;
}

function isHalved(newest: KeptItem, others: readonly KeptItem[]): boolean {
  const sizes = others
    .filter(({ isGood }) => isGood)
    .slice(-MEDIAN_OF)
    .flatMap(({ bytes }) => bytes ?? [])
    .sort((one, other) => one - other);
  const median = sizes[Math.floor(sizes.length / 2)];
  return median !== undefined && newest.bytes !== undefined && newest.bytes < HALF * median;
}

/** Tables by name, without those whose rows come and go. */
function watchedTables(item: KeptItem, { ignoreTables }: KeepRule): ReadonlyMap<string, number> {
  return new Map(
    item.tables
      .map(({ schema, name, rows }) => [`${schema}.${name}`, rows] as const)
      .filter(([name]) => !ignoreTables.some((expression) => expression.test(name))),
  );
}

function hasLostRows(before: KeptItem, newest: KeptItem, keep: KeepRule): boolean {
  const now = watchedTables(newest, keep);
  return [...watchedTables(before, keep)].some(([name, rows]) => {
    const left = now.get(name);
    if (left === undefined) return false;
    return rows >= MIN_ROWS ? left < HALF * rows : rows > 0 && left === 0;
  });
}

function hasLostTable(before: KeptItem, newest: KeptItem, keep: KeepRule): boolean {
  const now = watchedTables(newest, keep);
  return [...watchedTables(before, keep).keys()].some((name) => !now.has(name));
}
