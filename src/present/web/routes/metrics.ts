import type { FastifyInstance } from 'fastify';
import type { Report } from '../../../model/report.ts';
import { createExpositions } from '../../metrics/exposition.ts';
import { createFamilies } from '../../metrics/families.ts';
import { createProcessMetrics } from '../../metrics/process-metrics.ts';
import { METRICS_CONTENT_TYPES, type MetricsFormat } from '../../metrics/render.ts';
import { acceptsGzip, metricsFormatFor } from '../accept.ts';
import type { WebOptions } from '../options.ts';
import { perReport } from '../per-report.ts';

/** `/metrics`: the last report as an exposition, rendered at most once per report and format. */
export function addMetrics(app: FastifyInstance, { report, log }: WebOptions): void {
  const processMetrics = createProcessMetrics(log);
  const families = createFamilies();
  const familiesOnce = perReport(async (last: Report) => [...families(last), ...(await processMetrics())]);
  const exposition = (format: MetricsFormat) => {
    const expositionOf = createExpositions(format);
    return perReport(async (last: Report) => expositionOf(await familiesOnce(last)));
  };
  const expositions = { text: exposition('text'), openmetrics: exposition('openmetrics') };

  app.get('/metrics', async (request, reply) => {
    reply.header('vary', 'Accept, Accept-Encoding');
    const last = report();
    if (last === undefined) {
      return reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .send('There is no report yet: the first look is under way.\n');
    }
    const format = metricsFormatFor(request.headers.accept);
    const { plain, gzipped } = await expositions[format](last);
    reply.type(METRICS_CONTENT_TYPES[format]);
    if (!acceptsGzip(request.headers['accept-encoding'])) return reply.send(plain());
    return reply.header('content-encoding', 'gzip').send(gzipped());
  });
}
