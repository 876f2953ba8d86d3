import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parseConfig } from '../../config/parse.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Config } from '../../model/config.ts';
import { CommandError, type Io } from '../io.ts';
import { serve } from '../serve.ts';
import { dropDatabase, makeDatabase } from './database.ts';
import { DEMO_USER, startEmbeddedPostgres } from './embedded.ts';

const DATABASE = 'simfab_dev';
const DEFAULT_ADDRESS = '127.0.0.1:10187';

interface DemoOptions {
  readonly drop?: string;
  readonly 'web.listenAddress'?: string;
}

export function addDemo(program: Command, io: Io): void {
  program
    .command('demo')
    .description('start a PostgreSQL with a database to lose, and watch it')
    .option('--drop <directory>', 'drop the database of the demo that runs on this directory')
    .option('--web.listen-address <host:port>', `where to listen (default: ${DEFAULT_ADDRESS})`)
    .addHelpText(
      'after',
      '\nCtrl-C ends it and removes everything it made.\nExit codes: 0 told to stop, or dropped; 1 failed; 3 wrong usage.',
    )
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<DemoOptions>();
      if (options.drop !== undefined) await drop(io, options.drop);
      else await demo(io, options['web.listenAddress'] ?? DEFAULT_ADDRESS);
    });
}

async function drop(io: Io, directory: string): Promise<void> {
  try {
    await dropDatabase({ host: directory, user: DEMO_USER }, DATABASE);
  } catch (error) {
    const { message } = error as Error;
    throw new CommandError(`${message}: name the directory that the running demo printed`);
  }
  io.out(`${DATABASE} is gone. Watch the page: it says so within two seconds.\n`);
}

async function demo(io: Io, listenAddress: string): Promise<void> {
  const startedMs = io.clock.monotonic();
  const progress = (line: string): void =>
    io.out(`  ${((io.clock.monotonic() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${line}\n`);
  io.out('pgvigil demo: a PostgreSQL server of its own, in a temporary directory\n');
  const postgres = await startEmbeddedPostgres(io.isRoot, progress, io.onClose);
  const host = postgres.socketDirectory;
  progress(`PostgreSQL ${postgres.version} is up; making the database ${DATABASE}`);
  await makeDatabase({ host, user: DEMO_USER }, DATABASE);
  progress('watching it');
  const text = demoConfig(host, listenAddress);
  const configFile = `${host}/pgvigil.yml`;
  writeFileSync(configFile, text, { mode: 0o600 });
  const address = await serve(io, parsed(text), {
    level: io.isTerminal ? 'info' : 'warn',
    format: 'text',
  });
  const url = `postgres://${DEMO_USER}@/postgres?host=${host}`;
  io.out(`
The page:            ${address}
The metrics:         ${address}/metrics
Lose the database:   psql '${url}' -c 'DROP DATABASE ${DATABASE}'
  without psql:      ${io.self} demo --drop ${host}
What is open:        ${io.self} status --config ${configFile}
Say it was intended: ${io.self} accept INCIDENT --reason '…' --config ${configFile}
Ctrl-C ends the demo and removes everything it made.
`);
}

/** A configuration for this server; JSON is YAML. What is learned can be accepted without a change to a file. */
function demoConfig(host: string, listenAddress: string): string {
  const server = {
    name: 'demo',
    url: `postgres://${DEMO_USER}@/postgres?host=${encodeURIComponent(host)}`,
    databases: { learn_after: '0s' },
  };
  return JSON.stringify(
    { servers: [server], state: { directory: `${host}/state` }, web: { listen_address: listenAddress } },
    null,
    2,
  );
}

function parsed(text: string): Config {
  const result = parseConfig(text, 'demo', {
    env: {},
    readFile: () => {
      throw new Error('the demo reads no files');
    },
  });
  if (!result.ok) throw new CommandError(result.problems.map(formatProblem).join('\n'));
  return result.config;
}
