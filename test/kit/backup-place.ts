import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Kept, readKept } from '../../src/guard/backup/kept.ts';
import type { LastRun } from '../../src/model/backup-run.ts';
import { RUNS_FILE, SKIPPED_FILE, serverDirectory } from '../../src/observe/backups/own/layout.ts';
import { decodeRuns } from '../../src/observe/backups/own/runs.ts';
import { built } from './build.ts';
import { type Running, start } from './process.ts';

/** What `pgvigil backup --json` tells of one backup. */
export interface ToldItem {
  readonly what: string;
  readonly datname?: string;
  readonly exitCode: number;
  readonly result: string;
  readonly message?: string;
  readonly path?: string;
  readonly bytes?: number;
  readonly phasesMs: Readonly<Record<string, number>>;
  readonly offsite: boolean;
  readonly held: readonly string[];
  readonly pruned: number;
}

export interface BackupEnd {
  readonly code: number | null;
  /** Everything that was said, on both streams. */
  readonly said: string;
  readonly items: readonly ToldItem[];
  readonly of: (datname: string) => ToldItem | undefined;
}

/** A place for backups of one server, and `pgvigil backup` on it. */
export interface BackupPlace {
  readonly root: string;
  readonly directory: string;
  readonly configFile: string;
  /** The directory for temporary files of everything that runs here. */
  readonly temporary: string;
  /** Writes the configuration: of the server, and of the source. */
  configure(server: object, source?: object, more?: object): void;
  backup(...args: readonly string[]): Promise<BackupEnd>;
  /** The same through another program, such as `unshare`. */
  backupThrough(through: readonly string[], ...args: readonly string[]): Promise<BackupEnd>;
  /** Starts it, to be ended by the test. */
  begin(...args: readonly string[]): Promise<Running>;
  kept(): Promise<Kept>;
  /** Last runs by database; the server as a whole is ''. */
  runs(): ReadonlyMap<string, LastRun>;
  skipped(): ReadonlyMap<string, LastRun>;
  /** All files below the directory of backups, but for the notes of pgvigil. */
  files(): readonly string[];
  /** Makes a program that is found before the real one: a shell script, in which $REAL is the real one. */
  standIn(name: string, script: string): void;
  remove(): void;
}

const BIN = '/usr/lib/postgresql/15/bin';
const TIMEOUT_MS = 200_000;

export function backupPlace(): BackupPlace {
  const root = mkdtempSync(join(tmpdir(), 'pgvigil-backups-'));
  const directory = join(root, 'backups');
  const tools = join(root, 'tools');
  mkdirSync(directory);
  mkdirSync(tools);
  for (const name of ['pg_dump', 'pg_dumpall', 'pg_restore', 'pg_basebackup', 'pg_verifybackup'])
    symlinkSync(join(BIN, name), join(tools, name));
  const configFile = join(root, 'pgvigil.yml');
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  // A TMPDIR of its own: other tests run beside this one, and leave and remove there what they will.
  const env = { PATH: `${tools}:${process.env['PATH']}`, TMPDIR: temporary };
  const command = [process.execPath, built('main.js')];

  function notes(name: string): ReadonlyMap<string, LastRun> {
    const path = join(serverDirectory(directory, 'main'), name);
    const runs = existsSync(path) ? decodeRuns(readFileSync(path, 'utf8')) : [];
    return new Map(runs.map((run) => [run.datname ?? '', run]));
  }

  function backupThrough(through: readonly string[], ...args: readonly string[]): Promise<BackupEnd> {
    const [file = '', ...rest] = [
      ...through,
      ...command,
      'backup',
      '--config',
      configFile,
      '--json',
      ...args,
    ];
    return new Promise((resolve) => {
      const child = execFile(file, rest, { env, timeout: TIMEOUT_MS }, (_, stdout, stderr) => {
        const told = stdout === '' ? undefined : (JSON.parse(stdout) as { items: readonly ToldItem[] });
        const items = told?.items ?? [];
        resolve({
          code: child.exitCode,
          said: stdout + stderr,
          items,
          of: (datname) => items.find((item) => item.datname === datname),
        });
      });
    });
  }

  return {
    root,
    directory,
    configFile,
    temporary,
    configure(server, source = {}, more = {}) {
      const config = {
        servers: [{ name: 'main', ...server }],
        backups: [{ name: 'nightly', kind: 'pgvigil', directory, ...source }],
        state: { directory: join(root, 'state') },
        docker: false,
        ...more,
      };
      writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 });
    },
    backup: (...args) => backupThrough([], ...args),
    backupThrough,
    begin: (...args) =>
      start({
        command: process.execPath,
        args: [built('main.js'), 'backup', '--config', configFile, ...args],
        env,
      }),
    kept: () => readKept(directory, 'main'),
    runs: () => notes(RUNS_FILE),
    skipped: () => notes(SKIPPED_FILE),
    files: () =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.includes('.pgvigil'))
        .map(({ parentPath, name }) => join(basename(dirname(parentPath)), basename(parentPath), name)),
    standIn(name, script) {
      const path = join(tools, name);
      rmSync(path, { force: true });
      writeFileSync(
        path,
        `#!/bin/bash\nREAL=${BIN}/${name}\n[ "$1" = --version ] && exec $REAL --version\nfor arg; do case "$arg" in --file=*) FILE="\${arg#--file=}";; esac; done\n${script}\n`,
      );
      chmodSync(path, 0o755);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
