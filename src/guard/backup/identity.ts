import type { ServerConfig } from '../../model/config.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';
import type { Kept } from './kept.ts';
import type { ServerFacts } from './server.ts';

/** Somebody who remembers which cluster this is. */
export interface Remembered {
  /** For people: `the record /x`. */
  readonly from: string;
  readonly systemIdentifier: string;
}

/** Throws where the configuration says which cluster this must be, and it is another one. */
export function checkPin({ systemIdentifier }: ServerFacts, server: ServerConfig): void {
  const pinned = server.identity.systemIdentifier;
  if (pinned !== undefined && pinned !== systemIdentifier)
    throw new BackupFailure(
      BACKUP_EXIT.identity,
      `this is the cluster ${systemIdentifier}, and the configuration says that it must be ${pinned}: \`pgvigil diagnose\` says what happened; nothing was dumped, and nothing deleted`,
    );
}

/** Who remembers another cluster than the one that is there. */
export function doubts(
  facts: ServerFacts,
  kept: Kept,
  remembered: readonly Remembered[],
): readonly Remembered[] {
  const newest = [...kept.dumps]
    .sort((one, other) => one.manifest.snapshotAt - other.manifest.snapshotAt)
    .at(-1);
  const all = [
    ...(newest ? [{ from: 'the newest backup', systemIdentifier: newest.manifest.systemIdentifier }] : []),
    ...remembered,
  ];
  return all.filter(({ systemIdentifier }) => systemIdentifier !== facts.systemIdentifier);
}

/** What is said of it. */
export function doubtText(facts: ServerFacts, { from, systemIdentifier }: Remembered): string {
  return `${from} is of the cluster ${systemIdentifier}, and this one is ${facts.systemIdentifier}: its backups go to a directory of their own, and those of the other one are never deleted. If nobody meant to replace it, its data may be lost: \`pgvigil diagnose\` says why`;
}
