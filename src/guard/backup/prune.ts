import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verification } from '../../model/backup.ts';
import type { HoldReason } from '../../model/backup-run.ts';
import type { KeepRule } from '../../model/backup-source.ts';
import type { Instant } from '../../model/time.ts';
import type { FoundBackup } from '../../observe/backups/own/layout.ts';
import type { Kept, KeptCluster, KeptDump } from './kept.ts';
import { type KeptItem, planRetention } from './retention.ts';

/** What was deleted, or why nothing was. */
export interface Pruned {
  readonly held: readonly HoldReason[];
  readonly removed: readonly string[];
}

interface PruneOptions {
  readonly keep: KeepRule;
  readonly now: Instant;
  readonly identityDoubted: boolean;
}

/** Deletes what may go of one database. */
export async function pruneDumps(kept: Kept, datname: string, options: PruneOptions): Promise<Pruned> {
  const dumps = kept.dumps.filter(({ manifest }) => manifest.datname === datname);
  return prune(dumps.map(itemOfDump), dumps, kept, options);
}

/** Deletes what may go of globals or physical copies. */
export async function pruneClusters(
  kept: Kept,
  content: 'globals' | 'physical',
  options: PruneOptions,
): Promise<Pruned> {
  const copies = kept.clusters.filter(({ manifest }) => manifest.content === content);
  return prune(copies.map(itemOfCluster), copies, kept, options);
}

async function prune(
  items: readonly KeptItem[],
  backups: readonly (KeptDump | KeptCluster)[],
  kept: Kept,
  options: PruneOptions,
): Promise<Pruned> {
  const plan = planRetention(items, { ...options, hasUnreadable: kept.unreadable.length > 0 });
  for (const id of plan.remove) {
    const backup = backups.find(({ directory, found }) => idOf(directory, found) === id);
    if (backup !== undefined) await remove(backup.directory, backup.found);
  }
  return { held: plan.held, removed: plan.remove };
}

/** The manifest first: what is deleted half-way is no backup any more. */
async function remove(directory: string, { names }: FoundBackup): Promise<void> {
  for (const name of [names.manifest, names.data, names.checksums])
    await rm(join(directory, name), { recursive: true, force: true });
}

const idOf = (directory: string, { names }: FoundBackup): string => join(directory, names.data);

export function itemOfDump({ directory, found, manifest }: KeptDump): KeptItem {
  return {
    id: idOf(directory, found),
    at: manifest.snapshotAt,
    systemIdentifier: manifest.systemIdentifier,
    oid: manifest.oid,
    bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    tables: manifest.tables,
    ...judge(manifest.verified, found),
  };
}

function itemOfCluster({ directory, found, manifest }: KeptCluster): KeptItem {
  return {
    id: idOf(directory, found),
    at: manifest.finishedAt,
    systemIdentifier: manifest.systemIdentifier,
    oid: undefined,
    bytes: manifest.content === 'physical' ? manifest.bytes : undefined,
    tables: [],
    ...judge(manifest.verified, found),
  };
}

/** A proof of another copy says nothing of the files that lie here. */
function judge(
  verified: readonly Verification[],
  { hasData }: FoundBackup,
): Pick<KeptItem, 'isGood' | 'isQuestioned' | 'isRestoreVerified'> {
  const told = verified.filter(({ location, result }) => location === 'local' && result !== 'inconclusive');
  const last = new Map(told.map((one) => [one.level, one]));
  const failures = [...last.values()].filter(({ result }) => result === 'failed');
  return {
    isGood: hasData && last.size > 0 && failures.length === 0,
    isQuestioned: hasData && failures.length > 0 && failures.every(isOfQuestion),
    isRestoreVerified: hasData && last.get('restore')?.result === 'passed',
  };
}

/** The step stands first in the reason of a proof: `sql`, or `sql: DETAIL`. */
const isOfQuestion = ({ level, reason = '' }: Verification): boolean =>
  level === 'restore' && /^sql(:|$)/.test(reason);
