import type { FastifyInstance } from 'fastify';
import type { WebOptions } from '../options.ts';
import { RENEW_SECONDS, renderPage } from '../page/page.ts';

const EVENTS_SHOWN = 20;

/** `/`: the status page, for a person. It renews itself; `?refresh=30` does so less often, `?refresh=0` holds it still. */
export function addPage(app: FastifyInstance, { report, events, clock }: WebOptions): void {
  app.get<{ Querystring: { refresh?: unknown } }>('/', async (request, reply) => {
    const { refresh } = request.query;
    const refreshSeconds =
      refresh === undefined ? RENEW_SECONDS : refresh === '0' ? undefined : parseSeconds(refresh);
    if (refreshSeconds === undefined && refresh !== '0') {
      return reply
        .code(400)
        .type('text/plain; charset=utf-8')
        .send('refresh is a whole number of seconds from 5 to 3600, or 0.\n');
    }
    const last = report();
    const page = renderPage(last, {
      events: last === undefined ? [] : events(EVENTS_SHOWN),
      monotonicMs: clock.monotonic(),
      refreshSeconds,
    });
    // A header, not an element: assistive technology is told of neither, but no markup forces it on a reader.
    if (refreshSeconds !== undefined) reply.header('refresh', String(refreshSeconds));
    return reply
      .code(last === undefined ? 503 : 200)
      .type('text/html; charset=utf-8')
      .send(page);
  });
}

function parseSeconds(given: unknown): number | undefined {
  if (typeof given !== 'string' || !/^[1-9]\d{0,3}$/.test(given)) return undefined;
  const seconds = Number(given);
  return seconds >= 5 && seconds <= 3600 ? seconds : undefined;
}
