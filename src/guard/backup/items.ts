import { backupDatabase } from './database.ts';
import { BACKUP_EXIT, BackupAborted, BackupFailure } from './failure.ts';
import { backupGlobals } from './globals.ts';
import type { Published, RunContext } from './job.ts';
import { type Kept, readKept } from './kept.ts';
import type { RunLedger } from './ledger.ts';
import { copyOffsite } from './offsite.ts';
import { failedItem, type ItemOutcome, outcomeOf } from './outcome.ts';
import { backupPhysical } from './physical.ts';
import { pruneClusters, pruneDumps } from './prune.ts';
import { inPhase } from './step.ts';

/** A run without a deadline: each item gets one of its own. */
export type ItemsContext = Omit<RunContext, 'leftMs'>;

/** Dumps, globals, physical copy; then somewhere else; then what may be deleted. In this order, for all of them. */
export async function backupItems(
  base: ItemsContext,
  chosen: readonly string[],
  kept: Kept,
  ledger: RunLedger,
): Promise<readonly ItemOutcome[]> {
  let items: ItemOutcome[] = [];
  for (const datname of chosen) items.push(await dump(base, datname, kept, ledger));
  await ledger.begin(undefined);
  items.push(await whole(base, 'globals', kept, ledger));
  if (base.source.physical) items.push(await whole(base, 'physical', kept, ledger));
  items = await inTurn(items, (item) => sendAway(base, item));
  items = await pruneAll(base, items);
  for (const item of items) if (item.what === 'database') await ledger.end(item);
  await ledger.end(worst(items.filter(({ what }) => what !== 'database')));
  return items;
}

/** What is of the server as a whole is one run: the one that went wrong stands for it. */
function worst(items: readonly ItemOutcome[]): ItemOutcome {
  const item = items.find(({ exit }) => exit !== BACKUP_EXIT.ok) ?? items[0];
  if (item === undefined) throw new Error('unreachable: globals are in every run');
  return { ...item, pruned: items.reduce((sum, { pruned }) => sum + pruned, 0) };
}

async function inTurn(
  items: readonly ItemOutcome[],
  next: (item: ItemOutcome) => Promise<ItemOutcome>,
): Promise<ItemOutcome[]> {
  const done: ItemOutcome[] = [];
  for (const item of items) done.push(await next(item));
  return done;
}

/** Every step has the deadline of the source. */
function withDeadline(base: ItemsContext): RunContext {
  const endsAt = base.clock.monotonic() + base.source.deadlineMs;
  return { ...base, leftMs: () => Math.max(1, endsAt - base.clock.monotonic()) };
}

async function attempt(
  item: ItemOutcome,
  signal: AbortSignal,
  task: () => Promise<Partial<ItemOutcome>>,
): Promise<ItemOutcome> {
  try {
    if (signal.aborted) throw new BackupAborted('told to end');
    return { ...item, ...(await task()) };
  } catch (error) {
    return failedItem(item, signal.aborted ? new BackupAborted('told to end') : error);
  }
}

async function dump(
  base: ItemsContext,
  datname: string,
  kept: Kept,
  ledger: RunLedger,
): Promise<ItemOutcome> {
  await ledger.begin(datname);
  const phasesMs: Record<string, number> = {};
  const item = { ...outcomeOf({ what: 'database', datname }), phasesMs };
  return attempt(item, base.signal, async () => {
    const database = base.facts.databases.find((one) => one.datname === datname);
    if (database === undefined)
      throw new BackupFailure(
        BACKUP_EXIT.unreachable,
        `there is no database "${datname}" on the server: \`pgvigil diagnose\` says why; its backups are kept, and \`pgvigil restore\` brings it back`,
      );
    const published = await backupDatabase(withDeadline(base), database, kept, (phase, ms) => {
      phasesMs[phase] = ms;
    });
    await ledger.committed(datname, published.bytes);
    return { published };
  });
}

async function whole(
  base: ItemsContext,
  what: 'globals' | 'physical',
  kept: Kept,
  ledger: RunLedger,
): Promise<ItemOutcome> {
  const phasesMs: Record<string, number> = {};
  const item = { ...outcomeOf({ what, datname: undefined }), phasesMs };
  return attempt(item, base.signal, async () => {
    const run = withDeadline(base);
    const published = await inPhase(
      run,
      {
        phase: 'dump',
        datname: undefined,
        took: (phase, ms) => {
          phasesMs[phase] = ms;
        },
      },
      () => (what === 'globals' ? backupGlobals(run) : backupPhysical(run, kept)),
    );
    await ledger.committed(undefined, published.bytes);
    return { published };
  });
}

/** What is committed here and could not be copied is good, and its exit code says so. */
async function sendAway(base: ItemsContext, item: ItemOutcome): Promise<ItemOutcome> {
  const { offsite, server } = base.source;
  const { published } = item;
  if (offsite === undefined || published === undefined || item.exit !== BACKUP_EXIT.ok) return item;
  return attempt(item, base.signal, async () => {
    const run = withDeadline(base);
    let tookMs = 0;
    await inPhase(
      run,
      {
        phase: 'offsite',
        datname: item.datname,
        took: (_, ms) => {
          tookMs = ms;
        },
      },
      () =>
        copyOffsite(run, offsite, {
          ...copyOf(published),
          server,
          tags: tagsOf(base, item),
          remotePath: published.directory.slice(base.source.directory.length).replace(/^\/+/, ''),
          privateDirectory: base.files.directory,
        }),
    );
    return { offsite: true, phasesMs: { ...item.phasesMs, offsite: tookMs } };
  });
}

function copyOf({ directory, names }: Published) {
  const { data, checksums, manifest } = names;
  return { directory, names: [data, checksums, manifest], checksums, manifest };
}

function tagsOf({ facts, source }: ItemsContext, { what, datname }: ItemOutcome): readonly string[] {
  // A comma would be two tags.
  const name = datname?.replaceAll(',', '%2C') ?? what;
  return [
    'pgvigil',
    `source=${source.name.replaceAll(',', '%2C')}`,
    `datname=${name}`,
    `cluster=${facts.systemIdentifier}`,
  ];
}

/** Deletes last, and of nothing that did not go well: not even when only the globals did not. */
async function pruneAll(base: ItemsContext, items: readonly ItemOutcome[]): Promise<ItemOutcome[]> {
  const isGood = (item: ItemOutcome | undefined): boolean => item?.exit === BACKUP_EXIT.ok;
  if (!isGood(items.find(({ what }) => what === 'globals'))) return [...items];
  const kept = await readKept(base.source.directory, base.source.server);
  const rule = {
    keep: base.source.keep,
    now: base.clock.now(),
    identityDoubted: base.identityDoubted,
  };
  return inTurn(items, async (item) => {
    if (!isGood(item)) return item;
    return attempt(item, base.signal, async () => {
      let tookMs = 0;
      const { held, removed } = await inPhase(
        withDeadline(base),
        {
          phase: 'prune',
          datname: item.datname,
          took: (_, ms) => {
            tookMs = ms;
          },
        },
        () =>
          item.what === 'globals' || item.what === 'physical'
            ? pruneClusters(kept, item.what, rule)
            : pruneDumps(kept, item.datname ?? '', rule),
      );
      const isVetoed = held.some((reason) => reason !== 'manual');
      return {
        held,
        pruned: removed.length,
        phasesMs: { ...item.phasesMs, prune: tookMs },
        ...(isVetoed && {
          exit: BACKUP_EXIT.held,
          message: `the backup is good; no older one is deleted, for this may be a loss (${held.join(', ')}): look at the database, then move backups away by hand that nobody needs`,
        }),
      };
    });
  });
}
