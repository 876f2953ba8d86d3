// @ts-check
import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '..');

const BUILT = 'dist/main.js';
/** What the compiler reads, beside src. */
const BUILD_INPUTS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * Runs a program with the terminal of this process and gives its exit code. A signal to this process goes on to
 * the program, by its pid, and to nothing else.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Readonly<Record<string, string | undefined>> }} [options]
 * @returns {Promise<number>}
 */
export function runProgram(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...options.env },
    });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => void child.kill(signal);
    const done = () => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
    };
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code) => {
      done();
      resolve(code ?? 1);
    });
  });
}

/**
 * Like `runProgram`; a failure is an error.
 * @param {string} command
 * @param {readonly string[]} args
 */
async function must(command, args) {
  const code = await runProgram(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}`);
}

/** Installs the packages of package-lock.json when they are not there, or are older than it. */
export async function ensureInstalled() {
  const [installed, locked] = await Promise.all([
    modifiedMs(join(ROOT, 'node_modules/.package-lock.json')),
    modifiedMs(join(ROOT, 'package-lock.json')),
  ]);
  if (installed !== undefined && installed >= (locked ?? 0)) return;
  say('installing packages (npm ci)');
  const npm = process.env['npm_execpath'];
  // Started by npm, the same npm; otherwise the one on the path.
  if (npm?.endsWith('.js')) await must(process.execPath, [npm, 'ci']);
  else await must('npm', ['ci']);
}

/** Builds dist when it is not there, or older than what it is made of. */
export async function ensureBuilt() {
  if (await isFresh(ROOT)) return;
  await build();
}

/**
 * Whether the program is built from what is there now.
 * @param {string} root
 */
export async function isFresh(root) {
  const built = await modifiedMs(join(root, BUILT));
  if (built === undefined) return false;
  const sources = await readdir(join(root, 'src'), { recursive: true });
  const inputs = [...BUILD_INPUTS, 'src', ...sources.map((file) => join('src', file))];
  const times = await Promise.all(inputs.map((file) => modifiedMs(join(root, file))));
  return times.every((time) => time === undefined || time <= built);
}

/** Compiles src into a new dist and puts it in place of the old one in one step, so that none is ever half. */
export async function build() {
  say('building');
  // As deep as dist, for the source maps to point to the right place.
  const fresh = join(ROOT, `.build-${process.pid}`);
  const old = `${fresh}-old`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh);
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    await must(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', fresh]);
    await chmod(join(fresh, 'main.js'), 0o755);
    await rename(join(ROOT, 'dist'), old).catch(unlessMissing);
    await rename(fresh, join(ROOT, 'dist'));
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/**
 * Tells a person what is going on, on stderr: stdout belongs to the program.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`pgvigil: ${text}\n`);
}

/**
 * Runs the body of a script; its result is the exit code, and an error one readable line.
 * @param {() => Promise<number | void>} body
 */
export async function script(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

/**
 * When a file was modified, in milliseconds; `undefined` when it is not there.
 * @param {string} path
 */
async function modifiedMs(path) {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    unlessMissing(error);
    return undefined;
  }
}

/** @param {unknown} error */
function unlessMissing(error) {
  if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
}
