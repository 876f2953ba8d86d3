import type { ConnectReason } from '../../../src/model/reason.ts';
import type { ServerState } from '../../../src/model/verified.ts';
import type { Exposition } from './exposition.ts';
import type { PostgresOptions, WatchedServer } from './server.ts';
import type { Stage } from './stage.ts';
import type { Vigil } from './vigil.ts';
import { seconds } from './words.ts';

/** Shorter than they come, so that a fault is seen soon and many of them in one run. */
export const QUICK = {
  intervals: { connect: '2s' },
  timeouts: { connect: '3s', query: '2s' },
} as const;
/** A look at a database that hangs, then one at the server that does, and the scrape after it. */
export const QUICKLY_MS = 8_000;
/** The same at the times as they come: 10 s between two connections, and 5 s for one. */
export const AS_IT_COMES_MS = 16_500;

/** A PostgreSQL, and a pgvigil that must never say that something of it is lost, unless `lossIsTrue`. */
export async function openServer(
  stage: Stage,
  times: object = QUICK,
  options: PostgresOptions = {},
  { lossIsTrue = false } = {},
): Promise<WatchedServer & { readonly vigil: Vigil }> {
  const server = await stage.postgres(options);
  const { entry, backends, isWell } = server;
  const vigil = await stage.watch({ ...times, servers: [entry] }, { backends, calm: isWell });
  if (!lossIsTrue) forbidLoss(vigil);
  return { ...server, vigil };
}

/** A trouble with a server, and how it has to be told. */
export interface Trouble {
  readonly state: Exclude<ServerState, 'up'>;
  /** One of these; fresh connections must fail for it. */
  readonly reason: ConnectReason;
  readonly begin: () => Promise<unknown> | unknown;
  readonly end: () => Promise<unknown> | unknown;
  /** When the state has to be told; `QUICKLY_MS` when absent. */
  readonly withinMs?: number;
  /** How long it lasts after it was told, while nothing may be called up; 4 s when absent. */
  readonly lastsMs?: number;
  /** What has to be so as long as it lasts. */
  readonly meanwhile?: (scrape: Exposition) => boolean;
  readonly backWithinMs?: number;
  /** Label of the server; `main` when absent. */
  readonly server?: string;
}

/** Whether this is the state of the server. */
export const isIn = (scrape: Exposition, state: ServerState, server = 'main'): boolean =>
  scrape.value('pgvigil_server_state', { server, state }) === 1;

/** How many fresh connections have failed for this reason. */
export const failures = (scrape: Exposition | undefined, reason: ConnectReason, server = 'main'): number =>
  scrape
    ?.find('pgvigil_connection_failures_total', { server, reason })
    .reduce((sum, { value }) => sum + value, 0) ?? 0;

/** No server that cannot be reached may make pgvigil say that a database of it is gone or another one. */
export function forbidLoss(vigil: Vigil): void {
  vigil.watch.forbid((scrape) => {
    const gone = scrape.find('pgvigil_database_present').filter(({ value }) => value === 0);
    const lost = scrape
      .find('pgvigil_incident_open')
      .filter(({ labels: { kind = '' } }) => /missing|replaced|shrunk/.test(kind));
    const [wrong] = [...gone, ...lost];
    return wrong && `said of a database that is there: ${wrong.name} ${JSON.stringify(wrong.labels)}`;
  });
}

/** Lets a trouble happen and end; gives what was seen. */
export async function endure(
  vigil: Vigil,
  isWell: (scrape: Exposition) => boolean,
  trouble: Trouble,
): Promise<string> {
  const { state, reason, server = 'main', meanwhile = () => true } = trouble;
  const before = failures(vigil.watch.last(), reason, server);
  await trouble.begin();
  const seen = await vigil.becomes(
    `${server} is ${state} for ${reason}`,
    trouble.withinMs ?? QUICKLY_MS,
    (scrape) =>
      isIn(scrape, state, server) &&
      scrape.value('pgvigil_server_up', { server }) === 0 &&
      failures(scrape, reason, server) > before,
  );
  const allow = vigil.watch.forbid((scrape) =>
    scrape.value('pgvigil_server_up', { server }) === 0
      ? undefined
      : `${server} was called up, though: ${reason}`,
  );
  await vigil.stays(`what has to hold during ${reason}`, trouble.lastsMs ?? 4_000, meanwhile);
  allow();
  await trouble.end();
  const back = await vigil.becomes('all is well again', trouble.backWithinMs ?? QUICKLY_MS, isWell);
  return `${state} (${reason}) after ${seconds(seen)}, back after ${seconds(back)}`;
}
