import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../kit/needs.ts';
import {
  type Dashboard,
  interpolate,
  type PanelQuery,
  panelQueries,
  readDashboards,
  type Values,
} from './kit.ts';
import { playLoss, type Scene } from './scene.ts';

/** Queries about backups: those of each panel by their letters. */
const OF_BACKUPS = [
  ...['7ABCDEF', '8A', '9A', '10A', '11A', '12A', '13A', '14A', '15A', '16ABC', '17A'],
  ...['18ABCDEFGHI', '19ABCDE', '20AB', '21A', '22A', '23A', '24A'],
].flatMap((panel) => {
  const [, id = '', letters = ''] = /^(\d+)(\w+)$/.exec(panel) ?? [];
  return [...letters].map((letter) => `pgvigil-backups/${id}${letter}`);
});

/** Queries that have no data in the scene, and why. */
const EMPTY: Readonly<Record<string, string>> = {
  ...Object.fromEntries(OF_BACKUPS.map((key) => [key, 'no source of backups is configured'])),
  'pgvigil-backups/2A': 'no backup is known, so nobody can tell whether it was restored',
  'pgvigil-backups/3A': 'no backup is known, so nobody can tell where it lies',
  'pgvigil-backups/5B': 'the same',
  'pgvigil-backups/5C': 'the same',
  'pgvigil-database/15A': 'no page has a wrong checksum',
  'pgvigil-incident/10A': 'the host is not booted',
  'pgvigil-incident/10C': 'the cluster is not initialised anew',
  'pgvigil-incident/10D': 'the container is not made anew',
  'pgvigil-incident/10E': 'a person restarts the container, not its policy',
  'pgvigil-incident/10F': 'nothing is killed for want of memory',
  'pgvigil-self/5B': 'there is no web configuration, for the page is not guarded',
  'pgvigil-self/20A': 'there is no certificate, for the same reason',
  'pgvigil-self/26B': 'every notification arrives',
};

/** Those that say how long until a disk is full, which are empty while it gets emptier: others use it too. */
const UNTIL_FULL = ['pgvigil-storage/1E', 'pgvigil-storage/3A'];

/** Labels that no series has in the scene, and why. */
const EMPTY_LABELS: Readonly<Record<string, string>> = {
  'pgvigil-incident/12A volume': 'what was lost is a database',
};

/** A series or an element of a vector. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
  readonly value?: readonly [number, string];
}

describeWith(
  ['root', 'postgres', 'dockerd', 'docker-compose', 'debootstrap', 'prometheus', 'alertmanager'],
  'the dashboards on a real Prometheus, after a loss',
  () => {
    const dashboards = readDashboards();
    let scene: Scene;
    let fills: boolean;
    let answers: ReadonlyMap<string, readonly Series[]>;

    beforeAll(async () => {
      scene = await playLoss();
      const queries = dashboards.flatMap(panelQueries);
      const found = await Promise.all(
        queries.map(async (query) => [keyOf(query), await ask(query, EVERYTHING())] as const),
      );
      answers = new Map(found);
      const growth = 'deriv(pgvigil_filesystem_avail_bytes[6h]) < 0';
      const at = { query: growth, time: scene.endedAt };
      fills = ((await api('query', at, growth)) as { result: readonly Series[] }).result.length > 0;
    }, 240_000);
    afterAll(() => scene?.close());

    const EVERYTHING = (): Values => ({
      job: '.+',
      instance: '.+',
      server: '.+',
      datname: '.+',
      rangeSeconds: Math.ceil(scene.endedAt - scene.startedAt),
      stepSeconds: 2,
      scrapeSeconds: 1,
    });

    async function ask({ target, name }: PanelQuery, values: Values): Promise<readonly Series[]> {
      const query = interpolate(target.expr, values);
      const { startedAt: start, endedAt: end } = scene;
      const parameters = target.instant
        ? { query, time: end }
        : { query, start, end, step: values.stepSeconds };
      const path = target.instant ? 'query' : 'query_range';
      const { result } = (await api(path, parameters, name)) as { result: readonly Series[] };
      return result;
    }

    async function api(path: string, parameters: object, name: string): Promise<unknown> {
      const body = new URLSearchParams(
        Object.entries(parameters).map(([key, value]) => [key, String(value)] as [string, string]),
      );
      const url = `${scene.prometheus.url}/api/v1/${path}`;
      const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
      const answer = (await response.json()) as { status: string; error?: string; data: unknown };
      if (answer.status !== 'success') throw new Error(`${name}: ${answer.error}`);
      return answer.data;
    }

    const answerTo = (key: string): readonly Series[] => answers.get(key) ?? [];

    test.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))(
      '%s: every query finds something, but for those that are said to find nothing',
      (_, dashboard) => {
        const empty = panelQueries(dashboard)
          .map(keyOf)
          .filter((key) => answerTo(key).length === 0 && (fills || !UNTIL_FULL.includes(key)));
        const expected = Object.keys(EMPTY).filter((key) => key.startsWith(`${dashboard.uid}/`));
        expect(empty.sort()).toEqual(expected.sort());
      },
    );

    test.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))(
      '%s: legends and columns name labels that the series have',
      (_, dashboard) => {
        const missing = panelQueries(dashboard).flatMap((query) => {
          const labels = answerTo(keyOf(query)).map(({ metric }) => Object.keys(metric));
          // The label of a fleet: there is none here.
          const named = namedLabels(query).filter((label) => label !== 'host');
          return labels.length === 0
            ? []
            : named
                .filter((label) => !(`${keyOf(query)} ${label}` in EMPTY_LABELS))
                .filter((label) => !labels.some((has) => has.includes(label)))
                .map((label) => `${query.name}: ${label}`);
        });
        expect(missing).toEqual([]);
      },
    );

    test.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))(
      '%s: rows of a table come together, for all its queries have the same labels',
      (_, dashboard) => {
        for (const { title, targets = [], id } of dashboard.panels.filter(({ type }) => type === 'table')) {
          const shapes = targets
            .flatMap(({ refId }) => answerTo(`${dashboard.uid}/${id}${refId}`))
            .map(({ metric }) =>
              Object.keys(metric)
                .filter((label) => metric[label] !== '')
                .sort()
                .join(),
            );
          // A table of which nothing is there is listed above.
          if (targets.length > 1 && shapes.length > 0) expect([...new Set(shapes)], title).toHaveLength(1);
        }
      },
    );

    test('a selection of one server and one database fails nowhere', async () => {
      const instance = scene.instance.replaceAll('.', '\\\\.');
      const one = {
        ...EVERYTHING(),
        job: 'pgvigil',
        instance,
        server: '(main)',
        datname: '(simfab_dev|shop)',
      };
      const found = await Promise.all(dashboards.flatMap(panelQueries).map((query) => ask(query, one)));
      expect(found.filter((series) => series.length > 0).length).toBeGreaterThan(80);
    });

    test('the variables offer what there is, the lost database too', async () => {
      const offered = await Promise.all(
        variableQueries(dashboards[0]).map(async ([label, series]) => {
          const parameters = { 'match[]': interpolate(series, EVERYTHING()) };
          const found = (await api('series', parameters, label)) as readonly Record<string, string>[];
          return [label, [...new Set(found.map((labels) => labels[label]))].sort()];
        }),
      );
      expect(Object.fromEntries(offered)).toEqual({
        job: ['pgvigil'],
        instance: [scene.instance],
        server: ['main'],
        datname: ['postgres', 'shop', 'simfab_dev'],
      });
    });

    test('the overview counts what is gone', () => {
      const counts = ['1A', '2A', '3A', '3B', '4A', '5A', '6A', '7A'].map((panel) =>
        Number(answerTo(`pgvigil-overview/${panel}`)[0]?.value?.[1]),
      );
      expect(counts).toEqual([1, 0, 0, 0, 0, 0, 1, 0]);
    });

    test('the incident shows when the database went, why, and what Docker did before', () => {
      const presence = answerTo('pgvigil-incident/3A').find(
        ({ metric }) => metric['datname'] === 'simfab_dev',
      );
      const values = presence?.values?.map(([, value]) => value) ?? [];
      expect(values).toContain('1');
      expect(values.at(-1)).toBe('0');
      const [incident] = answerTo('pgvigil-incident/2A');
      expect(incident?.metric).toMatchObject({ kind: 'database_missing', cause: 'database_dropped' });
      const events = answerTo('pgvigil-incident/9A').map(
        ({ metric }) => `${metric['type']} ${metric['action']}`,
      );
      expect(events).toEqual(expect.arrayContaining(['container die', 'container start']));
    });

    test('what pgvigil costs is that of pgvigil alone, though all jobs are selected', () => {
      for (const panel of ['1A', '14A', '15A', '16A', '17A', '19A']) {
        const instances = answerTo(`pgvigil-self/${panel}`).map(({ metric }) => metric['instance']);
        expect(instances, panel).toEqual([scene.instance]);
      }
    });

    test('an incident is counted, though its cause was never counted before', () => {
      const opened = answerTo('pgvigil-self/13A').map(({ metric }) => `${metric['kind']} ${metric['cause']}`);
      expect(opened).toContain('database_missing database_dropped');
    });

    test('the firing alert is drawn over the graphs', async () => {
      const expr = dashboards[0]?.annotations.list[0]?.expr ?? '';
      const { result } = (await api('query', { query: interpolate(expr, EVERYTHING()) }, 'annotation')) as {
        result: readonly Series[];
      };
      expect(result.map(({ metric }) => metric['alertname'])).toContain('PgVigilDatabaseMissing');
    });
  },
);

const keyOf = ({ name }: PanelQuery): string => name.split(' ')[0] ?? '';

/** Labels that the legend or the columns of the panel show. */
function namedLabels({ panel, target }: PanelQuery): readonly string[] {
  if (target.format !== 'table') {
    return [...(target.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '');
  }
  const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options;
  return Object.keys(organize?.indexByName ?? {}).filter((field) => !field.startsWith('Value'));
}

function variableQueries(dashboard: Dashboard | undefined): readonly (readonly [string, string])[] {
  return (dashboard?.templating.list ?? []).flatMap(({ name, query }) => {
    const text = typeof query === 'object' ? query.query : '';
    const [, series] = /^label_values\((.+), *\w+\)$/.exec(text) ?? [];
    return series === undefined ? [] : [[name, series] as const];
  });
}
