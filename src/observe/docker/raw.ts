import type { IncomingMessage } from 'node:http';
import { BarredError, MissingError, ProtocolError } from './errors.ts';

/** The part of dockerode below its calls: one request, answered with the response itself. */
export interface Dialer {
  readonly modem: { dial(request: object, done: (error: unknown, result: unknown) => void): void };
}

/** Takes a path below the API version; gives the response unread. Rejects with what dockerode makes of a failure. */
function dial(
  docker: Dialer,
  path: string,
  abortSignal: AbortSignal,
  query?: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = {
      path: query ? `${path}?` : path,
      method: 'GET',
      isStream: true,
      abortSignal,
      statusCodes: query ? { 200: true, 404: true } : { 200: true },
      options: query ?? {},
    };
    docker.modem.dial(request, (error, result) => {
      if (error) {
        reject(error);
        return;
      }
      const response = result as IncomingMessage;
      response.on('error', reject);
      resolve(response);
    });
  });
}

/** Gives the API version that the engine offers in a header; dockerode's own ping hides it. */
export async function ping(docker: Dialer, signal: AbortSignal): Promise<string | undefined> {
  const response = await dial(docker, '/_ping', signal);
  response.resume();
  if (isWebPage(response)) throw new ProtocolError('the answer is a web page');
  const version = response.headers['api-version'];
  return typeof version === 'string' ? version : undefined;
}

/**
 * Takes a path and query, and where the bytes of the body go; resolves at its end, or as soon as `take` says that
 * it has enough. Throws `MissingError` where the engine knows no such thing and `BarredError` where a proxy does.
 */
export async function readRaw(
  docker: Dialer,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
  take: (chunk: Buffer) => 'more' | 'enough',
): Promise<void> {
  const response = await dial(docker, path, signal, query);
  try {
    if (response.statusCode === 404) throw absence(response);
    if (isWebPage(response)) throw new ProtocolError('the answer is a web page');
    await drain(response, signal, take);
  } finally {
    // The engine holds its lock of the container for as long as the archive is read.
    response.destroy();
  }
}

function drain(
  response: IncomingMessage,
  signal: AbortSignal,
  take: (chunk: Buffer) => 'more' | 'enough',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = (): void => reject(new ProtocolError('the answer is cut off'));
    signal.addEventListener('abort', cut, { once: true });
    response.on('error', reject);
    response.on('aborted', cut);
    response.on('close', cut);
    response.on('end', resolve);
    response.on('data', (chunk: Buffer) => {
      if (take(chunk) === 'enough') resolve();
    });
  });
}

/** The engine says so in JSON; a proxy that hides an endpoint answers with a page of its own. */
function absence(response: IncomingMessage): Error {
  const isJson = /^application\/json/i.test(response.headers['content-type'] ?? '');
  return isJson ? new MissingError('there is no such file in the container') : new BarredError(404);
}

function isWebPage(response: IncomingMessage): boolean {
  return /^text\/html/i.test(response.headers['content-type'] ?? '');
}
