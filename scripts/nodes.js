// @ts-check

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './needs.js';
import { ROOT, runProgram, say } from './setup.js';

/** Out of the way of `npm ci`, which would remove it as something that no lockfile names. */
const CACHE = join(ROOT, '.nodes');

/**
 * The major versions of Node.js that are tried beside the one that runs this: `TEST_NODES=22,24 npm test`.
 * @param {string | undefined} text
 * @returns {readonly number[]}
 */
export function nodesOf(text) {
  const words = (text ?? '').split(',').filter((word) => word.trim() !== '');
  const own = Number(process.versions.node.split('.')[0]);
  return words
    .map((word) => {
      const major = Number(word);
      if (!Number.isInteger(major) || major < 1)
        throw new Error(`TEST_NODES: "${word}" is no major version of Node.js: write for example 22,24`);
      return major;
    })
    .filter((major) => major !== own);
}

/**
 * The program of the newest Node.js with that major version, which the npm registry has as a package; kept for the next time.
 * @param {number} major
 * @returns {Promise<string>} its path
 */
export async function ensureNode(major) {
  const directory = join(CACHE, String(major));
  const program = join(directory, 'node_modules', packageName(), 'bin/node');
  if (existsSync(program)) return program;
  say(`installing Node.js ${major}`);
  await mkdir(directory, { recursive: true });
  const npm = findProgram('npm') ?? 'npm';
  const args = ['install', '--prefix', directory, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  const code = await runProgram(npm, [...args, `${packageName()}@${major}`]);
  if (code !== 0) throw new Error(`Node.js ${major} could not be installed from the npm registry`);
  return program;
}

const packageName = () => `node-${process.platform}-${process.arch}`;
