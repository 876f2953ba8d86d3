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

const STARTS_AT = '2026-11-25T03:14:07.512Z';
const ENDS_AT = '2026-11-25T05:02:40.003Z';
const RUNBOOKS = 'https://github.com/pgvigil/pgvigil/blob/main/docs/runbooks';
const DASHBOARDS = 'http://localhost:3000/d';

const VOLUME_REMOVED = {
  cause: 'volume_removed',
  confidence: 'observed',
  headline:
    'Volume simfab-facelift_postgres_data was removed at 2026-11-25 03:14:05 UTC by a compose down, last seen at 2026-11-25 03:14:04 UTC',
  evidence: [
    '2026-11-25 03:14:04 UTC Docker: container simfab-db died with exit code 0',
    '2026-11-25 03:14:05 UTC Docker: volume simfab-facelift_postgres_data destroyed',
    '2026-11-25 03:14:06 UTC the volume is not in the list of Docker any more',
  ].join('\n'),
};

function missing(datname: string, status: MessageAlert['status'] = 'firing', host?: string): MessageAlert {
  return alert(
    'DatabaseMissing',
    { severity: 'critical', server: 'main', datname, ...(host !== undefined && { host }) },
    {
      ...VOLUME_REMOVED,
      last_seen: '2026-11-25 03:14:04 UTC',
      summary: 'An expected database is gone.',
      description: `Database ${datname} is expected on server main and was verified to be gone or without its data.`,
      dashboard_url: `${DASHBOARDS}/pgvigil-database?var-server=main&var-datname=${datname}`,
    },
    status,
  );
}

function alert(
  name: string,
  labels: Words,
  annotations: Words,
  status: MessageAlert['status'] = 'firing',
): MessageAlert {
  return {
    status,
    labels: { alertname: `PgVigil${name}`, ...labels },
    annotations: { runbook_url: `${RUNBOOKS}/PgVigil${name}.md`, ...annotations },
    startsAt: STARTS_AT,
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : ENDS_AT,
    generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
    fingerprint: '',
  };
}

function disk(mountpoint: string, left: string): MessageAlert {
  return alert(
    'DiskAlmostFull',
    { severity: 'warning', mountpoint },
    {
      summary: 'A filesystem that matters to PostgreSQL is almost full.',
      description: `Filesystem ${mountpoint} has ${left} of its space left for PostgreSQL.`,
    },
  );
}

const DISK = disk('/var/lib/docker', '7.52%');

const DOWN = alert(
  'ServerDown',
  { severity: 'critical', server: 'main' },
  {
    cause: 'unknown',
    confidence: 'unknown',
    summary: 'A PostgreSQL server does not let anybody in.',
    description: 'Server main has refused or failed every fresh connection for a minute.',
    dashboard_url: `${DASHBOARDS}/pgvigil-overview?var-server=main`,
  },
);

/** A database can have any name. */
const NASTY = '<script>alert("&")</script><!channel>\r\nBcc: thief@example.org';

const FIFTY = Array.from({ length: 50 }, (_, index) => `tenant_${String(index + 1).padStart(2, '0')}`);

/** Every message that has to read well. */
export const MESSAGES = {
  'one-loss': message([missing('simfab_dev')]),
  'one-loss-over': message([missing('simfab_dev', 'resolved')]),
  'one-loss-in-a-fleet': message([missing('simfab_dev', 'firing', 'vps-1')]),
  'fifty-losses': message(FIFTY.map((datname) => missing(datname))),
  'fifty-losses-over': message(FIFTY.map((datname) => missing(datname, 'resolved'))),
  'some-are-over': message([missing('simfab_dev'), missing('shop'), missing('crm', 'resolved')]),
  'different-alerts': message([
    DOWN,
    alert(
      'DiskFull',
      { severity: 'critical', server: 'main' },
      {
        cause: 'disk_full',
        confidence: 'inferred',
        headline: 'The disk under main has had no space left since 2026-11-25 03:13:58 UTC',
        summary: 'The disk under a server is full.',
        description: 'PostgreSQL cannot write any more.',
      },
    ),
  ]),
  'no-cause-known': message([DOWN]),
  'a-warning': message([DISK]),
  'two-warnings': message([DISK, disk('/', '9.80%')]),
  'of-a-stranger': message([
    { ...alert('', { severity: 'info' }, {}), labels: { alertname: 'Other' }, annotations: {} },
  ]),
  nasty: message([
    {
      ...missing(NASTY),
      annotations: {
        ...missing(NASTY).annotations,
        headline: `Database ${NASTY} was dropped`,
        evidence: `${NASTY}\nDROP DATABASE "a&b"`,
        dashboard_url: 'javascript:alert(1)',
        runbook_url: 'https://example.org/?a=1&b=<2>|3',
      },
    },
  ]),
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
