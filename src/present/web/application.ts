import { STATUS_CODES } from 'node:http';
import fastify, { type FastifyInstance } from 'fastify';
import type { Door } from './access/door.ts';
import { tlsOptions } from './access/tls-server.ts';
import { SECURITY_HEADERS } from './headers.ts';
import type { WebOptions } from './options.ts';
import { PATHS, pathList, pathOf } from './paths.ts';
import { addEvents } from './routes/events.ts';
import { addHealth } from './routes/health.ts';
import { addIncident } from './routes/incident.ts';
import { addIncidents } from './routes/incidents.ts';
import { addInventory } from './routes/inventory.ts';
import { addMetrics } from './routes/metrics.ts';
import { addPage } from './routes/page.ts';
import { addReload } from './routes/reload.ts';
import { addReport } from './routes/report.ts';

/** A client that sends or reads slower than this is not a scraper. */
const TIMEOUTS = {
  /** For the whole request; Fastify's own default is none at all. */
  requestTimeout: 5000,
  /** Between two requests of one connection. */
  keepAliveTimeout: 5000,
  /** Without a byte in either direction, as with a client that does not read its answer. */
  connectionTimeout: 10_000,
};
const HTTP = { headersTimeout: 4000, connectionsCheckingInterval: 1000 };
const MAX_REQUESTS_PER_SOCKET = 1000;
/** As long as a request line can be (--max-http-header-size): what is too long for us is not there, like all else. */
const MAX_PARAMETER_LENGTH = 16_384;

/** The application without a listening socket: what tests send requests into. */
export function createWebApp(options: WebOptions, door: Door): FastifyInstance {
  const { tls } = door.access();
  const app: FastifyInstance = fastify({
    ...TIMEOUTS,
    // The types of Fastify tell a server with TLS from one without; nothing here does.
    ...((tls === undefined ? { http: HTTP } : { https: { ...HTTP, ...tlsOptions(tls) } }) as {
      http: typeof HTTP;
    }),
    bodyLimit: 1024,
    maxRequestsPerSocket: MAX_REQUESTS_PER_SOCKET,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    forceCloseConnections: 'idle',
    trustProxy: false,
    logger: false,
  });
  refuseWhatIsNotOurs(app, options, door);
  for (const add of [
    addPage,
    addIncident,
    addMetrics,
    addReport,
    addIncidents,
    addInventory,
    addEvents,
    addHealth,
    addReload,
  ] satisfies readonly ((app: FastifyInstance, options: WebOptions) => void)[]) {
    add(app, options);
  }
  return app;
}

function refuseWhatIsNotOurs(app: FastifyInstance, { log }: WebOptions, door: Door): void {
  // The only body we may be sent is one that nobody reads, of a POST.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, undefined));

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    // Before anything else is told, also about a path that does not exist.
    if ((await door.admit(request, reply)) !== undefined) return reply;
    const path = pathOf(request.url);
    if (path === undefined) return;
    const known: readonly string[] = PATHS[path].parameters;
    const unknown = Object.keys(request.query as object).filter((parameter) => !known.includes(parameter));
    if (unknown.length === 0) return;
    return reply
      .code(400)
      .type('text/plain; charset=utf-8')
      .send(`${path} takes ${known.length === 0 ? 'no parameters' : `only: ${known.join(', ')}`}.\n`);
  });

  app.setNotFoundHandler((request, reply) => {
    reply.type('text/plain; charset=utf-8');
    const path = pathOf(request.url);
    if (path !== undefined) {
      const allowed = PATHS[path].methods.join(', ');
      return reply.code(405).header('allow', allowed).send(`${path} answers ${allowed} only.\n`);
    }
    return reply.code(404).send(`There is nothing here. pgvigil answers to:\n${pathList()}`);
  });

  app.setErrorHandler((error, request, reply) => {
    const given = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    const status = given >= 400 && given < 500 ? given : 500;
    if (status === 500)
      log.error({ err: error, path: request.routeOptions.url }, 'A request could not be answered.');
    const advice = status === 500 ? ': the log of pgvigil says why' : '';
    return reply.code(status).type('text/plain; charset=utf-8').send(`${STATUS_CODES[status]}${advice}.\n`);
  });
}
