import type { FastifyInstance } from 'fastify';
import { addJsonOfReport } from '../json-route.ts';
import type { WebOptions } from '../options.ts';
import { withStories } from '../with-stories.ts';

/** `/api/v1/report`: the whole last report, from which all metrics and the page are made. */
export function addReport(app: FastifyInstance, options: WebOptions): void {
  addJsonOfReport(app, options, '/api/v1/report', (report) => ({
    ...report,
    incidents: withStories(report),
  }));
}
