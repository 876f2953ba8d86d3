import type { FastifyInstance } from 'fastify';
import { addJsonOfReport } from '../json-route.ts';
import type { WebOptions } from '../options.ts';
import { withStories } from '../with-stories.ts';

/** `/api/v1/incidents`: the open incidents with evidence, silenced symptoms and the story in words. */
export function addIncidents(app: FastifyInstance, options: WebOptions): void {
  addJsonOfReport(app, options, '/api/v1/incidents', (report) => ({
    at: report.at,
    incidents: withStories(report),
  }));
}
