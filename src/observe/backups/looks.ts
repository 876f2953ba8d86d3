import { setTimeout as sleep } from 'node:timers/promises';
import type { BackupSource } from '../../model/backup-source.ts';
import { barmanCommands, parseBarman } from './barman.ts';
import type { CommandOptions, RunCommand } from './command.ts';
import type { Listing } from './copy.ts';
import type { BackupDisk } from './disk.ts';
import { createFilesLook } from './files.ts';
import { createOwnLook } from './own/look.ts';
import { parsePattern } from './pattern.ts';
import { parsePgBackRest, pgBackRestCommand } from './pgbackrest.ts';
import { parseRestic, resticCommand } from './restic.ts';
import { parseWalG, walGCommand } from './wal-g.ts';

/** What looks are done with. */
export interface LookDeps {
  readonly disk: BackupDisk;
  readonly run: RunCommand;
  /** Databases that a server has, for names of files that can be read in two ways. */
  readonly datnames: () => readonly string[];
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** How backups of one source are looked for. */
export interface BackupLook {
  /** Rejects with a `ListingError`. */
  readonly look: () => Promise<Listing>;
  /** Where they are, on a disk that we see. */
  readonly directory: string | undefined;
  /** A look asks another program, which may ask a storage that is paid by the question. */
  readonly isDear: boolean;
}

/** So long a file has to stand still. */
const STILL_MS = 5_000;
/** A storage far away may take minutes to list what it has. */
const COMMAND_DEADLINE_MS = 180_000;

/** The look of a source, by its kind. */
export function createBackupLook(source: BackupSource, deps: LookDeps): BackupLook {
  const { disk, run, datnames, signal } = deps;
  const ask = (argv: readonly string[], environment: CommandOptions['environment'] = {}): Promise<string> =>
    run(argv, { environment, deadlineMs: COMMAND_DEADLINE_MS, signal });
  const dear = (look: () => Promise<Listing>): BackupLook => ({ look, directory: undefined, isDear: true });
  switch (source.kind) {
    case 'pgvigil':
      return { look: createOwnLook(source, disk), directory: source.directory, isDear: false };
    case 'files': {
      const pause = (): Promise<void> => sleep(STILL_MS, undefined, { signal });
      const look = createFilesLook(source, { disk, datnames, pause });
      return { look, directory: parsePattern(source.path).directory, isDear: false };
    }
    case 'pgbackrest':
      return dear(async () => parsePgBackRest(await ask(pgBackRestCommand(source)), source));
    case 'wal-g':
      return dear(async () => parseWalG(await ask(walGCommand(source)), source));
    case 'barman':
      return dear(async () => {
        const commands = barmanCommands(source);
        const listed = await ask(commands.list);
        const newest = await ask(commands.newest).catch(() => undefined); // Without any backup it fails.
        return parseBarman(listed, newest, source);
      });
    case 'restic':
      return dear(async () =>
        parseRestic(await ask(resticCommand(source), resticEnvironment(source)), source),
      );
  }
}

/** The password goes by the environment of the program: the list of processes shows arguments to everybody. */
function resticEnvironment({ repository: given }: Extract<BackupSource, { kind: 'restic' }>) {
  const { repository, password, environment } = given;
  const more = Object.entries(environment).map(([name, value]) => [name, value.reveal()] as const);
  return {
    ...Object.fromEntries(more),
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: password.reveal(),
  };
}
