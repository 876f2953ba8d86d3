#!/usr/bin/env node
// @ts-check
// npm run release: what has to be true before a version is published, then the package and its bill of materials.
//   npm run release              checks, and writes release/
//   npm run release -- --publish publishes too, with provenance: works in a public build service only
// It changes no version and makes no tag.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { billOfMaterials, npm } from './sbom.js';
import { build, ROOT, runProgram, say, script } from './setup.js';

const OUTPUT = join(ROOT, 'release');

await script(async () => {
  const publishes = process.argv.includes('--publish');
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT);
  await must('git', ['diff', '--exit-code', '--stat', 'HEAD']);
  await mustNpm('ci', '--ignore-scripts');
  // Known holes and broken signatures in what is shipped end the release.
  await mustNpm('audit', '--omit=dev');
  await mustNpm('audit', 'signatures');
  await build();
  await writeFile(join(OUTPUT, 'sbom.cdx.json'), await billOfMaterials());
  await mustNpm('pack', '--pack-destination', OUTPUT);
  if (publishes) await mustNpm('publish', '--provenance', '--access', 'public');
  else say(`not published; the package and its bill of materials are in ${OUTPUT}`);
});

/** @param {...string} args */
async function mustNpm(...args) {
  await must(...npm(...args));
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function must(command, args) {
  const code = await runProgram(command, args);
  if (code !== 0) throw new Error(`the release stops: ${command} ${args.join(' ')} ended with ${code}`);
}
