import type { FastifyInstance } from 'fastify';
import type { WebOptions } from '../options.ts';
import { renderPage } from '../page/page.ts';

const EVENTS_SHOWN = 20;

/** `/`: the status page, for a person. */
export function addPage(app: FastifyInstance, { report, events, clock }: WebOptions): void {
  app.get('/', async (_request, reply) => {
    const last = report();
    const page = renderPage(last, last === undefined ? [] : events(EVENTS_SHOWN), clock.monotonic());
    return reply
      .code(last === undefined ? 503 : 200)
      .type('text/html; charset=utf-8')
      .send(page);
  });
}
