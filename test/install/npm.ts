import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../kit/build.ts';
import { ROOT } from '../kit/bundle.ts';
import { program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';

/** The package as it would be published. */
export interface Packed {
  readonly file: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** A directory that everybody may enter. */
export function openDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-install-'));
  chmodSync(directory, 0o755);
  return directory;
}

/** Packs what is here into `directory`. */
export async function pack(directory: string): Promise<Packed> {
  await ensureBuilt();
  const output = await must('npm', ['pack', '--json', '--silent', '--pack-destination', directory], ROOT);
  const [packed] = JSON.parse(output.slice(output.indexOf('['))) as [
    { readonly filename: string; readonly files: Packed['files'] },
  ];
  return { file: join(directory, packed.filename), files: packed.files };
}

/** Installs a package as a person does, below `prefix`; gives the program. */
export async function installGlobally(packed: Packed, prefix: string): Promise<string> {
  const options = [
    '--prefix',
    prefix,
    '--omit=optional',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
  ];
  await must('npm', ['install', '--global', ...options, packed.file], prefix);
  return join(prefix, 'bin/pgvigil');
}

/** Runs a program to its end, which has to be a good one; gives what it said. */
export async function must(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await run({ command: program(command), args, cwd }, 240_000);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}
