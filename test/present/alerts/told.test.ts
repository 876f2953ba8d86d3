import { describe, expect, test } from 'vitest';
import { INCIDENT_KINDS, type Incident, type IncidentKind } from '../../../src/model/incident.ts';
import type { Report } from '../../../src/model/report.ts';
import { toldOf } from '../../../src/present/alerts/told.ts';
import { database, server, volume, wellReport } from '../../fixtures/report.ts';
import { incident, symptom, VOLUME } from '../../kit/incidents.ts';

const NOTHING: ReadonlySet<string> = new Set();

interface Facts {
  readonly server?: Partial<Report['servers'][number]>;
  readonly database?: Partial<Report['servers'][number]['databases'][number]>;
  readonly volume?: Partial<Report['volumes'][number]>;
}

/** A report with these incidents in which nothing speaks against any of them, but for the facts given. */
function reportOf(incidents: readonly Incident[], facts: Facts = {}): Report {
  const unknown = { presence: 'unknown', identityMatch: undefined } as const;
  const databases = ['simfab_dev', 'shop'].map((datname) =>
    database({ datname, ...unknown, ...facts.database }),
  );
  return wellReport({
    incidents,
    servers: [
      server({
        name: 'main',
        up: undefined,
        state: undefined,
        identityMatch: undefined,
        databases,
        ...facts.server,
      }),
    ],
    volumes: [volume({ name: VOLUME, present: undefined, mounted: undefined, ...facts.volume })],
  });
}

const told = (report: Report, before = NOTHING) =>
  toldOf(report, before).map(({ symptom: { kind, datname } }) => [kind, datname ?? ''].join(' ').trim());

describe('what is told to Alertmanager', () => {
  test('nothing while nothing is open', () => {
    expect(told(wellReport())).toEqual([]);
  });

  test.each(INCIDENT_KINDS)('an incident by its name: %s', (kind) => {
    const others = INCIDENT_KINDS.filter((other) => other !== kind).map((other) => symptom(other));
    expect(told(reportOf([incident(kind, { symptoms: others })]))).toEqual([
      kind.startsWith('database_') ? `${kind} simfab_dev` : kind,
    ]);
  });

  test.each(['server_down', 'blind'] as const)(
    '%s once it has lasted for as long as its rule waits',
    (kind) => {
      const report = reportOf([incident(kind)]);
      const [open] = report.incidents;
      expect(told({ ...report, at: (open?.since ?? 0) + 59_999 })).toEqual([]);
      expect(told({ ...report, at: (open?.since ?? 0) + 60_000 })).toEqual([kind]);
    },
  );

  test('every database that is lost in the same way', () => {
    const symptoms = [symptom('database_missing', { datname: 'shop' }), symptom('server_down')];
    expect(told(reportOf([incident('database_missing', { symptoms })]))).toEqual([
      'database_missing simfab_dev',
      'database_missing shop',
    ]);
  });

  /** What the rule of the same name does not fire on. */
  const OVER: readonly (readonly [IncidentKind, Facts])[] = [
    ['database_missing', { database: { presence: 'present' } }],
    ['database_missing', { database: { presence: 'unreadable' } }],
    ['database_unreadable', { database: { presence: 'present' } }],
    ['database_unreadable', { database: { presence: 'missing' } }],
    ['database_replaced', { database: { identityMatch: true } }],
    ['server_replaced', { server: { identityMatch: true } }],
    ['server_down', { server: { up: true } }],
    ['server_down', { server: { up: false, state: 'saturated' } }],
    ['blind', { server: { up: true } }],
    ['blind', { server: { up: false, state: 'down' } }],
    ['volume_missing', { volume: { present: true } }],
    ['data_off_volume', { volume: { mounted: true } }],
    ['data_off_volume', { volume: { present: false, mounted: false } }],
  ];
  test.each(OVER)('not %s when the report itself says otherwise: %j', (kind, facts) => {
    expect(told(reportOf([incident(kind)], facts))).toEqual([]);
  });

  const STILL: readonly (readonly [IncidentKind, Facts])[] = [
    ['database_missing', { database: { presence: 'missing' } }],
    ['database_unreadable', { database: { presence: 'unreadable' } }],
    ['database_replaced', { database: { identityMatch: false } }],
    ['database_shrunk', { database: { presence: 'present', identityMatch: true } }],
    ['server_replaced', { server: { identityMatch: false, up: true } }],
    ['server_down', { server: { up: false, state: 'down' } }],
    ['server_down', { server: { up: undefined, state: undefined } }],
    ['blind', { server: { up: false, state: 'unreachable' } }],
    ['volume_missing', { volume: { present: false } }],
    ['data_off_volume', { volume: { present: true, mounted: false } }],
    ['disk_full', { server: { up: true } }],
  ];
  test.each(STILL)('%s while it lasts: %j', (kind, facts) => {
    expect(told(reportOf([incident(kind)], facts))).toHaveLength(1);
  });

  test('data elsewhere no more once its volume is gone as well', () => {
    const first = toldOf(reportOf([incident('data_off_volume')]), NOTHING);
    const before = new Set(first.map(({ key }) => key));
    const graver = incident('volume_missing', { symptoms: [symptom('data_off_volume')] });
    expect(told(reportOf([graver], { volume: { present: false } }), before)).toEqual(['volume_missing']);
  });

  test('data elsewhere when an empty volume of the same name has come back since', () => {
    const open = incident('volume_missing', { symptoms: [symptom('data_off_volume')] });
    expect(told(reportOf([open], { volume: { present: false } }))).toEqual(['volume_missing']);
    expect(told(reportOf([open], { volume: { present: true } }))).toEqual(['data_off_volume']);
  });

  test('a full disk only while its incident is named after it', () => {
    const first = toldOf(reportOf([incident('disk_full')]), NOTHING);
    const graver = incident('database_unreadable', { symptoms: [symptom('disk_full')] });
    expect(told(reportOf([graver]), new Set(first.map(({ key }) => key)))).toEqual([
      'database_unreadable simfab_dev',
    ]);
  });

  test('an incident that outlives what it is named after, by what is left of it', () => {
    const symptoms = [symptom('server_replaced'), symptom('database_missing')];
    const open = incident('volume_missing', { symptoms });
    expect(told(reportOf([open], { volume: { present: true } }))).toEqual(['server_replaced']);
  });

  test('what was told before stays told while it lasts, though its incident has a graver name now', () => {
    const first = toldOf(reportOf([incident('database_missing')]), NOTHING);
    const before = new Set(first.map(({ key }) => key));
    const graver = incident('volume_missing', {
      symptoms: [symptom('database_missing'), symptom('server_down')],
    });
    expect(told(reportOf([graver]), before)).toEqual(['database_missing simfab_dev', 'volume_missing']);
    expect(told(reportOf([graver], { database: { presence: 'present' } }), before)).toEqual([
      'volume_missing',
    ]);
    expect(told(reportOf([incident('volume_missing')]), before)).toEqual(['volume_missing']);
  });

  test('not more than a page can hold, and the known ones first', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      incident('database_missing', { id: `${index}`, datname: `db${index}` }),
    );
    const last = toldOf(reportOf(many.slice(-1)), NOTHING).map(({ key }) => key);
    const all = toldOf(reportOf(many), new Set(last));
    expect(all).toHaveLength(100);
    expect(all[0]?.key).toBe(last[0]);
  });
});
