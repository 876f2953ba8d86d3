import type { FastifyInstance } from 'fastify';
import type { Report } from '../../model/report.ts';
import { toJson } from './json.ts';
import type { WebOptions } from './options.ts';
import type { Path } from './paths.ts';
import { perReport } from './per-report.ts';

/** Adds a route that gives a part of the last report as JSON; 503 before the first. */
export function addJsonOfReport(
  app: FastifyInstance,
  { report }: WebOptions,
  path: Path,
  pick: (report: Report) => unknown,
): void {
  const render = perReport(async (last) => Buffer.from(toJson(pick(last))));
  app.get(path, async (_request, reply) => {
    const last = report();
    reply.type('application/json; charset=utf-8');
    if (last === undefined) {
      return reply.code(503).send(toJson({ error: 'There is no report yet: the first look is under way.' }));
    }
    return reply.send(await render(last));
  });
}
