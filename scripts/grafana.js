// @ts-check
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, runProgram } from './setup.js';

const RULES = 'prometheus/rules';

/**
 * The files of Grafana, made by grafana/src. That is TypeScript, which this Node.js cannot run, and no part of dist:
 * it is compiled to a place where it finds its packages, and gone afterwards.
 * @returns {Promise<readonly { file: string, content: string }[]>}
 */
export async function grafanaFiles() {
  const compiled = join(ROOT, `.build-${process.pid}-grafana`);
  try {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const args = [compiler, '-p', 'grafana/tsconfig.json', '--outDir', compiled];
    if ((await runProgram(process.execPath, args)) !== 0) throw new Error('grafana/src does not compile');
    const entry = pathToFileURL(join(compiled, 'grafana/src/generated.js')).href;
    const { generatedFiles } = await import(entry);
    return generatedFiles(await ruleFiles());
  } finally {
    await rm(compiled, { recursive: true, force: true });
  }
}

/** @returns {Promise<readonly { name: string, text: string }[]>} */
async function ruleFiles() {
  const names = (await readdir(join(ROOT, RULES))).filter((name) => name.endsWith('.yml')).sort();
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(ROOT, RULES, name), 'utf8') })),
  );
}
