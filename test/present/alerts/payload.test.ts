import { describe, expect, test } from 'vitest';
import { INCIDENT_KINDS, type Incident, type IncidentKind } from '../../../src/model/incident.ts';
import { alertsOf } from '../../../src/present/alerts/payload.ts';
import { toldOf } from '../../../src/present/alerts/told.ts';
import { labelText } from '../../../src/present/metrics/label-text.ts';
import { incidentText } from '../../../src/present/words/incident-text.ts';
import { INCIDENTS, LOST_AT } from '../../fixtures/incidents.ts';
import { database, HOSTILE_NAMES, server, wellReport } from '../../fixtures/report.ts';
import { incident, VOLUME } from '../../kit/incidents.ts';

const SETTINGS = { labels: {}, dashboardUrl: 'http://localhost:3000' };
const LAST_SEEN = Date.UTC(2026, 6, 14, 2, 14, 5);

function alertOf(open: Incident, settings = SETTINGS) {
  const datname = open.datname ?? 'simfab_dev';
  const databases = [
    database({ datname, presence: 'unknown', identityMatch: undefined, lastSeenAt: LAST_SEEN }),
  ];
  const report = wellReport({
    servers: [
      server({ name: open.server, up: undefined, state: undefined, identityMatch: undefined, databases }),
    ],
    volumes: [],
    incidents: [open],
  });
  const [alert] = alertsOf(toldOf(report, new Set()), report, settings);
  if (alert === undefined) throw new Error('nothing is told');
  return { ...alert, report };
}

const ALERTS = {
  database_missing: { alertname: 'PgVigilDatabaseMissing', server: 'main', datname: 'simfab_dev' },
  database_replaced: { alertname: 'PgVigilDatabaseReplaced', server: 'main', datname: 'simfab_dev' },
  database_unreadable: { alertname: 'PgVigilDatabaseUnreadable', server: 'main', datname: 'simfab_dev' },
  database_shrunk: { alertname: 'PgVigilDatabaseShrunk', server: 'main', datname: 'simfab_dev' },
  server_replaced: { alertname: 'PgVigilServerReplaced', server: 'main' },
  server_down: { alertname: 'PgVigilServerDown', server: 'main' },
  volume_missing: { alertname: 'PgVigilVolumeMissing', server: 'main', volume: VOLUME },
  data_off_volume: { alertname: 'PgVigilDataOffVolume', server: 'main', volume: VOLUME },
  disk_full: { alertname: 'PgVigilDiskFull', server: 'main' },
  blind: { alertname: 'PgVigilServerBlind', server: 'main' },
} as const satisfies Record<IncidentKind, object>;

describe('a pushed alert', () => {
  test.each(INCIDENT_KINDS)('of %s has exactly the labels of its rule', (kind) => {
    expect(alertOf(incident(kind)).labels).toEqual({ severity: 'critical', ...ALERTS[kind] });
  });

  test('has the labels of the configuration too', () => {
    const settings = { ...SETTINGS, labels: { host: 'web1' } };
    expect(alertOf(incident('server_down'), settings).labels).toEqual({
      severity: 'critical',
      host: 'web1',
      ...ALERTS.server_down,
    });
  });

  test.each(HOSTILE_NAMES)('has names as the metrics have them: %j', (name) => {
    const { labels } = alertOf(incident('database_missing', { server: name, datname: name }));
    const escaped = (labels['datname'] ?? '').replace(/[\\"\n]/g, (sign) =>
      sign === '\n' ? '\\n' : `\\${sign}`,
    );
    expect(labelText(['datname'], { datname: name })).toBe(`{datname="${escaped}"}`);
    expect(labels['server']).toBe(labels['datname']);
  });

  test.each(INCIDENTS)('of $kind for $cause says why', (open) => {
    const { annotations, startsAt, report } = alertOf(open);
    expect(startsAt).toBe(LOST_AT);
    expect(annotations).toMatchObject({
      ...incidentText(open, report),
      cause: open.cause,
      confidence: open.confidence,
    });
    expect(annotations['summary']).toMatch(/^[A-Z].+\.$/);
    expect(annotations['description']).toContain(open.volume === undefined ? open.server : open.volume);
    expect(Object.hasOwn(annotations, 'last_seen')).toBe(open.datname !== undefined);
  });

  test('links to its runbook and its dashboard', () => {
    const { annotations } = alertOf(incident('database_missing', { datname: "it's a+b (x)" }), {
      ...SETTINGS,
      dashboardUrl: 'https://grafana.example.org/sub',
    });
    expect(annotations['runbook_url']).toBe(
      'https://github.com/pgvigil/pgvigil/blob/main/docs/runbooks/PgVigilDatabaseMissing.md',
    );
    // As Go's url.QueryEscape writes it.
    expect(annotations['dashboard_url']).toBe(
      'https://grafana.example.org/sub/d/pgvigil-database?var-server=main&var-datname=it%27s+a%2Bb+%28x%29',
    );
  });
});
