import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { configText, SECRET_FILE } from './init/config-text.ts';
import { envText } from './init/env-text.ts';
import { type PlannedFile, thereAlready, writeAll } from './init/files.ts';
import type { FoundServer } from './init/found.ts';
import { lookBy } from './init/look.ts';
import { type Machine, seeMachine } from './init/machine.ts';
import { nextSteps } from './init/next-steps.ts';
import { roleSql } from './init/role-sql.ts';
import { randomPassword, scramVerifier } from './init/scram.ts';
import { expectSeen } from './init/servers.ts';
import { summaryText } from './init/summary.ts';
import { CommandError, type Io } from './io.ts';

const THERE_ALREADY = 4;
const CONFIG_FILE = 'pgvigil.yml';
const ROLE_FILE = 'pgvigil-role.sql';
const ENV_FILE = '.env';
const FILES = [CONFIG_FILE, ROLE_FILE, ENV_FILE, SECRET_FILE];
const PRIVATE = 0o600;
const PUBLIC = 0o644;

const HELP = `
Looks for PostgreSQL: PGVIGIL_URL, and where that is not set Docker, unix sockets and 127.0.0.1:5432. Writes
${FILES.join(', ')}: all of them or none, never over a file.
The password is random, and only in the last one (mode 0600). Nothing is changed in a server.
Exit codes: 0 written; 1 failed, or told not to; 2 problems in the environment; 3 wrong usage; 4 one of the files is
there already: it is kept, and nothing is written.`;

interface InitOptions {
  readonly directory: string;
  readonly yes?: boolean;
}

export function addInit(program: Command, io: Io): void {
  program
    .command('init')
    .description(
      'look at this machine and write a first configuration, with the role and the password for it',
    )
    .option('--directory <directory>', 'where to write', '.')
    .option('--yes', 'ask nothing')
    .addHelpText('after', HELP)
    .action(async (_, command: Command) => {
      await init(io, command.optsWithGlobals<InitOptions>());
    });
}

async function init(io: Io, options: InitOptions): Promise<void> {
  const directory = resolve(io.workingDirectory, options.directory);
  refuse(thereAlready(directory, FILES), options.directory);
  if (io.isTerminal) io.err('looking …\n');
  const machine = await seeMachine(io);
  if (machine.servers.length === 0) throw new CommandError(nothingFound(machine));

  const file = join(directory, CONFIG_FILE);
  const draft = configText(machine);
  const report = await lookBy(io, draft, { file, servers: machine.servers });
  const servers = machine.servers.map((server) => {
    const verdict = report.servers.find(({ name }) => name === server.name);
    const seen = verdict?.databases.filter(({ presence }) => presence === 'present') ?? [];
    return expectSeen(
      server,
      seen.map(({ datname }) => datname),
    );
  });
  io.out(summaryText({ ...machine, servers, report }));

  if (!(await agreed(io, options))) throw new CommandError('nothing was written');
  const files = planned({ ...machine, servers });
  try {
    writeAll(directory, files);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') refuse(thereAlready(directory, FILES), options.directory);
    throw new CommandError(`nothing was written: ${message}`);
  }
  const shown = options.directory === '.' ? '' : options.directory;
  io.out(`\nWrote ${files.map(({ name }) => join(shown, name)).join(', ')}.\n\n`);
  io.out(
    nextSteps({
      self: io.self,
      directory: shown,
      servers,
      isRoot: io.isRoot,
      urlIsSet: servers.some(({ from }) => from === 'named'),
      hasCompose: existsSync(join(directory, 'docker-compose.monitoring.yml')),
    }),
  );
}

/** The password is made here, and leaves only into its file. */
function planned(machine: Machine): readonly PlannedFile[] {
  const password = randomPassword();
  const shipped = readFileSync(new URL('../../postgres/role.sql', import.meta.url), 'utf8');
  const expect = [...new Set(machine.servers.flatMap((server: FoundServer) => server.expect))];
  return [
    { name: CONFIG_FILE, text: configText(machine), mode: PUBLIC },
    { name: ROLE_FILE, text: roleSql(shipped, { verifier: scramVerifier(password), expect }), mode: PRIVATE },
    { name: ENV_FILE, text: envText(machine), mode: PUBLIC },
    { name: SECRET_FILE, text: `${password}\n`, mode: PRIVATE },
  ];
}

async function agreed(io: Io, { yes }: InitOptions): Promise<boolean> {
  if (yes === true || io.ask === undefined) return true;
  const answer = await io.ask(`\nWrite ${FILES.join(', ')}? [Y/n] `);
  return /^\s*(y(es)?)?\s*$/i.test(answer);
}

function refuse(names: readonly string[], directory: string): void {
  if (names.length === 0) return;
  const shown = names.map((name) => join(directory, name)).join(', ');
  throw new CommandError(
    `nothing was written, for these are there already and are kept: ${shown}. Name another place with --directory`,
    THERE_ALREADY,
  );
}

function nothingFound({ docker, leftOut }: Machine): string {
  const seen = docker.kind === 'unseen' ? ` Docker: ${docker.why}.` : '';
  const left = leftOut.map(({ what, why }) => ` ${what} ${why}.`).join('');
  return `no PostgreSQL server was found on this machine.${left}${seen} Say where it is, and run this again: PGVIGIL_URL=postgres://postgres@HOST:5432/DATABASE`;
}
