// @ts-check
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a suite may need from the machine. `programs`: of every inner list one must be installed.
 * @typedef {{ programs: string[][], packages: string[], root?: boolean, why: string }} NeedEntry
 */

/** @type {Readonly<Record<string, NeedEntry>>} */
export const NEEDS = JSON.parse(readFileSync(join(import.meta.dirname, '../test/kit/needs.json'), 'utf8'));

/** Debian keeps some programs where the path of a user does not lead. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * The path of the first of these programs that is installed. A name with a slash is a path, in which one `*`
 * stands for a version; the highest one wins.
 * @param {...string} names
 * @returns {string | undefined}
 */
export function findProgram(...names) {
  const directories = [...(process.env['PATH'] ?? '').split(':').filter(Boolean), ...SYSTEM_DIRECTORIES];
  const candidates = names.flatMap((name) =>
    name.includes('/') ? versions(name) : directories.map((directory) => join(directory, name)),
  );
  return candidates.find(isExecutable);
}

/**
 * Whether all programs of a need are installed.
 * @param {NeedEntry} entry
 */
export function isInstalled(entry) {
  return entry.programs.every((choice) => findProgram(...choice) !== undefined);
}

/**
 * Which of these needs the machine does not meet, in words a person can act on.
 * @param {readonly string[]} names
 * @returns {string[]}
 */
export function missingNeeds(names) {
  return names.flatMap((name) => {
    const entry = NEEDS[name];
    if (!entry) throw new Error(`no need is called ${name}`);
    if (!isInstalled(entry)) {
      return [`${name} (${entry.why}; apt-get install ${entry.packages.join(' ')})`];
    }
    const needsRoot = name === 'root' || entry.root === true;
    return needsRoot && process.getuid?.() !== 0 ? [`${name} (${entry.why}; run as root)`] : [];
  });
}

/** @param {string} path */
function versions(path) {
  const [before, after] = path.split('*');
  if (before === undefined || after === undefined) return [path];
  try {
    return readdirSync(before)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => `${before}${version}${after}`);
  } catch {
    return [];
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
