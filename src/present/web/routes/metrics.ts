import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { Report } from '../../../model/report.ts';
import { familiesOf } from '../../metrics/families.ts';
import { createProcessMetrics } from '../../metrics/process-metrics.ts';
import { METRICS_CONTENT_TYPES, type MetricsFormat, renderMetrics } from '../../metrics/render.ts';
import { acceptsGzip, metricsFormatFor } from '../accept.ts';
import type { WebOptions } from '../options.ts';
import { perReport } from '../per-report.ts';

/** Metrics repeat themselves: the quickest level already makes them twenty times smaller. */
const GZIP_LEVEL = 1;

interface Exposition {
  readonly plain: Buffer;
  /** Compressed when first asked for; not in the thread pool, which a frozen disk can fill. */
  readonly gzipped: () => Buffer;
}

/** `/metrics`: the last report as an exposition, rendered at most once per report and format. */
export function addMetrics(app: FastifyInstance, { report, log }: WebOptions): void {
  const processMetrics = createProcessMetrics(log);
  const exposition = (format: MetricsFormat) =>
    perReport(async (last: Report): Promise<Exposition> => {
      const families = [...familiesOf(last), ...(await processMetrics())];
      const plain = renderMetrics(families, format);
      let gzipped: Buffer | undefined;
      return {
        plain,
        gzipped() {
          gzipped ??= gzipSync(plain, { level: GZIP_LEVEL });
          return gzipped;
        },
      };
    });
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
    if (!acceptsGzip(request.headers['accept-encoding'])) return reply.send(plain);
    return reply.header('content-encoding', 'gzip').send(gzipped());
  });
}
