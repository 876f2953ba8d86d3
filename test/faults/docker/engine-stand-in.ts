import { createServer, type RequestListener } from 'node:http';
import { recorded } from '../../observe/docker/recorded.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Stage } from '../harness/stage.ts';
import type { Vigil, VigilOptions } from '../harness/vigil.ts';

/** The volume that the recorded engine has, and that holds the data of the server by configuration. */
export const VOLUME = 'simfab-facelift_postgres_data';
const CONTAINER = 'simfab-db';

/** Where the container of the recording has its data. */
const RECORDED_DATA = '/var/lib/postgresql/data';

/** An engine that answers as one did, until somebody makes it answer otherwise. */
export interface StandIn {
  readonly host: string;
  /** The recorded answers, with others for some paths; see `recorded`. */
  readonly recorded: (
    changes?: Readonly<Record<string, RequestListener>>,
    asked?: string[],
    version?: string | null,
  ) => RequestListener;
  /** Every request from now on, those of streams included, is answered by this. */
  readonly answer: (listener: RequestListener) => void;
  /** Ends every connection that is open. */
  readonly cut: () => void;
}

/** A PostgreSQL, an engine that says it runs it, and a pgvigil that has seen both well. */
export interface EngineWatch {
  readonly engine: StandIn;
  readonly vigil: Vigil;
  readonly serverIsWell: (scrape: Exposition) => boolean;
}

/** Sets it up until the fault is over; the engine listens on a port of the loopback, or on `socketPath`. */
export async function watchWithEngine(
  stage: Stage,
  socketPath?: string,
  options: VigilOptions = {},
): Promise<EngineWatch> {
  const { postgres, entry, backends, isWell } = await stage.postgres();
  const engine = await startStandIn(stage, postgres.dataDirectory, socketPath);
  const docker = { container: CONTAINER, volume: VOLUME };
  const vigil = await stage.watch(
    { servers: [{ ...entry, docker }], docker: { host: engine.host }, intervals: { docker: '1s' } },
    { docker: true, backends, calm: (scrape) => isWell(scrape) && engineIsWell(scrape), ...options },
  );
  return { engine, vigil, serverIsWell: isWell };
}

async function startStandIn(
  stage: Stage,
  dataDirectory: string,
  socketPath: string | undefined,
): Promise<StandIn> {
  const edit = (answer: string): string => answer.replaceAll(RECORDED_DATA, dataDirectory);
  const answers: StandIn['recorded'] = (changes, asked, version) => recorded(changes, asked, version, edit);
  let listener = answers();
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    listener(request, response);
  });
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  const address = server.address();
  const host = typeof address === 'string' ? `unix://${address}` : `tcp://127.0.0.1:${address?.port}`;
  stage.undo(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    host,
    recorded: answers,
    answer(other) {
      listener = other;
    },
    cut: () => server.closeAllConnections(),
  };
}

/** Whether the engine answers and lists the volume, and nothing is open. */
export const engineIsWell = (scrape: Exposition): boolean =>
  scrape.find('pgvigil_incident_open').length === 0 &&
  scrape.value('pgvigil_docker_up') === 1 &&
  scrape.value('pgvigil_volume_present', { volume: VOLUME }) === 1;
