import type { BackupManifest } from '../../model/backup.ts';
import type { RunPhase } from '../../model/backup-run.ts';
import { databaseDirectory, dumpNames } from '../../observe/backups/own/layout.ts';
import { encodeManifest } from '../../observe/backups/own/manifest-codec.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { checkSpace } from './destination.ts';
import { dumpDatabase, proveDump } from './dump.ts';
import { BACKUP_EXIT, BackupAborted, BackupFailure } from './failure.ts';
import type { Published, RunContext } from './job.ts';
import type { Kept } from './kept.ts';
import {
  freeStamp,
  makeDirectories,
  measureFile,
  orRemove,
  publish,
  removePartials,
  reserve,
} from './publish.ts';
import type { ListedDatabase } from './server.ts';
import { lockDatabase, releaseSnapshot, type Snapshot, snapshotFailure, takeSnapshot } from './snapshot.ts';
import { inPhase } from './step.ts';

/** Lock, space, snapshot and counts, dump, proof, publication: the backup of one database up to its commit. */
export async function backupDatabase(
  run: RunContext,
  database: ListedDatabase,
  kept: Kept,
  took: (phase: RunPhase, ms: number) => void,
): Promise<Published> {
  const { datname } = database;
  const session = await run.server.open(datname);
  try {
    await lockDatabase(session, datname);
    await checkSpace(run.source.directory, {
      dumpBytes: lastDumpBytes(kept, run, datname),
      databaseBytes: database.bytes ?? 0,
    });
    return await dumpAndPublish(run, database, session, took);
  } finally {
    await session.close();
  }
}

function lastDumpBytes(kept: Kept, { facts }: RunContext, datname: string): number | undefined {
  const last = kept.dumps
    .map(({ manifest }) => manifest)
    .filter((one) => one.datname === datname && one.systemIdentifier === facts.systemIdentifier)
    .sort((one, other) => one.snapshotAt - other.snapshotAt)
    .at(-1);
  return last?.files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function dumpAndPublish(
  run: RunContext,
  { datname, bytes: databaseBytes }: ListedDatabase,
  session: Session,
  took: (phase: RunPhase, ms: number) => void,
): Promise<Published> {
  const { source, facts, tools, files, clock } = run;
  const startedAt = clock.now();
  const snapshot = await inPhase(run, { phase: 'snapshot', datname, took }, () =>
    ending(run, () =>
      takeSnapshot(session, { clock, hashBelowBytes: source.hashTablesBelowBytes, leftMs: run.leftMs }),
    ),
  );
  if (snapshot.systemIdentifier !== facts.systemIdentifier)
    throw new BackupFailure(
      BACKUP_EXIT.identity,
      `two connections led to two clusters, ${facts.systemIdentifier} and ${snapshot.systemIdentifier}: name one server, not a pooler or a balancer`,
    );
  const of = { server: source.server, systemIdentifier: facts.systemIdentifier, datname };
  const directory = databaseDirectory(source.directory, of);
  await makeDirectories(source.directory, directory);
  await removePartials(directory);
  const { names } = freeStamp(directory, snapshot.at, dumpNames);
  const path = await reserve(directory, names.data);
  return orRemove(path, async () => {
    await inPhase(run, { phase: 'dump', datname, file: path, took }, async () => {
      await dumpDatabase(run, { tools, files, datname, snapshot: snapshot.id, path });
      await ending(run, () => releaseSnapshot(session, snapshot));
    });
    const file = await inPhase(run, { phase: 'check', datname, took }, async () => {
      await proveDump(run, { tools, files, path });
      return measureFile(path, names.data, run.signal);
    });
    await inPhase(run, { phase: 'publish', datname, took }, () => {
      const manifest = manifestOf(run, { datname, databaseBytes, startedAt, snapshot });
      return publish(directory, names, {
        files: [file],
        manifest: encodeManifest({ ...manifest, files: [file] }),
      });
    });
    return { directory, names, bytes: file.bytes, partial: path };
  });
}

function manifestOf(
  { source, facts, tools, version, clock }: RunContext,
  of: {
    readonly datname: string;
    readonly databaseBytes: number | undefined;
    readonly startedAt: number;
    readonly snapshot: Snapshot;
  },
): Omit<BackupManifest, 'files'> {
  const { datname, databaseBytes, startedAt, snapshot } = of;
  const finishedAt = clock.now();
  return {
    schema: 1,
    tool: { name: 'pgvigil', version },
    source: source.name,
    server: source.server,
    datname,
    systemIdentifier: snapshot.systemIdentifier,
    oid: snapshot.oid,
    serverVersion: facts.version,
    clientVersion: tools.version,
    startedAt,
    snapshotAt: snapshot.at,
    finishedAt,
    databaseBytes: databaseBytes ?? 0,
    ...snapshot.content,
    roles: snapshot.roles,
    verified: [{ level: 'archive', at: finishedAt, result: 'passed', reason: undefined, location: 'local' }],
  };
}

/** A question to the server, which ends when we are told to end. */
async function ending<T>(run: RunContext, task: () => Promise<T>): Promise<T> {
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new BackupAborted('told to end'));
  });
  aborted.catch(() => {});
  run.signal.addEventListener('abort', stop, { once: true });
  try {
    if (run.signal.aborted) stop();
    return await Promise.race([task(), aborted]);
  } catch (error) {
    throw error instanceof BackupAborted ? error : snapshotFailure(error);
  } finally {
    run.signal.removeEventListener('abort', stop);
  }
}
