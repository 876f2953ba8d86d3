import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { withDeadline } from '../deadline.ts';
import type { Endpoint } from './endpoint.ts';
import type { CallName } from './endpoints.ts';
import { CallError, ProtocolError } from './errors.ts';
import { type Modem, tame } from './modem.ts';
import { type Dialer, ping, readRaw } from './raw.ts';

/** Read when an engine is watched: it brings SSH and gRPC along, which is much of the memory of a small process. */
const loadDockerode = (): typeof Docker => createRequire(import.meta.url)('dockerode');

/** The part of the Docker API that pgvigil uses: GET only, each call with a deadline, answers unparsed. */
export interface DockerClient {
  /** Gives the API version that the engine offers; the next calls speak the version last given to `pin`. */
  ping(): Promise<string | undefined>;
  pin(apiVersion: string | undefined): void;
  version(): Promise<unknown>;
  info(): Promise<unknown>;
  containers(): Promise<unknown>;
  inspect(id: string): Promise<unknown>;
  /** One file of a container, running or not, as a tar of at most `maxBytes`. */
  archive(id: string, path: string, maxBytes: number): Promise<Buffer>;
  /** The last lines of a container's log; `take` is given the bytes and says when it has enough. */
  logs(id: string, query: LogQuery, take: (chunk: Buffer) => 'more' | 'enough'): Promise<void>;
  volumes(): Promise<unknown>;
  /** Walks all volumes, so it has a deadline of its own. */
  diskUsage(timeoutMs: number): Promise<unknown>;
  /** The stream of events, from the oldest one remembered; has no deadline: silence is normal. */
  events(signal: AbortSignal): Promise<Readable>;
  /** Ends every call that is under way. */
  close(): void;
}

/** Which part of a log; `since` in seconds with up to nine decimals, as the engine writes times. */
export interface LogQuery {
  readonly tail: number;
  readonly since: string | undefined;
}

/** Makes a client for `endpoint` whose calls reject with a `CallError`, at the latest after `timeoutMs`. */
export function createDockerClient(
  endpoint: Endpoint,
  { timeoutMs, lookup }: { readonly timeoutMs: number; readonly lookup: LookupFunction },
): DockerClient {
  // No connection is kept: a kept one would fail once whenever the engine restarts, and each look tests the way anew.
  const agent = new Agent({
    keepAlive: false,
    lookup,
    autoSelectFamilyAttemptTimeout: Math.round(timeoutMs / 3),
  });
  const closing = new AbortController();
  /** What is pinned may be gone after an upgrade of the engine. */
  const unpinned = connect(endpoint, agent, undefined);
  let docker = unpinned;
  let pinned: string | undefined;

  async function call<T>(what: CallName, ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
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
    what: CallName,
    run: (signal: AbortSignal) => Promise<unknown>,
    ms = timeoutMs,
  ): Promise<unknown> => call(what, ms, async (abortSignal) => jsonOf(await run(abortSignal)));

  return {
    ping: () => call('GET /_ping', timeoutMs, (signal) => ping(unpinned, signal)),
    pin(apiVersion) {
      if (apiVersion === pinned) return;
      pinned = apiVersion;
      docker = apiVersion === undefined ? unpinned : connect(endpoint, agent, apiVersion);
    },
    version: () => read('GET /version', (abortSignal) => docker.version({ abortSignal })),
    info: () => read('GET /info', (abortSignal) => docker.info({ abortSignal })),
    containers: () =>
      read('GET /containers/json', (abortSignal) => docker.listContainers({ all: true, abortSignal })),
    inspect: (id) =>
      read('GET /containers/{id}/json', (abortSignal) =>
        docker.getContainer(encodeURIComponent(id)).inspect({ abortSignal }),
      ),
    archive: (id, path, maxBytes) =>
      call('GET /containers/{id}/archive', timeoutMs, async (signal) => {
        const chunks: Buffer[] = [];
        let left = maxBytes;
        await readRaw(docker, containerPath(id, 'archive'), { path }, signal, (chunk) => {
          chunks.push(chunk.subarray(0, left));
          left -= chunk.length;
          return left > 0 ? 'more' : 'enough';
        });
        return Buffer.concat(chunks);
      }),
    logs: (id, { tail, since }, take) =>
      call('GET /containers/{id}/logs', timeoutMs, (signal) => {
        const query = { stdout: '1', stderr: '1', timestamps: '1', tail: String(tail) };
        const window = since === undefined ? query : { ...query, since };
        return readRaw(docker, containerPath(id, 'logs'), window, signal, take);
      }),
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
interface Engine extends Dialer {
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
  const Engine = loadDockerode();
  const docker = new Engine(options as unknown as Docker.DockerOptions);
  tame(docker.modem as unknown as Modem);
  return docker as unknown as Engine;
}

function containerPath(id: string, part: 'archive' | 'logs'): string {
  return `/containers/${encodeURIComponent(id)}/${part}`;
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
