import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/present/metrics/catalogue.ts';
import { ROOT } from '../kit/bundle.ts';
import { metricsOf } from '../kit/promql.ts';
import { ruleQueries } from '../kit/rule-queries.ts';

/** Metrics that no rule and no dashboard uses, and what they are there for. */
const UNUSED: Readonly<Record<string, string>> = {
  pgvigil_server_timeline:
    'a promotion is no fault by itself; the metric is there for whoever runs standbys of their own',
};

const DASHBOARDS = join(ROOT, 'grafana/dashboards');
const inDashboards = existsSync(DASHBOARDS)
  ? readdirSync(DASHBOARDS).flatMap((file) =>
      [...readFileSync(join(DASHBOARDS, file), 'utf8').matchAll(/\bpgvigil_\w+/g)].map(([name]) => name),
    )
  : [];
const used = new Set([...ruleQueries().flatMap(({ query }) => metricsOf(query)), ...inDashboards]);

describe('every metric of pgvigil', () => {
  test('is used by a rule or a dashboard, or is listed with a reason', () => {
    const idle = Object.keys(CATALOGUE).filter((name) => !used.has(name) && !(name in UNUSED));
    expect(idle).toEqual([]);
  });

  test.each(Object.keys(UNUSED))('%s is listed as unused and is', (name) => {
    expect(CATALOGUE).toHaveProperty(name);
    expect(used.has(name)).toBe(false);
  });
});
