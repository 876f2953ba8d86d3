import { type DockerOptions, type DockerStage, openDockerStage } from '../../scenarios/docker-stage.ts';
import { backendsOf } from '../harness/backends.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Stage } from '../harness/stage.ts';
import type { Vigil } from '../harness/vigil.ts';

/** What the faults that need a container need from the machine. */
export const CONTAINER_NEEDS = ['root', 'postgres15', 'dockerd', 'docker-compose', 'debootstrap'] as const;

/** A server in a container, and a pgvigil that has seen it well. */
export interface WatchedContainer extends DockerStage {
  readonly vigil: Vigil;
  /** Whether engine, container, volume, server and databases are there, and nothing is open. */
  readonly isWell: (scrape: Exposition) => boolean;
  /** Whether the server and its databases are seen, whatever Docker does. */
  readonly serverIsWell: (scrape: Exposition) => boolean;
}

export interface ContainerOptions {
  /** Part of every name in the engine, of its own for each fault. */
  readonly slug: string;
  /** An engine for acts that hit every container, or the one for all others. */
  readonly lane?: 'shared' | 'lone';
  readonly service?: DockerOptions;
  /** Where pgvigil reaches the engine, when not directly. */
  readonly host?: string;
}

/** Sets it up until the fault is over; the engine outlives it. */
export async function watchContainer(stage: Stage, options: ContainerOptions): Promise<WatchedContainer> {
  const { slug, lane = 'shared', service = {}, host } = options;
  const engine = await stage.engines.of(lane);
  const reached = host === undefined ? engine : { ...engine, host };
  const { stage: container, close } = await openDockerStage(slug, reached, service, () => undefined);
  stage.undo(close);
  const { volume } = container;
  const serverIsWell = (scrape: Exposition): boolean =>
    scrape.value('pgvigil_server_up', { server: 'main' }) === 1 &&
    ['simfab_dev', 'shop'].every((datname) => scrape.value('pgvigil_database_present', { datname }) === 1) &&
    scrape.find('pgvigil_incident_open').length === 0;
  const isWell = (scrape: Exposition): boolean =>
    serverIsWell(scrape) &&
    scrape.value('pgvigil_docker_up') === 1 &&
    scrape.find('pgvigil_container_running', { server: 'main' }).some(({ value }) => value === 1) &&
    (service.volume !== undefined || scrape.value('pgvigil_volume_present', { volume }) === 1);
  const vigil = await stage.adopt(container.exporter, { backends: backendsOf(container.port), calm: isWell });
  return { ...container, vigil, isWell, serverIsWell };
}
