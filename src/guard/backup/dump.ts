import type { PostgresTools } from '../postgres-tools.ts';
import type { ClientFiles } from './client-files.ts';
import { BACKUP_EXIT } from './failure.ts';
import { requireProgram, type StepContext } from './step.ts';

const LOCK_WAIT = '60s';

/** Dumps a database, as of a snapshot, into a file that is there. Its exit code decides: what it says is no verdict. */
export async function dumpDatabase(
  context: StepContext,
  of: {
    readonly tools: PostgresTools;
    readonly files: ClientFiles;
    readonly datname: string;
    readonly snapshot: string;
    readonly path: string;
  },
): Promise<void> {
  const argv = [
    of.tools.path('pg_dump'),
    '--format=custom',
    `--snapshot=${of.snapshot}`,
    '--no-password',
    `--lock-wait-timeout=${LOCK_WAIT}`,
    `--file=${of.path}`,
  ];
  await requireProgram(argv, context, {
    name: 'pg_dump',
    exit: BACKUP_EXIT.dump,
    env: of.files.env(of.datname),
    advice: ({ said }) =>
      /permission denied/.test(said)
        ? 'the role that dumps must be able to read everything, as a member of pg_read_all_data is'
        : undefined,
  });
}

/** Decodes every byte of a dump. A list of its contents proves nothing: it is right in most damaged ones. */
export async function proveDump(
  context: StepContext,
  of: { readonly tools: PostgresTools; readonly files: ClientFiles; readonly path: string },
): Promise<void> {
  const argv = [of.tools.path('pg_restore'), '--file=/dev/null', of.path];
  await requireProgram(argv, context, {
    name: 'pg_restore (the check of the dump)',
    exit: BACKUP_EXIT.check,
    env: of.files.env('postgres'),
    advice: () => 'what was dumped cannot be read back, and is thrown away',
  });
}
