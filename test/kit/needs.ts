import { describe } from 'vitest';
import { findProgram, missingNeeds } from '../../scripts/needs.js';

export { findProgram };

/** What a suite may need from the machine; `needs.json` says by which programs and Debian packages. */
export type Need =
  | 'root'
  | 'postgres'
  | 'postgres15'
  | 'dockerd'
  | 'docker-compose'
  | 'prometheus'
  | 'alertmanager'
  | 'postgres-exporter'
  | 'node-exporter'
  | 'debootstrap'
  | 'mounts'
  | 'network'
  | 'loop'
  | 'chromium'
  | 'openssl'
  | 'window'
  | 'locales'
  | 'shell'
  | 'restic'
  | 'rclone'
  | 'terminal'
  | 'systemd-analyze';

/** The path of a program that a suite has declared as a need: throws when it is not there. */
export function program(...names: readonly string[]): string {
  const found = findProgram(...names);
  if (found === undefined) throw new Error(`${names.join(' or ')} is not installed. Run npm test as root.`);
  return found;
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
  if (process.env['CI'] === 'true') {
    throw new Error(`"${name}" cannot run here: it needs ${missing.join(', ')}`);
  }
  describe.skip(`${name} (needs ${missing.join(', ')})`, suite);
}
