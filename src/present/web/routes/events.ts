import type { FastifyInstance } from 'fastify';
import { toJson } from '../json.ts';
import type { WebOptions } from '../options.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

/** `/api/v1/events?limit=100`: the last lines of the journal. */
export function addEvents(app: FastifyInstance, { events }: WebOptions): void {
  app.get<{ Querystring: { limit?: unknown } }>('/api/v1/events', async (request, reply) => {
    reply.type('application/json; charset=utf-8');
    const limit = parseLimit(request.query.limit);
    if (limit === undefined) {
      return reply.code(400).send(toJson({ error: `limit is a whole number from 1 to ${MAX_LIMIT}.` }));
    }
    return reply.send(toJson({ events: events(limit) }));
  });
}

function parseLimit(given: unknown): number | undefined {
  if (given === undefined) return DEFAULT_LIMIT;
  if (typeof given !== 'string' || !/^[1-9]\d{0,2}$/.test(given)) return undefined;
  return Number(given) <= MAX_LIMIT ? Number(given) : undefined;
}
