import type { FastifyInstance } from 'fastify';
import { incidentReport } from '../../words/incident-report.ts';
import type { WebOptions } from '../options.ts';
import { renderForgotten, renderIncident } from '../page/incident-page.ts';
import { renderPage } from '../page/page.ts';

/** What is looked through for the time around an incident. */
const EVENTS_READ = 500;

/** `/incidents/ID` and `/incidents/ID.md`: all that is known of one incident, for a person and for a post-mortem. */
export function addIncident(app: FastifyInstance, { report, incident, events, clock }: WebOptions): void {
  // Whatever is no id is no path of ours either.
  app.get<{ Params: { id: string } }>('/incidents/:id(^[0-9a-f]{8}$)', async (request, reply) => {
    reply.type('text/html; charset=utf-8');
    const last = report();
    const monotonicMs = clock.monotonic();
    if (last === undefined)
      return reply
        .code(503)
        .send(renderPage(undefined, { events: [], monotonicMs, refreshSeconds: undefined }));
    const { id } = request.params;
    const record = incident(id);
    if (record === undefined) return reply.code(404).send(renderForgotten(id));
    return reply.send(renderIncident(record, { report: last, events: events(EVENTS_READ), monotonicMs }));
  });

  app.get<{ Params: { id: string } }>('/incidents/:id(^[0-9a-f]{8}).md', async (request, reply) => {
    const { id } = request.params;
    const record = report() === undefined ? undefined : incident(id);
    if (record !== undefined) {
      return reply
        .type('text/markdown; charset=utf-8')
        .header('content-disposition', `inline; filename="incident-${id}.md"`)
        .send(incidentReport(record, events(EVENTS_READ)));
    }
    const isEarly = report() === undefined;
    return reply
      .code(isEarly ? 503 : 404)
      .type('text/plain; charset=utf-8')
      .send(isEarly ? 'The first look is under way.\n' : `Incident ${id} is not remembered any more.\n`);
  });
}
