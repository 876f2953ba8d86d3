#!/usr/bin/env node
// @ts-check
// npm run sbom: the bill of materials of what is shipped (CycloneDX), on stdout.
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT, script } from './setup.js';

/**
 * The command line that runs npm: the one that started this process, otherwise the one on the path.
 * @param {...string} args
 * @returns {[command: string, args: readonly string[]]}
 */
export function npm(...args) {
  const running = process.env['npm_execpath'];
  return running?.endsWith('.js') ? [process.execPath, [running, ...args]] : ['npm', args];
}

/**
 * Everything that is shipped. Not by npm's own `--omit=dev`, which also leaves out what is shipped and, beside that,
 * an optional peer of something for development.
 * @returns {Promise<string>} CycloneDX 1.5 as JSON
 */
export async function billOfMaterials() {
  const [command, args] = npm('sbom', '--sbom-format=cyclonedx');
  const { stdout } = await promisify(execFile)(command, [...args], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  const bill = JSON.parse(stdout);
  const shipped = bill.components.filter(
    (/** @type {Component} */ component) => !isForDevelopment(component),
  );
  const refs = new Set([
    bill.metadata.component['bom-ref'],
    ...shipped.map((/** @type {Component} */ one) => one['bom-ref']),
  ]);
  const dependencies = bill.dependencies
    .filter((/** @type {Dependency} */ { ref }) => refs.has(ref))
    .map((/** @type {Dependency} */ one) => ({
      ...one,
      dependsOn: one.dependsOn.filter((ref) => refs.has(ref)),
    }));
  return `${JSON.stringify({ ...bill, components: shipped, dependencies }, null, 2)}\n`;
}

/**
 * @typedef {{ 'bom-ref': string, properties?: { name: string, value: string }[] }} Component
 * @typedef {{ ref: string, dependsOn: string[] }} Dependency
 */

/** @param {Component} component */
function isForDevelopment({ properties = [] }) {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await script(async () => {
    process.stdout.write(await billOfMaterials());
  });
}
