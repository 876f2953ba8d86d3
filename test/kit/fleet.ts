import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Incident } from '../../src/model/incident.ts';
import { CONNECT_REASONS, type ConnectReason } from '../../src/model/reason.ts';
import type { Report } from '../../src/model/report.ts';
import { RISKS } from '../../src/model/risk.ts';
import { familiesOf } from '../../src/present/metrics/families.ts';
import { createProcessMetrics } from '../../src/present/metrics/process-metrics.ts';
import { METRICS_CONTENT_TYPES, renderMetrics } from '../../src/present/metrics/render.ts';
import { database, server, wellReport } from '../fixtures/report.ts';
import { recordingLog } from './web.ts';

/** Many hosts, each with a pgvigil that watches one server called `main`, in one process. */
export interface Fleet {
  readonly hosts: readonly FleetHost[];
  /** The body that a scrape of the first host gets now. */
  readonly body: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface FleetHost {
  /** Value of the label `host`. */
  readonly host: string;
  /** `host:port` of its pgvigil. */
  readonly address: string;
  /** What its pgvigil reports now. */
  readonly report: () => Report;
  /** A database of it is gone from now on. */
  readonly lose: (datname: string) => void;
}

/** Starts `hosts` targets on free ports, which answer with what the exporter itself renders, of this moment. */
export async function startFleet(hosts: number, databases: readonly string[]): Promise<Fleet> {
  const readProcess = createProcessMetrics(recordingLog());
  let ofProcess = readProcess();
  // One process plays all hosts: it need not measure itself for each of them.
  const timer = setInterval(() => {
    ofProcess = readProcess();
  }, 1000).unref();
  const startedAt = Date.now();
  const started = await Promise.all(
    Array.from({ length: hosts }, async (_, index) => {
      const host = `vps-${String(index + 1).padStart(3, '0')}`;
      const lost = new Set<string>();
      const report = (): Report => reportOf(index, databases, lost, startedAt);
      const render = async (): Promise<Buffer> =>
        renderMetrics([...familiesOf(report()), ...(await ofProcess)], 'openmetrics');
      const listening = createServer((_request, response) => {
        render().then(
          (body) => response.writeHead(200, { 'content-type': METRICS_CONTENT_TYPES.openmetrics }).end(body),
          () => response.destroy(),
        );
      });
      await new Promise<void>((resolve, reject) => {
        listening.once('error', reject);
        listening.listen(0, '127.0.0.1', resolve);
      });
      const address = `127.0.0.1:${(listening.address() as AddressInfo).port}`;
      return {
        listening,
        render,
        host: { host, address, report, lose: (datname: string) => void lost.add(datname) },
      };
    }),
  );
  return {
    hosts: started.map(({ host }) => host),
    body: async () => (await started[0]?.render())?.toString() ?? '',
    stop: async () => {
      clearInterval(timer);
      await Promise.all(started.map(({ listening }) => close(listening)));
    },
  };
}

/** What the pgvigil of a host reports now: counters and sizes move, as they do on a machine that is used. */
function reportOf(
  index: number,
  databases: readonly string[],
  lost: ReadonlySet<string>,
  startedAt: number,
): Report {
  const at = Date.now();
  const looks = Math.floor((at - startedAt) / 10_000);
  const failures = Object.fromEntries(CONNECT_REASONS.map((reason) => [reason, 0])) as Record<
    ConnectReason,
    number
  >;
  const minutes = Math.floor((at - startedAt) / 60_000);
  const verdicts = databases.map((datname, number) => {
    const isLost = lost.has(datname);
    return database({
      datname,
      oid: 16_384 + number,
      expected: 'config',
      presence: isLost ? 'missing' : 'present',
      why: isLost ? 'there is no row in pg_database' : undefined,
      identityMatch: isLost ? undefined : true,
      sizeBytes: isLost ? undefined : 7_598_639 * (number + 1) + index * 8192 + minutes * 8192 * number,
      connections: isLost ? undefined : (looks * (number + index)) % 5,
      checksumFailures: isLost ? undefined : 0,
      lastSeenAt: at - 250,
    });
  });
  const well = wellReport();
  const observer = (name: string, target: string, everyMs: number): Report['observers'][number] => ({
    observer: name,
    target,
    up: true,
    reason: undefined,
    durationMs: 3 + ((looks * 7 + index) % 13) / 4,
    lastSuccessAt: at - ((at + index * 37) % everyMs),
  });
  return {
    ...well,
    at,
    servers: [
      server({
        initializedAt: startedAt - (index + 1) * 86_400_000,
        startedAt,
        checkpointAt: startedAt + minutes * 60_000,
        connections: 3 + ((looks + index) % 9),
        sizesAt: startedAt + minutes * 60_000,
        databases: [database({ lastSeenAt: at - 250 }), ...verdicts],
        tallies: ['postgres', ...databases].map((datname) => ({
          datname,
          attempts: looks,
          failures: lost.has(datname) ? { ...failures, no_database: looks } : failures,
          lastDurationMs: 5 + ((looks + index) % 7) / 8,
        })),
      }),
    ],
    filesystems: well.filesystems.map((one) => ({
      ...one,
      availBytes: (one.availBytes ?? 0) - index * 4096 - Math.floor((at - startedAt) / 5000) * 4096,
    })),
    observers: [
      observer('postgres_connect', 'main', 10_000),
      observer('postgres_catalog', 'main', 1000),
      observer('postgres_sizes', 'main', 60_000),
      observer('docker', 'engine', 5000),
      observer('docker', 'inventory', 5000),
      observer('docker', 'disk_usage', 600_000),
      observer('filesystem', '/', 5000),
      observer('host', 'host', 60_000),
    ],
    incidents: [...lost].map((datname): Incident => incidentOf(index, datname, at)),
    risks: RISKS.map((risk) => ({ server: 'main', risk, present: risk === 'no_backup', facts: {} })),
  };
}

function incidentOf(index: number, datname: string, since: number): Incident {
  return {
    id: (0x5f0c0000 + index).toString(16),
    kind: 'database_missing',
    server: 'main',
    datname,
    volume: undefined,
    since,
    needsAcceptance: true,
    cause: 'database_dropped',
    trigger: undefined,
    confidence: 'observed',
    evidence: [],
    symptoms: [],
  };
}

function close(listening: Server): Promise<void> {
  return new Promise((resolve) => {
    listening.close(() => resolve());
    listening.closeAllConnections();
  });
}
