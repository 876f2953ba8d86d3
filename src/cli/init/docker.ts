import type { LookupFunction } from 'node:net';
import type { DockerConfig } from '../../model/config.ts';
import type { ContainerFacts } from '../../model/docker.ts';
import { createDockerClient, type DockerClient } from '../../observe/docker/client.ts';
import { parseContainers } from '../../observe/docker/containers.ts';
import { parseEndpoint } from '../../observe/docker/endpoint.ts';
import { parseEngine, pinApiVersion } from '../../observe/docker/engine.ts';
import { parseInspection } from '../../observe/docker/inspection.ts';
import { classifyFailure } from '../../observe/docker/reasons.ts';
import { isPostgres } from './containers.ts';
import type { DockerFound } from './found.ts';

const TIMEOUT_MS = 2_000;
/** A person waits. */
const MAX_CONTAINERS = 200;

/** Asks the Docker engine once, by GET alone, for its containers with PostgreSQL. Never rejects. */
export async function askDocker(
  { enabled, host }: DockerConfig,
  lookup: LookupFunction,
): Promise<{ readonly docker: DockerFound; readonly containers: readonly ContainerFacts[] }> {
  const endpoint = parseEndpoint(host);
  if (!enabled || endpoint === undefined) return { docker: { kind: 'off' }, containers: [] };
  const client = createDockerClient(endpoint, { timeoutMs: TIMEOUT_MS, lookup });
  try {
    client.pin(pinApiVersion(await client.ping()));
    const { rootDirectory } = parseEngine(await client.version(), await client.info());
    const listed = parseContainers(await client.containers()).slice(0, MAX_CONTAINERS);
    const all = await Promise.all(listed.map((one) => inspected(client, one)));
    return { docker: { kind: 'answers', host, rootDirectory }, containers: all.filter(isPostgres) };
  } catch (error) {
    const { reason, detail } = classifyFailure(error, 'GET /_ping', endpoint);
    const isNone = reason === 'absent' && endpoint.kind === 'unix';
    const docker: DockerFound = isNone ? { kind: 'absent' } : { kind: 'unseen', host, why: detail };
    return { docker, containers: [] };
  } finally {
    client.close();
  }
}

/** One that cannot be inspected is known by what the list says of it. */
async function inspected(client: DockerClient, container: ContainerFacts): Promise<ContainerFacts> {
  try {
    const found = parseInspection(await client.inspect(container.id), 'none');
    return found === undefined ? container : { ...container, inspection: found.inspection };
  } catch {
    return container;
  }
}
