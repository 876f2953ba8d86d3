// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram, isInstalled, NEEDS } from './needs.js';
import { runProgram, say } from './setup.js';

/** invoke-rc.d asks this file whether it may start a service; 101 means no (Debian's policy-rc.d interface). */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs the Debian packages that the tests need and that are missing. Does nothing where that is not possible:
 * without root, or on another system. No service is started: the tests start what they need by themselves.
 */
export async function ensurePackages() {
  const missing = Object.values(NEEDS).filter((entry) => !isInstalled(entry));
  const isDebian = existsSync('/etc/debian_version') && findProgram('apt-get') !== undefined;
  if (missing.length === 0 || !isDebian || process.getuid?.() !== 0) return;
  say(`installing Debian packages: ${missing.flatMap((entry) => entry.packages).join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const lock = ['-o', 'DPkg::Lock::Timeout=300', '-q'];
  await runProgram('apt-get', [...lock, 'update'], { env });
  // A release has one version of PostgreSQL: where it is not 15, the suites that need 15 say so.
  const available = missing.flatMap((entry) => entry.packages).filter(isAvailable);
  if (available.length === 0) return;
  await withoutServices(() =>
    runProgram('apt-get', [...lock, 'install', '-y', '--no-install-recommends', ...new Set(available)], {
      env,
    }),
  );
}

/** @param {string} name */
function isAvailable(name) {
  const { status, stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' });
  return status === 0 && /Candidate: (?!\(none\))/.test(stdout);
}

/**
 * Runs `body` while no package may start a service, and leaves the machine as it was.
 * @param {() => Promise<unknown>} body
 */
async function withoutServices(body) {
  if (existsSync(POLICY)) return await body();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const remove = () => rmSync(POLICY, { force: true });
  process.once('exit', remove);
  try {
    return await body();
  } finally {
    process.off('exit', remove);
    remove();
  }
}
