import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';

/** What a suite may need from the machine; `needs.json` says by which programs and Debian packages. */
export type Need =
  | 'root'
  | 'postgres'
  | 'postgres15'
  | 'dockerd'
  | 'docker-compose'
  | 'prometheus'
  | 'alertmanager'
  | 'debootstrap';

interface NeedEntry {
  /** Every inner list is a choice of names or paths, of which one must exist. */
  readonly programs: readonly (readonly string[])[];
  readonly packages: readonly string[];
  readonly root?: boolean;
  readonly why: string;
}

const ENTRIES = JSON.parse(readFileSync(join(import.meta.dirname, 'needs.json'), 'utf8')) as Readonly<
  Record<Need, NeedEntry>
>;

/** The path of the first of these programs that is installed, else `undefined`; Debian hides some in sbin. */
export function findProgram(...names: readonly string[]): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const candidates = names.flatMap((name) =>
    name.includes('/') ? expand(name) : directories.filter(Boolean).map((directory) => join(directory, name)),
  );
  return candidates.find(isExecutable);
}

/** The same, for a program that a suite has already declared: throws when it is not there. */
export function program(...names: readonly string[]): string {
  const found = findProgram(...names);
  if (found === undefined) throw new Error(`${names.join(' or ')} is not installed. Run npm test as root.`);
  return found;
}

/** Which of these needs the machine does not meet, in words a person can act on. */
export function missingNeeds(needs: readonly Need[]): string[] {
  return needs.flatMap((need) => {
    const entry = ENTRIES[need];
    const needsRoot = need === 'root' || entry.root === true;
    if (needsRoot && process.getuid?.() !== 0) return [`${need} (${entry.why}; not root)`];
    const absent = entry.programs.some((choice) => findProgram(...choice) === undefined);
    return absent ? [`${need} (${entry.why}; apt-get install ${entry.packages.join(' ')})`] : [];
  });
}

/** Whether the machine meets all of these needs. */
export const has = (...needs: readonly Need[]): boolean => missingNeeds(needs).length === 0;

/**
 * `describe` for a suite that needs something from the machine: skipped, with what is missing in its name,
 * when a need is not met. With CI=true a skip would hide a failure, so it throws.
 */
export function describeWith(needs: readonly Need[], name: string, suite: () => void): void {
  const missing = missingNeeds(needs);
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  if (process.env['CI'] === 'true')
    throw new Error(`"${name}" cannot run here: it needs ${missing.join(', ')}`);
  describe.skip(`${name} (needs ${missing.join(', ')})`, suite);
}

/** Paths that match a path with at most one `*` segment, the highest version first. */
function expand(path: string): string[] {
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

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
