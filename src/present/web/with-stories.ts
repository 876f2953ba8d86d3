import type { Incident } from '../../model/incident.ts';
import type { Report } from '../../model/report.ts';
import { incidentStory, type Story } from '../words/incident-story.ts';

/** The open incidents of a report, each with its words. */
export function withStories(report: Report): readonly (Incident & { readonly story: Story })[] {
  return report.incidents.map((incident) => ({ ...incident, story: incidentStory(incident, report) }));
}
