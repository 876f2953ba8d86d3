#!/usr/bin/env node
// @ts-check
// npm test: does its own set-up, then checks format and types and runs every suite.
//   npm test                        everything
//   npm test -- test/config        only these files; format and types are not checked
//   npm test -- --project unit      only this project
//   TEST_NODES=22,24 npm test       everything, and what depends on Node.js with these versions of it too
// As root on Debian or Ubuntu it installs what the suites need. It starts no service and stops nothing that it
// did not start. The last line is always `N passed, N failed, N skipped`.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { missingNeeds, NEEDS } from './needs.js';
import { ensureNode, nodesOf } from './nodes.js';
import { ensurePackages } from './packages.js';
import { ensureBuilt, ensureInstalled, ROOT, runProgram, say, script } from './setup.js';
import { countRun, exitCodeOf, summaryLine } from './summary.js';

const OUTPUT = join(ROOT, 'test-output');
/** One after the other: the timings of real servers hold only when nothing else runs. */
const RUNS = [
  { name: 'unit', projects: ['architecture', 'unit'] },
  { name: 'rules', projects: ['rules'] },
  { name: 'patient', projects: ['patient'] },
  { name: 'real', projects: ['real'] },
  { name: 'e2e', projects: ['e2e'] },
];
/** What is run with other versions of Node.js too: our own code, and the program as a user starts it. */
const ON_EACH_NODE = ['unit', 'e2e'];
const CHECKS = [
  { name: 'format', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  {
    name: 'types of the scripts',
    command: ['node_modules/typescript/bin/tsc', '-p', 'scripts/tsconfig.json'],
  },
];

let interrupted = false;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    interrupted = true;
  });
}

await script(async () => {
  const args = process.argv.slice(2);
  const isCi = process.env['CI'] === 'true';
  const total = { passed: 0, failed: 0, skipped: 0 };
  try {
    await ensureInstalled();
    await ensureBuilt();
    await ensurePackages();
    tellWhatIsMissing(isCi);
    if (args.length === 0) total.failed += await failedChecks();
    const nodes = nodesOf(process.env['TEST_NODES']);
    for (const run of await runsFor(args, nodes)) {
      if (interrupted) throw new Error('interrupted');
      const counts = await runVitest(run, args);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    total.failed += 1;
  }
  if (isCi && total.skipped > 0) say('in CI a test that is skipped is a failure');
  if (total.passed + total.failed === 0) say('no test ran');
  console.log(summaryLine(total));
  return exitCodeOf(total, isCi);
});

/** @param {boolean} isCi */
function tellWhatIsMissing(isCi) {
  const missing = missingNeeds(Object.keys(NEEDS));
  if (missing.length === 0) return;
  say(`missing here: ${missing.join('; ')}`);
  say(
    isCi ? 'suites that need one of these fail' : 'suites that need one of these are skipped, each says so',
  );
}

/** @returns {Promise<number>} how many of the checks failed */
async function failedChecks() {
  let failed = 0;
  for (const { name, command } of CHECKS) {
    say(`checking ${name}`);
    if ((await runProgram(process.execPath, command)) === 0) continue;
    say(`${name}: failed`);
    failed += 1;
  }
  return failed;
}

/**
 * @typedef {{ name: string, projects: readonly string[], node?: string }} Run
 * @param {readonly string[]} args
 * @param {readonly number[]} nodes major versions beside our own
 * @returns {Promise<readonly Run[]>}
 */
async function runsFor(args, nodes) {
  const choosesProject = args.some((arg) => /^--project(=|$)/.test(arg));
  const own = choosesProject ? [{ name: 'chosen', projects: [] }] : RUNS;
  const others = await Promise.all(
    nodes.map(async (major) => {
      const node = await ensureNode(major);
      const runs = choosesProject ? own : RUNS.filter(({ name }) => ON_EACH_NODE.includes(name));
      return runs.map((run) => ({ ...run, name: `${run.name}-node${major}`, node }));
    }),
  );
  return [...own, ...others.flat()];
}

/**
 * @param {Run} run
 * @param {readonly string[]} args
 */
async function runVitest({ name, projects, node = process.execPath }, args) {
  const file = join(OUTPUT, `${name}.json`);
  await mkdir(OUTPUT, { recursive: true });
  await rm(file, { force: true });
  if (node !== process.execPath) say(`with ${node}`);
  const exitCode = await runProgram(node, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${file}`,
    ...projects.flatMap((project) => ['--project', project]),
    ...args,
  ]);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return countRun(text === undefined ? undefined : JSON.parse(text), exitCode);
}
