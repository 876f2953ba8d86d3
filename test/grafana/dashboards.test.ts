import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generatedFiles } from '../../grafana/src/generated.ts';
import { UIDS } from '../../grafana/src/links.ts';
import { ROOT } from '../kit/bundle.ts';
import { RULES, ruleFiles } from '../kit/rules.ts';
import { contentPanels, type Dashboard, type Panel, readDashboards } from './kit.ts';

const dashboards = readDashboards();
const each = dashboards.map((dashboard) => [dashboard.uid, dashboard] as const);

describe('the committed files', () => {
  const rules = ruleFiles().map((file) => ({
    name: file.slice(RULES.length + 1),
    text: readFileSync(file, 'utf8'),
  }));
  const generated = generatedFiles(rules);

  test.each(generated.map(({ file, content }) => [file, content] as const))(
    '%s is what the code makes',
    (file, content) => {
      const found = readFileSync(join(ROOT, file), 'utf8');
      expect(found === content, 'run `npm run build && npm run generate`, and commit what it writes').toBe(
        true,
      );
    },
  );

  test.each(['grafana/dashboards', 'grafana/alerting'])('nothing else is in %s', (directory) => {
    const found = readdirSync(join(ROOT, directory)).map((file) => `${directory}/${file}`);
    const made = generated.map(({ file }) => file).filter((file) => file.startsWith(directory));
    expect(found.sort()).toEqual([...made].sort());
  });
});

describe('together', () => {
  test('they have the uids that alerts and links name, each once, and a title each', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual(Object.values(UIDS).sort());
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(dashboards.length);
  });
});

describe.each(each)('%s', (_, dashboard) => {
  test('is classic JSON with what all of them have in common', () => {
    expect(dashboard).toMatchObject({
      schemaVersion: 42,
      editable: false,
      tags: ['pgvigil'],
      refresh: '30s',
      time: { to: 'now' },
      links: [{ type: 'dashboards', tags: ['pgvigil'], asDropdown: true, includeVars: true, keepTime: true }],
    });
    expect(dashboard.description).toMatch(/\?/);
    // An export has these, and they work on no other installation.
    expect(JSON.stringify(dashboard)).not.toMatch(/__inputs|DS_PROMETHEUS/);
  });

  test('has the variables in their order', () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    expect(names).toEqual(['datasource', 'job', 'instance', 'server', 'datname']);
  });

  test('shows the firing alerts', () => {
    const [annotation] = dashboard.annotations.list;
    expect(annotation?.expr).toContain('ALERTS{');
  });

  test('gives every panel an id of its own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
  });

  test('overlaps nothing, leaves no hole and is 24 wide', () => {
    expect(layoutProblems(dashboard.panels)).toEqual([]);
  });

  test('names every query of a panel once', () => {
    for (const { title, targets = [] } of contentPanels(dashboard)) {
      const names = targets.map(({ refId }) => refId);
      expect(new Set(names).size, title).toBe(names.length);
    }
  });

  test('overrides only columns that are there, and every link leads to one of them', () => {
    for (const panel of contentPanels(dashboard)) expect(columnProblems(panel), panel.title).toEqual([]);
  });
});

test('a layout with an overlap, an overflow or a hole is found', () => {
  const at = (id: number, x: number, y: number, w: number): Panel => ({
    id,
    type: 'stat',
    title: `${id}`,
    gridPos: { x, y, w, h: 4 },
  });
  expect(layoutProblems([at(1, 0, 0, 12), at(2, 12, 0, 12)])).toEqual([]);
  expect(layoutProblems([at(1, 0, 0, 13), at(2, 12, 0, 12)])).not.toEqual([]);
  expect(layoutProblems([at(1, 0, 0, 12), at(2, 12, 0, 13)])).not.toEqual([]);
  expect(layoutProblems([at(1, 0, 0, 24), at(2, 0, 5, 24)])).not.toEqual([]);
});

/** Every cell of the grid belongs to one panel. */
function layoutProblems(panels: readonly Panel[]): readonly string[] {
  const taken = new Map<string, string>();
  const problems: string[] = [];
  let height = 0;
  for (const { title, gridPos } of panels) {
    const { x, y, w, h } = gridPos;
    height = Math.max(height, y + h);
    if (x < 0 || x + w > 24 || w < 1 || h < 1) problems.push(`${title} is outside`);
    for (let row = y; row < y + h; row += 1) {
      for (let column = x; column < x + w; column += 1) {
        const cell = `${column},${row}`;
        const other = taken.get(cell);
        if (other !== undefined) problems.push(`${title} lies on ${other}`);
        taken.set(cell, title);
      }
    }
  }
  if (taken.size !== 24 * height && problems.length === 0) problems.push('there is a hole');
  return [...new Set(problems)];
}

function columnProblems({ transformations = [], fieldConfig }: Panel): readonly string[] {
  const organize = transformations.find(({ id }) => id === 'organize')?.options;
  if (organize === undefined) return [];
  const fields = Object.keys(organize.indexByName ?? {});
  const columns = fields.map((field) => organize.renameByName?.[field] ?? field);
  const overrides = fieldConfig?.overrides ?? [];
  const unknown = overrides.map(({ matcher }) => matcher.options).filter((name) => !columns.includes(name));
  const urls = overrides
    .flatMap(({ properties }) => properties.filter(({ id }) => id === 'links'))
    .flatMap(({ value }) => (value as { url: string }[]).map(({ url }) => url));
  const lost = urls.filter((url) => {
    const uid = /^\/d\/([\w-]+)\?/.exec(url)?.[1] ?? '';
    const named = [...url.matchAll(/__data\.fields\["(\w+)"\]/g)].map(([, field]) => field ?? '');
    return !Object.values<string>(UIDS).includes(uid) || named.some((field) => !fields.includes(field));
  });
  return [...unknown, ...lost];
}

/** Kept here so that a dashboard cannot lose its panels without anybody seeing it. */
test.each([
  ['pgvigil-overview', 12],
  ['pgvigil-database', 15],
  ['pgvigil-incident', 12],
  ['pgvigil-storage', 12],
  ['pgvigil-backups', 24],
  ['pgvigil-self', 26],
])('%s has %i panels', (uid, count) => {
  const found = dashboards.find((dashboard) => dashboard.uid === uid) as Dashboard;
  expect(contentPanels(found)).toHaveLength(count);
});
