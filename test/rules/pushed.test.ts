import { afterAll, beforeAll, expect, test } from 'vitest';
import { INCIDENT_KINDS, type Incident, type IncidentKind } from '../../src/model/incident.ts';
import type { Report, ServerVerdict } from '../../src/model/report.ts';
import { type Alert, alertsOf } from '../../src/present/alerts/payload.ts';
import { toldOf } from '../../src/present/alerts/told.ts';
import { WORDINGS } from '../../src/present/alerts/wording.ts';
import { familiesOf } from '../../src/present/metrics/families.ts';
import { renderMetrics } from '../../src/present/metrics/render.ts';
import { INCIDENTS } from '../fixtures/incidents.ts';
import { database, server, volume, wellReport } from '../fixtures/report.ts';
import { type Exposition, startExposition } from '../kit/exposition.ts';
import { incident } from '../kit/incidents.ts';
import { describeWith } from '../kit/needs.ts';
import { type Prometheus, type PrometheusAlert, startPrometheus } from '../kit/prometheus.ts';
import { waitFor } from '../kit/wait.ts';

/** Names that a link and a query have to escape. */
const DATNAME = `it's "a+b" (50 %)`;
const LAST_SEEN = Date.UTC(2026, 6, 14, 2, 14, 5, 123);

const nameOf = (kind: IncidentKind): string => `of ${kind}`;
const volumeOf = (kind: IncidentKind): string => `${kind}_data`;

/** How each kind shows in the verdicts on its server. */
const SHOWS = {
  database_missing: {
    databases: [
      database({ datname: DATNAME, expected: 'config', presence: 'missing', lastSeenAt: LAST_SEEN }),
    ],
  },
  database_unreadable: {
    databases: [
      database({ datname: DATNAME, expected: 'config', presence: 'unreadable', lastSeenAt: LAST_SEEN }),
    ],
  },
  database_replaced: {
    databases: [
      database({ datname: DATNAME, expected: 'config', identityMatch: false, lastSeenAt: LAST_SEEN }),
    ],
  },
  database_shrunk: { databases: [database({ datname: DATNAME, expected: 'config', lastSeenAt: LAST_SEEN })] },
  server_replaced: { identityMatch: false },
  server_down: { state: 'down', up: false },
  blind: { state: 'unreachable', up: false },
  volume_missing: {},
  data_off_volume: {},
  disk_full: {},
} as const satisfies Record<IncidentKind, Partial<ServerVerdict>>;

/** An incident of this kind with what the fixtures have to tell, on a server of its own. */
function incidentOf(kind: IncidentKind, index: number): Incident {
  const told = INCIDENTS.find((one) => one.kind === kind) ?? incident(kind);
  return {
    ...told,
    id: `0000000${index}`,
    server: nameOf(kind),
    datname: kind.startsWith('database_') ? DATNAME : undefined,
    volume: told.volume === undefined ? undefined : volumeOf(kind),
    symptoms: [],
  };
}

/** A night in which everything that can be lost is lost, each on another server. */
function everythingLost(): Report {
  return wellReport({
    at: Date.now(),
    servers: INCIDENT_KINDS.map((kind) => server({ name: nameOf(kind), databases: [], ...SHOWS[kind] })),
    volumes: [
      volume({
        name: volumeOf('volume_missing'),
        server: nameOf('volume_missing'),
        present: false,
        mounted: false,
      }),
      volume({ name: volumeOf('data_off_volume'), server: nameOf('data_off_volume'), mounted: false }),
    ],
    containers: [],
    filesystems: [],
    incidents: INCIDENT_KINDS.map(incidentOf),
    risks: [],
  });
}

/** What the rule says differently, because it waits for a minute. */
const WAITS: readonly string[] = ['PgVigilServerDown', 'PgVigilServerBlind'];

describeWith(['prometheus'], 'what pgvigil pushes and what the rules fire on the same report', () => {
  const report = everythingLost();
  const pushed = alertsOf(toldOf(report, new Set()), report, {
    labels: {},
    dashboardUrl: 'http://localhost:3000',
  });
  const names = new Set<string>(Object.values(WORDINGS).map(({ alertname }) => alertname));
  let exposition: Exposition;
  let prometheus: Prometheus;
  let fired: readonly PrometheusAlert[];

  beforeAll(async () => {
    const text = renderMetrics(familiesOf(report), 'text').toString();
    exposition = await startExposition(text.trimEnd().split('\n'));
    prometheus = await startPrometheus({ targets: [exposition.address] });
    // Pending ones have the same labels and texts: no need to wait for a minute.
    const all = async (): Promise<readonly PrometheusAlert[] | undefined> => {
      const alerts = (await prometheus.alerts()).filter(({ labels }) => names.has(labels['alertname'] ?? ''));
      const kinds = new Set(alerts.map(({ labels }) => labels['alertname']));
      const complete = alerts.every(({ annotations }) => annotations['cause'] !== undefined);
      return kinds.size === names.size && complete ? alerts : undefined;
    };
    await waitFor('every rule has fired', 60_000, all, 500);
    // Once more, in case that the incident was scraped after what it is about.
    fired = await waitFor('an evaluation later', 60_000, all, 6000);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await exposition?.stop();
  });

  const labelsOf = (alerts: readonly Pick<Alert, 'labels'>[]): readonly string[] =>
    alerts.map(({ labels }) => JSON.stringify(Object.entries(labels).sort())).sort();

  test('are the same alerts: label by label, none more, none less', () => {
    expect(labelsOf(pushed)).toHaveLength(INCIDENT_KINDS.length);
    expect(labelsOf(fired)).toEqual(labelsOf(pushed));
  });

  test.each(INCIDENT_KINDS)('say the same: %s', (kind) => {
    const { alertname } = WORDINGS[kind];
    const find = (alerts: readonly Pick<Alert, 'labels' | 'annotations'>[]) =>
      alerts.find(({ labels }) => labels['alertname'] === alertname)?.annotations;
    const { description, ...ours } = find(pushed) ?? {};
    const { description: theirs, ...rest } = find(fired) ?? {};
    expect(ours).toEqual(rest);
    if (!WAITS.includes(alertname)) expect(description).toBe(theirs);
  });
});
