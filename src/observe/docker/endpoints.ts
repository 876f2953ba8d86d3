/**
 * Every endpoint of the Docker API that pgvigil asks, all by GET: what a socket proxy has to let pass. Without
 * `archive` and `logs` everything works but knowing a cluster that does not let us in, and reading why it went down.
 */
export const DOCKER_ENDPOINTS = [
  '/_ping',
  '/version',
  '/info',
  '/events',
  '/containers/json',
  '/containers/{id}/json',
  '/containers/{id}/archive',
  '/containers/{id}/logs',
  '/volumes',
  '/system/df',
] as const;

/** One of them. */
export type DockerEndpoint = (typeof DOCKER_ENDPOINTS)[number];

/** The name of a call, for a person: the method and the endpoint. */
export type CallName = `GET ${DockerEndpoint}`;
