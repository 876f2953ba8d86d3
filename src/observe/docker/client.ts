import { Agent, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { withDeadline } from '../deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { CallError, ProtocolError } from './errors.ts';

/** The part of the Docker API that pgvigil uses: GET only, each call with a deadline, answers unparsed. */
export interface DockerClient {
  /** Gives the API version that the engine offers; the next calls speak the version last given to `pin`. */
  ping(): Promise<string | undefined>;
  pin(apiVersion: string | undefined): void;
  version(): Promise<unknown>;
  info(): Promise<unknown>;
  containers(): Promise<unknown>;
  inspect(id: string): Promise<unknown>;
  volumes(): Promise<unknown>;
  /** Walks all volumes, so it has a deadline of its own. */
  diskUsage(timeoutMs: number): Promise<unknown>;
  /** The stream of events, from the oldest one remembered; has no deadline: silence is normal. */
  events(signal: AbortSignal): Promise<Readable>;
  /** Ends every call that is under way. */
  close(): void;
}

/** Makes a client for `endpoint` whose calls reject with a `CallError`, at the latest after `timeoutMs`. */
export function createDockerClient(endpoint: Endpoint, timeoutMs: number): DockerClient {
  // No connection is kept: a kept one would fail once whenever the engine restarts, and each look tests the way anew.
  // docker-modem renders its options with `util.inspect` to any depth for every request, logged or not; the inside of
  // an agent is most of that, and several milliseconds.
  const agent = Object.assign(new Agent({ keepAlive: false }), { [inspect.custom]: () => 'Agent' });
  const closing = new AbortController();
  let docker = connect(endpoint, agent, undefined);
  let pinned: string | undefined;

  async function call<T>(what: string, ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const close = (): void => ended.abort();
    closing.signal.addEventListener('abort', close);
    if (closing.signal.aborted) close();
    try {
      return await withDeadline(what, ms, run(ended.signal));
    } catch (error) {
      throw new CallError(what, error);
    } finally {
      closing.signal.removeEventListener('abort', close);
      // Past the deadline the request is still under way and holds a socket.
      ended.abort();
    }
  }

  const read = (
    what: string,
    run: (signal: AbortSignal) => Promise<unknown>,
    ms = timeoutMs,
  ): Promise<unknown> => call(what, ms, async (abortSignal) => jsonOf(await run(abortSignal)));

  return {
    ping: () => call('GET /_ping', timeoutMs, (signal) => ping(connect(endpoint, agent, undefined), signal)),
    pin(apiVersion) {
      if (apiVersion === pinned) return;
      pinned = apiVersion;
      docker = connect(endpoint, agent, apiVersion);
    },
    version: () => read('GET /version', (abortSignal) => docker.version({ abortSignal })),
    info: () => read('GET /info', (abortSignal) => docker.info({ abortSignal })),
    containers: () =>
      read('GET /containers/json', (abortSignal) => docker.listContainers({ all: true, abortSignal })),
    inspect: (id) =>
      read('GET /containers/{id}/json', (abortSignal) =>
        docker.getContainer(encodeURIComponent(id)).inspect({ abortSignal }),
      ),
    volumes: () => read('GET /volumes', (abortSignal) => docker.listVolumes({ abortSignal })),
    diskUsage: (ms) => read('GET /system/df', (abortSignal) => docker.df({ abortSignal }), ms),
    events: async (signal) => (await docker.getEvents({ since: 0, abortSignal: signal })) as Readable,
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

/** What we use of dockerode; its published types leave out the signal that most of these calls take. */
interface Engine {
  readonly modem: { dial(request: object, done: (error: unknown, result: unknown) => void): void };
  version(options: Signalled): Promise<unknown>;
  info(options: Signalled): Promise<unknown>;
  listContainers(options: Signalled & { readonly all: true }): Promise<unknown>;
  getContainer(id: string): { inspect(options: Signalled): Promise<unknown> };
  listVolumes(options: Signalled): Promise<unknown>;
  df(options: Signalled): Promise<unknown>;
  getEvents(options: Signalled & { readonly since: number }): Promise<unknown>;
}
interface Signalled {
  readonly abortSignal: AbortSignal;
}

function connect(endpoint: Endpoint, agent: Agent, apiVersion: string | undefined): Engine {
  const address =
    endpoint.kind === 'unix'
      ? { socketPath: endpoint.socketPath, host: undefined, port: undefined }
      : { socketPath: undefined, host: bracketed(endpoint.host), port: endpoint.port };
  // All keys are given, also the empty ones: those left out are read from DOCKER_HOST and its companions.
  const options = {
    ...address,
    agent,
    protocol: 'http',
    pathPrefix: '/',
    version: apiVersion === undefined ? undefined : `v${apiVersion}`,
    timeout: undefined,
    connectionTimeout: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  } as const;
  return new Docker(options as unknown as Docker.DockerOptions) as unknown as Engine;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** dockerode hands over a body that is not JSON, such as a proxy's web page, as bytes. */
function jsonOf(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || Buffer.isBuffer(answer)) {
    throw new ProtocolError('the answer is not JSON');
  }
  return answer;
}

/** dockerode's own ping hides the header that carries the version. */
function ping(docker: Engine, abortSignal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const statusCodes = { 200: true };
    const request = { path: '/_ping', method: 'GET', isStream: true, abortSignal, statusCodes };
    docker.modem.dial(request, (error: unknown, result: unknown) => {
      if (error) {
        reject(error);
        return;
      }
      const response = result as IncomingMessage;
      response.on('error', reject);
      response.resume();
      if (/^text\/html/i.test(response.headers['content-type'] ?? '')) {
        reject(new ProtocolError('the answer is a web page'));
        return;
      }
      const version = response.headers['api-version'];
      resolve(typeof version === 'string' ? version : undefined);
    });
  });
}
