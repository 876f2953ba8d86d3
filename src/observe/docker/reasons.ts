import type { DockerReason } from '../../model/reason.ts';
import { DeadlineError } from '../deadline.ts';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { BarredError, CallError, MissingError, ProtocolError } from './errors.ts';
import { asNumber, asObject, asString } from './json.ts';

/** Why a look at the engine failed, and one line that says what to do about it. */
export interface Failure {
  readonly reason: DockerReason;
  readonly detail: string;
}

const BY_CODE: Readonly<Record<string, DockerReason>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  ENOTFOUND: 'absent',
  EAI_AGAIN: 'absent',
  ECONNREFUSED: 'refused',
  ENOTSOCK: 'refused',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  ETIMEDOUT: 'timeout',
  ABORT_ERR: 'timeout',
  // The queue of a listener that accepts nothing any more is full.
  EAGAIN: 'timeout',
};

/**
 * Takes what a call to the engine threw, and what was looked at; decides by errno, HTTP status and error type, never
 * by message. The text of an answer is not repeated, for nobody knows what is in it.
 */
export function classifyFailure(error: unknown, what: string, endpoint: Endpoint): Failure {
  if (error instanceof CallError) return classifyFailure(error.cause, error.what, endpoint);
  const at = describeEndpoint(endpoint);
  const { code, statusCode, name } = asObject(
    error instanceof Error ? { ...error, name: error.name } : error,
  );
  const status = asNumber(statusCode);
  if (error instanceof MissingError)
    return { reason: 'absent', detail: `${what} at ${at}: ${error.message}` };
  if (error instanceof BarredError) return barred(what, at, error.status);
  if (error instanceof ProtocolError) return notDocker(`${what} at ${at}: ${error.message}`);
  if (error instanceof DeadlineError || name === 'AbortError' || name === 'TimeoutError') {
    return { reason: 'timeout', detail: timeoutDetail(what, at) };
  }
  if (status === 401 || status === 403) return barred(what, at, status);
  if (status !== undefined && status < 500) return notDocker(`${what} at ${at} answered HTTP ${status}`);
  if (status !== undefined) {
    return {
      reason: 'error',
      detail: `${what} at ${at} answered HTTP ${status}: see the log of the Docker engine`,
    };
  }
  const errno = asString(code);
  if (errno.startsWith('HPE_')) return notDocker(`${what} at ${at} answered something that is not HTTP`);
  const reason = BY_CODE[errno] ?? 'error';
  return { reason, detail: ADVICE[reason](what, at, errno, endpoint) };
}

function barred(what: string, at: string, status: number): Failure {
  return {
    reason: 'forbidden',
    detail: `${what} at ${at} was refused with HTTP ${status}: allow GET on it in the socket proxy`,
  };
}

function notDocker(found: string): Failure {
  return { reason: 'protocol', detail: `${found}: check that docker.host is a Docker API` };
}

function timeoutDetail(what: string, at: string): string {
  return `${what} at ${at} did not answer in time: the Docker engine hangs or is overloaded`;
}

const ADVICE = {
  off: () => 'Docker is turned off in the configuration',
  absent: (_what, at, _errno, endpoint) =>
    endpoint.kind === 'unix'
      ? `no socket at ${at}: start the Docker engine, mount its socket, or set docker: false`
      : `the name of ${at} does not resolve: check docker.host, or set docker: false`,
  refused: (_what, at, _errno, endpoint) =>
    endpoint.kind === 'unix'
      ? `nothing listens at ${at}: start the Docker engine; a socket that is mounted as a single file is dead after the engine restarts, mount its directory`
      : `nothing listens at ${at}: start the Docker engine or the socket proxy`,
  forbidden: (_what, at, errno) =>
    `no permission for ${at} (${errno}): add the user to the group of the socket (docker), or use a socket proxy`,
  timeout: (what, at) => timeoutDetail(what, at),
  protocol: (what, at) => `${what} at ${at} was not understood: check that docker.host is a Docker API`,
  error: (what, at, errno) =>
    `${what} at ${at} failed${errno === '' ? '' : ` (${errno})`}: is the Docker engine restarting?`,
} satisfies Record<DockerReason, (what: string, at: string, errno: string, endpoint: Endpoint) => string>;
