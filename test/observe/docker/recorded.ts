import type { RequestListener } from 'node:http';
import { fixture } from './fixture.ts';

const ANSWERS: Readonly<Record<string, string>> = {
  '/_ping': 'OK',
  '/version': fixture('moby-20.10-version.json'),
  '/info': fixture('moby-20.10-info.json'),
  '/containers/json': fixture('moby-20.10-containers.json'),
  '/volumes': fixture('moby-20.10-volumes.json'),
  '/system/df': fixture('moby-20.10-df.json'),
};

/**
 * An engine made of recorded answers, with other answers for some paths, and edited where it has to be; remembers
 * what it was asked.
 */
export function recorded(
  changes: Readonly<Record<string, RequestListener>> = {},
  asked: string[] = [],
  version: string | null = '1.41',
  edit: (answer: string) => string = (answer) => answer,
): RequestListener {
  return (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const path = (request.url ?? '').replace(/^\/v1\.\d+/, '').replace(/\?.*/, '');
    const change = changes[path];
    if (change) {
      change(request, response);
      return;
    }
    if (version !== null) response.setHeader('api-version', version);
    if (path === '/events') {
      response.write(fixture('moby-20.10-events.ndjson'));
      return;
    }
    const inspected = /^\/containers\/[0-9a-f]+\/json$/.test(path)
      ? fixture('moby-20.10-inspect.json')
      : undefined;
    const answer = ANSWERS[path] ?? inspected;
    response.statusCode = answer === undefined ? 404 : 200;
    response.setHeader('content-type', path === '/_ping' ? 'text/plain' : 'application/json');
    response.end(edit(answer ?? '{"message":"page not found"}'));
  };
}
