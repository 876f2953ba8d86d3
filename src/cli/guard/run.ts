import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentUser } from '../../control.ts';
import { backupDisk } from '../../disposable/backup-disk.ts';
import { createDisposable } from '../../disposable/parent.ts';
import { findBackups } from '../../guard/ensure/backups.ts';
import { type EnsureOptions, ensure, type Outcome } from '../../guard/ensure/ensure.ts';
import { askReport } from '../../guard/ensure/report.ts';
import { createGuardedServer } from '../../guard/ensure/server.ts';
import { refusalText } from '../../guard/ensure/words.ts';
import { createLog } from '../../log.ts';
import { CommandError, EXIT, type Io } from '../io.ts';
import { type Book, openBook } from './book.ts';
import { awaitEnding } from './ending.ts';
import { type GuardOptions, keepersOf, waitOf } from './options.ts';
import { recordAt } from './record-at.ts';
import { requireTarget, type Target } from './target.ts';

const DISK_MS = 5_000;
/** A child that looks after the files is let go while a command of ours runs. */
const IDLE_MS = 1_000;

/**
 * Makes sure of the database, then does `after`, if it is given, and gives its exit code. Throws a `CommandError` with
 * the exit code of the guard where it is not as it should be.
 */
export async function runGuard(
  io: Io,
  options: GuardOptions,
  after?: (book: Book, target: Target) => Promise<number>,
): Promise<void> {
  const target = await requireTarget(io, options);
  const keepers = keepersOf(io, options);
  const waitMs = waitOf(options);
  const { clock } = io;
  const { password, tls } = target.server;
  const secrets = [password, tls.key].filter((secret) => secret !== undefined);
  const log = createLog({
    level: 'warn',
    format: 'text',
    colors: false,
    secrets: () => secrets,
    write: io.err,
  });
  const disposable = createDisposable({
    modulePath: fileURLToPath(new URL('../../disposable/child.js', import.meta.url)),
    maxAbandoned: 2,
    idleExitMs: IDLE_MS,
    clock,
    log,
  });
  const kept = keepers.record === undefined ? undefined : recordAt(io, keepers.record, disposable);
  const book = openBook(io, {
    files: kept?.files,
    usable: async () => (await kept?.place()) === undefined,
    log,
  });
  const server = createGuardedServer(target.server, clock);

  const directory = options.backups ?? (io.env['PGVIGIL_BACKUPS'] || undefined);
  const places = [
    ...target.backups,
    ...(directory === undefined ? [] : [{ directory: resolve(io.workingDirectory, directory) }]),
  ];
  const { report } = keepers;
  const ensuring: EnsureOptions = {
    datname: target.datname,
    owner: options.owner,
    server,
    record: kept?.record,
    report: report && (() => askReport(report, target.datname)),
    backups: () => findBackups(places, target.datname, backupDisk(disposable, DISK_MS)),
    allowed: io.env['PGVIGIL_ALLOW_CREATE'],
    accept: options.accept === undefined ? undefined : { by: currentUser(), reason: options.accept },
    waitMs,
    clock,
    tell: book.tell,
    warn: (text) => io.err(`pgvigil: warning: ${text}\n`),
    waiting: (why) => io.err(`pgvigil: waiting, at most ${Math.round(waitMs / 1000)} s: ${why}\n`),
  };
  try {
    const ending = awaitEnding(io);
    const outcome = await Promise.race([ensure(ensuring), ending.told]);
    await server.stop();
    await book.write();
    if (outcome.result !== 'ready') throw failure(outcome);
    // It may have come while the journal was written. `after` takes the signals before it waits for anything.
    ending.check();
    const exitCode = (await after?.(book, target)) ?? EXIT.ok;
    await book.write();
    if (exitCode !== EXIT.ok) throw new CommandError('', exitCode);
  } finally {
    await server.stop();
    disposable.stop();
  }
}

function failure(outcome: Exclude<Outcome, { result: 'ready' }>): CommandError {
  if (outcome.result === 'refused') return new CommandError(refusalText(outcome.refused), outcome.exit);
  const text =
    outcome.result === 'unknown'
      ? `it could not be found out whether all is well: ${outcome.why}`
      : outcome.why;
  return new CommandError(text, outcome.exit);
}
