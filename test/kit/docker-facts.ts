import type {
  ContainerFacts,
  DockerEvent,
  InventoryFacts,
  MountFacts,
  VolumeFacts,
} from '../../src/model/docker.ts';

export const PGDATA = '/var/lib/postgresql/data';

export function volume(name: string, changes: Partial<VolumeFacts> = {}): VolumeFacts {
  const mountpoint = `/var/lib/docker/volumes/${name}/_data`;
  return {
    name,
    driver: 'local',
    mountpoint,
    createdAt: 1,
    dataMissing: false,
    anonymous: false,
    labels: new Map(),
    ...changes,
  };
}

export function mount(name: string, destination: string = PGDATA): MountFacts {
  return { type: 'volume', volume: name, source: `/var/lib/docker/volumes/${name}/_data`, destination };
}

/** A running container `simfab-db` with PostgreSQL, whose data lies on `mounted` or in the container itself. */
export function container(
  id: string,
  mounted: string | readonly MountFacts[] | undefined,
  startedAt: number,
  changes: Partial<ContainerFacts> = {},
): ContainerFacts {
  return {
    id,
    name: 'simfab-db',
    image: 'postgres:15',
    state: 'running',
    createdAt: startedAt,
    labels: new Map([
      ['com.docker.compose.project', 'simfab'],
      ['com.docker.compose.service', 'db'],
    ]),
    mounts: mounted === undefined ? [] : typeof mounted === 'string' ? [mount(mounted)] : mounted,
    ports: [{ hostAddress: '127.0.0.1', hostPort: 5432, containerPort: 5432 }],
    networkMode: 'bridge',
    addresses: [],
    networks: [],
    exposedPorts: [],
    networkAliases: [],
    inspection: {
      startedAt,
      finishedAt: undefined,
      exitCode: 0,
      oomKilled: false,
      restartCount: 0,
      restartPolicy: 'no',
      logDriver: 'json-file',
      logOptions: new Map(),
      pgdata: PGDATA,
      postgresDatabase: 'simfab_dev',
      pgport: undefined,
    },
    ...changes,
  };
}

export const inventory = (
  containers: readonly ContainerFacts[],
  volumes: readonly VolumeFacts[],
): InventoryFacts => ({ containers, volumes });

/** An event at a moment: `event(now, 'container', 'die', 'c1', 'simfab-db')`. */
export function event(at: number, type: string, action: string, id: string, name?: string): DockerEvent {
  return { at, timeNano: `${at}000000`, type, action, id, name, attributes: new Map() };
}
