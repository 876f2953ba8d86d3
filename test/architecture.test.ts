import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What each room may import, beside itself. Siblings never import siblings. */
const ROOMS: Record<string, readonly string[]> = {
  model: [],
  config: ['model'],
  observe: ['model'],
  remember: ['model'],
  diagnose: ['model'],
  present: ['model'],
  guard: ['model', 'config', 'observe', 'remember'],
  disposable: ['model', 'observe', 'remember'],
  watchdog: ['model'],
  'watch.ts': ['model'],
  'control.ts': ['model'],
  'log.ts': ['model'],
};
/** Composition roots: they may import every room. */
const ROOTS = [
  'access.ts',
  'app.ts',
  'app-deps.ts',
  'children.ts',
  'discovery',
  'investigation.ts',
  'observers.ts',
  'once.ts',
  'reload.ts',
  'upgrade-log.ts',
  'word.ts',
  'main.ts',
  'cli',
];
/** Packages that belong to one place. */
const PACKAGES: Record<string, RegExp> = {
  fastify: /^present\/web\//,
  bcryptjs: /^present\/web\/access\/hash-worker\.ts$/,
  'prom-client': /^present\/metrics\//,
  pg: /^(observe\/postgres|guard|cli\/demo)\//,
  dockerode: /^observe\/docker\//,
  systeminformation: /^observe\/disk\//,
  yaml: /^(config|cli)\//,
  croner: /^config\/cron\.ts$/,
  zod: /^config\//,
  commander: /^(main\.ts$|cli\/)/,
};
const SOURCE = 'src';

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => normalize(file));

/** All module specifiers of a file, `import type` included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'|(?:^|\n)import\s+'([^']+)'/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const roomOf = (file: string): string => file.split('/')[0] ?? '';
const local = (file: string): string[] =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative('.', join(dirname(file), name)));

describe('architecture', () => {
  test('every file lies in a room that is known', () => {
    expect(files.filter((file) => !(roomOf(file) in ROOMS) && !ROOTS.includes(roomOf(file)))).toEqual([]);
  });

  test('imports run one way only', () => {
    const wrong = files
      .filter((file) => !ROOTS.includes(roomOf(file)))
      .flatMap((file) => {
        const allowed = [roomOf(file), ...(ROOMS[roomOf(file)] ?? [])];
        return local(file)
          .filter((target) => !allowed.includes(roomOf(target)))
          .map((target) => `${file} imports ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  test('no file imports itself in a circle', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of local(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  test('packages stay in the room that owns them', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => name in PACKAGES && !PACKAGES[name]?.test(file))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('only main.ts, child processes and the watchdog touch the process', () => {
    const allowed =
      /^(main\.ts|disposable\/(child|names-child|stay-with-parent)\.ts|watchdog\/thread\.ts|observe\/program\.ts|guard\/restore\/keeper\.ts)$/;
    const wrong = files.filter(
      (file) =>
        !allowed.test(file) &&
        /\bprocess\.(argv|env|exit|on|once|stdout|stderr|stdin|kill|cwd)\b/.test(
          readFileSync(join(SOURCE, file), 'utf8'),
        ),
    );
    expect(wrong).toEqual([]);
  });

  test('the pure rooms read no clock and do no input or output', () => {
    const pure = /^(model|diagnose)\//;
    const wrong = files.filter(
      (file) =>
        pure.test(file) &&
        (/\bDate\.now\(|new Date\(\)|performance\.now\(|Math\.random\(/.test(
          readFileSync(join(SOURCE, file), 'utf8'),
        ) ||
          importsOf(file).some((name) => /^node:(fs|net|http|child_process|dns|os)/.test(name))),
    );
    expect(wrong).toEqual([]);
  });

  test('no file is longer than 250 lines', () => {
    expect(files.filter((file) => readFileSync(join(SOURCE, file), 'utf8').split('\n').length > 250)).toEqual(
      [],
    );
  });
});

describe('the code of the dashboards', () => {
  const GRAFANA = 'grafana/src';
  const scripts = readdirSync(GRAFANA, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const imports = scripts.map((file) => {
    const text = readFileSync(join(GRAFANA, file), 'utf8');
    const names = [...text.matchAll(/\bfrom '([^']+)'/g)].map(([, name]) => name ?? '');
    return { file, lines: text.split('\n').length, names };
  });

  test('takes from the program only what its metrics are called', () => {
    const taken = imports.flatMap(({ names }) => names.filter((name) => name.includes('/src/')));
    expect([...new Set(taken.map((name) => name.replace(/^[./]+/, '')))].sort()).toEqual([
      'src/model/verified.ts',
      'src/present/metrics/catalogue.ts',
    ]);
  });

  test('has the SDK to itself, and YAML where alerts are made', () => {
    const wrong = imports.flatMap(({ file, names }) =>
      names
        .filter((name) => !name.startsWith('.') && !name.startsWith('@grafana/grafana-foundation-sdk/'))
        .filter((name) => name !== 'yaml' || !file.startsWith('alerting/'))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
    const elsewhere = files.filter((file) =>
      importsOf(file).some((name) => /@grafana|grafana\/src/.test(name)),
    );
    expect(elsewhere).toEqual([]);
  });

  test('has no file longer than 250 lines', () => {
    expect(imports.filter(({ lines }) => lines > 250).map(({ file }) => file)).toEqual([]);
  });
});
