import { join } from 'node:path';
import type { Cause } from '../../src/model/cause.ts';
import type { Incident, IncidentKind, Symptom } from '../../src/model/incident.ts';
import { alertsOf } from '../../src/present/alerts/payload.ts';
import { INCIDENTS, LOST_AT } from '../fixtures/incidents.ts';
import { database, server, wellReport } from '../fixtures/report.ts';
import { RULE_TESTS, readRuleTest } from '../kit/rules.ts';

/** The data of a message, as Alertmanager hands it to a template. */
export interface Message {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly MessageAlert[];
  readonly groupLabels: Words;
  readonly commonLabels: Words;
  readonly commonAnnotations: Words;
  readonly externalURL: string;
}

export interface MessageAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Words;
  readonly annotations: Words;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

type Words = Readonly<Record<string, string>>;

const ENDS_AT = new Date(LOST_AT + 6_512_000).toISOString();
const SETTINGS = { labels: {}, dashboardUrl: 'http://localhost:3000' };

/** The first incident of the fixtures of this kind with this cause, with other names in the place of theirs. */
function incidentOf(kind: IncidentKind, cause: Cause, names: Words = {}): Incident {
  const found = INCIDENTS.find((incident) => incident.kind === kind && incident.cause === cause);
  if (found === undefined) throw new Error(`no ${kind} by ${cause}`);
  return renamed(found, names);
}

const REMOVED = incidentOf('volume_missing', 'volume_removed', {
  'simfab-facelift_postgres_data': 'simfab_postgres_data',
});
const WIPED = incidentOf('server_down', 'data_files_deleted');

/**
 * The alert about what an incident is named after, or about one of the symptoms that came with it. The words are those
 * that pgvigil pushes; test/rules/pushed.test.ts compares them with what the rules fire.
 */
function told(
  incident: Incident,
  { status = 'firing', host, symptom = incident }: Differences = {},
): MessageAlert {
  const databases = [database({ datname: symptom.datname ?? '', lastSeenAt: LOST_AT - 3_000 })];
  const report = wellReport({ servers: [server({ databases })], containers: [] });
  const settings = host === undefined ? SETTINGS : { ...SETTINGS, labels: { host } };
  const [alert] = alertsOf([{ key: '', incident, symptom }], report, settings);
  if (alert === undefined) throw new Error(`nothing is told of ${incident.id}`);
  return messageAlert(alert, status);
}

interface Differences {
  readonly status?: MessageAlert['status'];
  readonly host?: string;
  readonly symptom?: Symptom;
}

/** A database that was dropped. */
const dropped = (datname: string, differences: Differences = {}): MessageAlert =>
  told(incidentOf('database_missing', 'database_dropped', { simfab_dev: datname }), differences);

/** One of the databases that went when somebody emptied the data directory under all of them. */
const wiped = (datname: string, status?: MessageAlert['status']): MessageAlert =>
  told(WIPED, {
    symptom: { ...WIPED, kind: 'database_unreadable', datname },
    ...(status !== undefined && { status }),
  });

/** An alert that pgvigil does not push, as promtool renders it in the unit test of its rule. */
function ruled(alertname: string, severity: string, names: Words = {}): MessageAlert {
  const { tests } = readRuleTest(join(RULE_TESTS, `${alertname}.yml`));
  const found = tests
    .flatMap(({ alert_rule_test }) => alert_rule_test.flatMap(({ exp_alerts }) => exp_alerts))
    .find(({ exp_labels }) => exp_labels['severity'] === severity);
  if (found === undefined) throw new Error(`no unit test has ${alertname} as ${severity}`);
  const { exp_labels, exp_annotations } = renamed(found, names);
  return messageAlert({ labels: { alertname, ...exp_labels }, annotations: exp_annotations }, 'firing');
}

function messageAlert(
  { labels, annotations }: Pick<MessageAlert, 'labels' | 'annotations'>,
  status: MessageAlert['status'],
): MessageAlert {
  return {
    status,
    labels,
    annotations,
    startsAt: new Date(LOST_AT).toISOString(),
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : ENDS_AT,
    generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
    fingerprint: '',
  };
}

/** The value with other names in the place of some, wherever they stand. */
function renamed<T>(value: T, names: Words): T {
  const text = Object.entries(names).reduce(
    (soFar, [from, to]) => soFar.replaceAll(from, to),
    JSON.stringify(value),
  );
  return JSON.parse(text) as T;
}

const DISK = ruled('PgVigilDiskAlmostFull', 'warning');
const DOWN = ruled('PgVigilServerDown', 'critical');

/** A database can have any name. */
const NASTY = '<script>alert("&")</script><!channel>\r\nBcc: thief@example.org';

const FIFTY = Array.from({ length: 50 }, (_, index) => `tenant_${String(index + 1).padStart(2, '0')}`);

/** The same alert about a database whose name tries everything, with links that do. */
function nasty({ labels, annotations, ...alert }: MessageAlert): MessageAlert {
  return {
    ...alert,
    labels: { ...labels, datname: NASTY },
    annotations: {
      ...annotations,
      headline: `Database ${NASTY} was dropped`,
      evidence: `${NASTY}\nDROP DATABASE "a&b"`,
      dashboard_url: 'javascript:alert(1)',
      runbook_url: 'https://example.org/?a=1&b=<2>|3',
    },
  };
}

/** Every message that has to read well. */
export const MESSAGES = {
  'one-loss': message([told(REMOVED)]),
  'one-loss-over': message([told(REMOVED, { status: 'resolved' })]),
  'one-database': message([dropped('simfab_dev')]),
  'one-loss-in-a-fleet': message([dropped('simfab_dev', { host: 'vps-1' })]),
  'fifty-losses': message(FIFTY.map((datname) => wiped(datname))),
  'fifty-losses-over': message(FIFTY.map((datname) => wiped(datname, 'resolved'))),
  'some-are-over': message([dropped('simfab_dev'), dropped('shop'), dropped('crm', { status: 'resolved' })]),
  'different-alerts': message([
    ruled('PgVigilChecksumFailures', 'critical'),
    told(incidentOf('disk_full', 'disk_full')),
  ]),
  'no-cause-known': message([DOWN]),
  'a-warning': message([DISK]),
  'two-warnings': message([DISK, ruled('PgVigilDiskAlmostFull', 'warning', { '/data': '/srv' })]),
  'of-a-stranger': message([
    messageAlert({ labels: { alertname: 'Other', severity: 'info' }, annotations: {} }, 'firing'),
  ]),
  nasty: message([nasty(dropped('simfab_dev'))]),
} as const satisfies Record<string, Message>;

function message(alerts: readonly MessageAlert[]): Message {
  return {
    receiver: 'pager',
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    alerts,
    groupLabels: common(alerts.map(({ labels }) => ({ server: labels['server'] ?? '' }))),
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: 'http://alertmanager:9093',
  };
}

function common(all: readonly Words[]): Words {
  const pairs = Object.entries(all[0] ?? {});
  return Object.fromEntries(pairs.filter(([name, value]) => all.every((words) => words[name] === value)));
}
