import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { billOfMaterials } from '../../scripts/sbom.js';
import { ROOT } from '../kit/bundle.ts';

interface Lock {
  readonly packages: Readonly<
    Record<string, { resolved?: string; integrity?: string; link?: boolean; hasInstallScript?: boolean }>
  >;
}
type Dependencies = Readonly<Record<string, string>>;

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Readonly<
  Record<'dependencies' | 'optionalDependencies' | 'devDependencies', Dependencies>
>;
const page = read('docs/dependencies.md');

/** The packages named in the first column of the table under this heading. */
function listed(heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const cells = [...section.matchAll(/^\| (`.+?`) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)).sort();
}

describe('docs/dependencies.md justifies', () => {
  test.each([
    ['At run time', 'dependencies'],
    ['Optional', 'optionalDependencies'],
    ['For development only', 'devDependencies'],
  ] as const)('%s: every package, and no other', (heading, key) => {
    expect(listed(heading)).toEqual(Object.keys(manifest[key]).sort());
  });
});

describe('package-lock.json', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as Lock;
  const installed = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true);

  test('has a checksum for every package', () => {
    expect(installed.length).toBeGreaterThan(100);
    const without = installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(without.map(([path]) => path)).toEqual([]);
  });

  test('names no registry but the public one', () => {
    const elsewhere = installed.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });
});

test('install scripts are switched off', () => {
  expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
});

test('the bill of materials holds what is shipped and nothing else', { timeout: 60_000 }, async () => {
  const { bomFormat, components } = JSON.parse(await billOfMaterials()) as {
    bomFormat: string;
    components: { name: string; group?: string }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const names = components.map(({ name, group }) => (group === undefined ? name : `${group}/${name}`));
  expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
  // Something that is shipped needs the types of Node.js.
  const shippedToo = Object.keys(manifest.devDependencies).filter((name) => names.includes(name));
  expect(shippedToo).toEqual(['@types/node']);
});
