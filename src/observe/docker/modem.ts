import { inspect } from 'node:util';
import { ProtocolError } from './errors.ts';

type Done = (error: unknown, result: unknown) => void;

/** The part of docker-modem that sends a request. */
export interface Modem {
  buildRequest(options: object, context: unknown, data: unknown, done: Done): void;
}

/** How docker-modem says that it was sent elsewhere once too often; it has no code for it. */
const ELSEWHERE = /^Max redirects exceeded/;

/**
 * Takes two habits from a modem. It follows a redirect to anywhere, beside the request that was redirected and with
 * errors that nobody can hear: they end the process. And it renders every request with `util.inspect` to any depth,
 * logged or not.
 */
export function tame(modem: Modem): void {
  const build = modem.buildRequest.bind(modem);
  modem.buildRequest = (options, context, data, done) =>
    build(
      { ...options, maxRedirects: 0, [inspect.custom]: () => 'a request' },
      context,
      data,
      (error, result) =>
        done(isElsewhere(error) ? new ProtocolError('the answer is a redirect') : error, result),
    );
}

const isElsewhere = (error: unknown): boolean => error instanceof Error && ELSEWHERE.test(error.message);
