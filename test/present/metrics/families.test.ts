import { describe, expect, test } from 'vitest';
import { INCIDENT_KINDS } from '../../../src/model/incident.ts';
import { CONNECT_REASONS } from '../../../src/model/reason.ts';
import { type Report, SERVER_STATES } from '../../../src/model/report.ts';
import {
  CATALOGUE,
  type MetricName,
  type MetricSpec,
  SUBJECTS,
} from '../../../src/present/metrics/catalogue.ts';
import { familiesOf } from '../../../src/present/metrics/families.ts';
import {
  backup,
  backupSource,
  database,
  filesystem,
  fullReport,
  server,
  volume,
  wellReport,
} from '../../fixtures/report.ts';

type Labels = Readonly<Record<string, string>>;

/** Label text back to labels. */
const labelsOf = (text: string): Labels =>
  Object.fromEntries(
    [...text.matchAll(/([a-z_]+)="((?:[^"\\\n]|\\.)*)"[,}]/g)].map(([, name, value]) => [
      name ?? '',
      (value ?? '').replace(/\\(.)/g, '$1'),
    ]),
  );

/** Values of one metric that carry the given labels. */
function values(report: Report, name: MetricName, labels: Labels = {}): number[] {
  const family = familiesOf(report).find((candidate) => candidate.name === name);
  if (family === undefined) return [];
  return family.values.filter((_, index) => {
    const found = labelsOf(family.labels[index] ?? '');
    return Object.entries(labels).every(([label, value]) => found[label] === value);
  });
}

describe('the catalogue', () => {
  test('names, labels and HELP follow the conventions of Prometheus', () => {
    for (const [name, { type, help, labels }] of Object.entries<MetricSpec>(CATALOGUE)) {
      expect(name).toMatch(/^pgvigil_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(help, name).toMatch(/^[A-Z].*\.$/);
      expect(new Set(labels).size, name).toBe(labels.length);
      for (const label of labels) {
        expect(label, name).toMatch(/^[a-z]+(_[a-z]+)*$/);
        expect(['instance', 'job', 'cluster', 'le', 'quantile']).not.toContain(label);
      }
    }
  });

  test('lists every metric under one subject', () => {
    const listed = SUBJECTS.flatMap(({ metrics }) => Object.keys(metrics));
    expect(listed).toEqual(Object.keys(CATALOGUE));
  });
});

describe('familiesOf', () => {
  test('gives every catalogued metric for a report that has everything, in the order of the catalogue', () => {
    expect(familiesOf(fullReport()).map((family) => family.name)).toEqual(Object.keys(CATALOGUE));
  });

  test('gives exactly the catalogued labels, and finite values', () => {
    for (const family of familiesOf(fullReport())) {
      expect(family.values).toHaveLength(family.labels.length);
      expect(family.values.every(Number.isFinite), family.name).toBe(true);
      for (const labels of family.labels) {
        expect(Object.keys(labelsOf(labels)), family.name).toEqual(
          CATALOGUE[family.name as MetricName].labels,
        );
      }
    }
  });

  test('shows a server that was not looked at yet by its info alone', () => {
    const names = familiesOf(fullReport())
      .filter((family) => family.labels.some((labels) => labelsOf(labels)['server'] === 'standby'))
      .map((family) => family.name);
    expect(names).toEqual([
      'pgvigil_server_info',
      'pgvigil_database_expected',
      'pgvigil_incidents_total',
      'pgvigil_container_oom_kills_total',
      'pgvigil_server_filesystem_info',
    ]);
  });

  test.each([...SERVER_STATES])('shows the state %s as the only one', (state) => {
    const report = wellReport({ servers: [server({ state, up: state === 'up' })] });
    for (const candidate of SERVER_STATES) {
      expect(values(report, 'pgvigil_server_state', { state: candidate })).toEqual([
        candidate === state ? 1 : 0,
      ]);
    }
  });

  test.each([
    ['present', [1]],
    ['missing', [0]],
    ['unreadable', [0]],
    ['unknown', []],
  ] as const)('shows presence %s as %j, and the expectation all the same', (presence, expected) => {
    const lost = database({ datname: 'shop', expected: 'config', presence });
    const report = wellReport({ servers: [server({ databases: [lost] })] });
    expect(values(report, 'pgvigil_database_present', { datname: 'shop' })).toEqual(expected);
    expect(values(report, 'pgvigil_database_expected', { datname: 'shop', source: 'config' })).toEqual([1]);
  });

  test('leaves out what is unknown instead of calling it 0', () => {
    const report = wellReport({
      servers: [
        server({
          identityMatch: undefined,
          connections: undefined,
          databases: [
            database({ sizeBytes: undefined, identityMatch: undefined, checksumFailures: undefined }),
          ],
        }),
      ],
      volumes: [volume({ present: undefined, mounted: undefined })],
      filesystems: [filesystem({ up: undefined, sizeBytes: undefined, availBytes: undefined })],
      host: { bootedAt: undefined, hostname: undefined },
    });
    const absent: readonly MetricName[] = [
      'pgvigil_server_identity_match',
      'pgvigil_server_connections',
      'pgvigil_database_size_bytes',
      'pgvigil_database_identity_match',
      'pgvigil_checksum_failures_total',
      'pgvigil_volume_present',
      'pgvigil_volume_mounted',
      'pgvigil_filesystem_up',
      'pgvigil_filesystem_down_info',
      'pgvigil_filesystem_size_bytes',
      'pgvigil_filesystem_avail_bytes',
      'pgvigil_host_boot_timestamp_seconds',
    ];
    for (const name of absent) expect(values(report, name), name).toEqual([]);
  });

  test('drops what is not a number', () => {
    const report = wellReport({
      servers: [server({ connections: Number.NaN, timeline: Number.POSITIVE_INFINITY })],
    });
    expect(values(report, 'pgvigil_server_connections')).toEqual([]);
    expect(values(report, 'pgvigil_server_timeline')).toEqual([]);
  });

  test('starts every reason of a tallied database at 0', () => {
    const labels = { server: 'main', datname: 'simfab_dev' };
    for (const reason of CONNECT_REASONS) {
      const [value] = values(fullReport(), 'pgvigil_connection_failures_total', { ...labels, reason });
      expect(value, reason).toBe({ no_database: 1440, starting: 1 }[reason as string] ?? 0);
    }
  });

  test('shows an open incident with the labels that a rule reads, and none that is over', () => {
    expect(values(fullReport(), 'pgvigil_incident_open')).toEqual([1, 1, 1]);
    const missing = {
      id: '5f0c2a91',
      datname: 'simfab_dev',
      cause: 'database_dropped',
      confidence: 'inferred',
    };
    expect(values(fullReport(), 'pgvigil_incident_open', missing)).toEqual([1]);
    expect(values(fullReport(), 'pgvigil_incident_open', { kind: 'volume_missing', datname: '' })).toEqual([
      1,
    ]);
    expect(values(wellReport(), 'pgvigil_incident_open')).toEqual([]);
  });

  test('tells an open incident, and everything that is wrong for its reason', () => {
    const id = '0b7e44d2';
    const [text] = familiesOf(fullReport())
      .filter(({ name }) => name === 'pgvigil_incident_info')
      .flatMap(({ labels }) => labels.map(labelsOf).filter((labels) => labels['id'] === id));
    expect(text).toMatchObject({
      kind: 'volume_missing',
      datname: '',
      headline: expect.stringContaining('old_shop_data'),
    });
    expect(text?.['evidence']).toContain('old_shop_data');
    const symptoms = familiesOf(fullReport())
      .filter(({ name }) => name === 'pgvigil_incident_symptom')
      .flatMap(({ labels }) => labels.map(labelsOf).filter((labels) => labels['id'] === id));
    expect(symptoms).toEqual([
      { id, server: 'main', datname: '', volume: 'old_shop_data', kind: 'volume_missing' },
      { id, server: 'main', datname: 'shop', volume: '', kind: 'database_unreadable' },
    ]);
    expect(values(wellReport(), 'pgvigil_incident_info')).toEqual([]);
  });

  test.each([
    ['present', []],
    ['missing', [0]],
    ['unreadable', [1]],
    ['unknown', []],
  ] as const)('tells what is missing from what cannot be read: %s as %j', (presence, expected) => {
    const lost = database({ datname: 'shop', expected: 'config', presence });
    const report = wellReport({ servers: [server({ databases: [lost] })] });
    expect(values(report, 'pgvigil_database_unreadable', { datname: 'shop' })).toEqual(expected);
  });

  test('starts the counter of every kind of incident at 0, and keeps what was counted', () => {
    expect(values(wellReport(), 'pgvigil_incidents_total', { server: 'main', cause: 'unknown' })).toEqual(
      INCIDENT_KINDS.map(() => 0),
    );
    const down = { server: 'main', kind: 'server_down' };
    expect(values(fullReport(), 'pgvigil_incidents_total', down)).toEqual([3]);
    expect(values(fullReport(), 'pgvigil_incidents_total', { ...down, server: 'standby' })).toEqual([0]);
    const missing = { server: 'main', kind: 'database_missing' };
    expect(
      values(fullReport(), 'pgvigil_incidents_total', { ...missing, cause: 'database_dropped' }),
    ).toEqual([1]);
    expect(values(fullReport(), 'pgvigil_incidents_total', { ...missing, cause: 'unknown' })).toEqual([0]);
  });

  test('shows a risk as 0 or 1, and not at all where it cannot be told', () => {
    const risk = 'superuser_monitoring';
    expect(values(fullReport(), 'pgvigil_risk', { server: 'main', risk })).toEqual([1]);
    expect(values(fullReport(), 'pgvigil_risk', { server: 'reporting "blue"', risk })).toEqual([0]);
    expect(values(fullReport(), 'pgvigil_risk', { server: 'standby' })).toEqual([]);
    expect(values(fullReport(), 'pgvigil_risk', { risk: 'anonymous_volume' })).toEqual([]);
  });

  test('starts the counter of every kind of dropped object at 0', () => {
    expect(values(wellReport(), 'pgvigil_series_dropped_total')).toEqual([0, 0, 0, 0]);
  });

  test('says why a filesystem could not be measured, and gives no size of it', () => {
    const stuck = { mountpoint: '/srv/nfs "old"' };
    expect(values(fullReport(), 'pgvigil_filesystem_up', stuck)).toEqual([0]);
    expect(values(fullReport(), 'pgvigil_filesystem_down_info', { ...stuck, reason: 'stuck' })).toEqual([1]);
    expect(values(fullReport(), 'pgvigil_filesystem_size_bytes', stuck)).toEqual([]);
    expect(values(fullReport(), 'pgvigil_filesystem_readonly', stuck)).toEqual([0]);
  });

  test('is silent about Docker while it is switched off', () => {
    const docker = { ...wellReport().docker, enabled: false, up: undefined, reason: 'off' } as const;
    const names = familiesOf(wellReport({ docker, volumes: [], containers: [] })).map(
      (family) => family.name,
    );
    expect(names.filter((name) => /docker|volume|container/.test(name))).toEqual([]);
  });

  test('says why Docker could not be asked only while it could not', () => {
    expect(values(fullReport(), 'pgvigil_docker_down_info', { reason: 'refused' })).toEqual([1]);
    expect(values(wellReport(), 'pgvigil_docker_down_info')).toEqual([]);
  });

  test('gives instants in seconds to the millisecond and durations to the microsecond', () => {
    expect(values(fullReport(), 'pgvigil_report_timestamp_seconds')).toEqual([1_783_998_727.25]);
    expect(values(fullReport(), 'pgvigil_connection_duration_seconds', { datname: 'simfab_dev' })).toEqual([
      0.004001,
    ]);
    const report = wellReport({ servers: [server({ startedAt: 1_700_000_000_123.456 })] });
    expect(values(report, 'pgvigil_server_start_timestamp_seconds')).toEqual([1_700_000_000.123]);
  });

  test('keeps one of two objects under the same labels', () => {
    const twice = wellReport({ filesystems: [filesystem({ availBytes: 1 }), filesystem({ availBytes: 2 })] });
    expect(values(twice, 'pgvigil_filesystem_avail_bytes')).toEqual([1]);
  });

  test.each([
    ['running', undefined, []],
    ['running', 'failed', [0]],
    ['running', 'success', [1]],
    ['failed', 'success', [0]],
    ['success', 'failed', [1]],
  ] as const)('a run that is %s after one that ended as %s tells %j', (result, resultBefore, told) => {
    const { run } = backup({});
    const databases = [backup({ run: run && { ...run, result, resultBefore } })];
    const report = wellReport({ backups: [backupSource({ databases })] });
    expect(values(report, 'pgvigil_backup_last_attempt_success')).toEqual(told);
  });
});
