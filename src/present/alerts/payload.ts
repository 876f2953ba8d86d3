import type { Report } from '../../model/report.ts';
import type { Instant } from '../../model/time.ts';
import { toLabel } from '../metrics/label.ts';
import { incidentText } from '../words/incident-text.ts';
import { runbookUrl } from './runbook.ts';
import type { Told } from './told.ts';
import { type Names, WORDINGS, type Wording } from './wording.ts';

/** One firing alert. Whoever sends the same labels sends the same alert. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: Instant;
}

/** What the configuration adds. */
export interface PayloadSettings {
  readonly labels: Readonly<Record<string, string>>;
  /** Where links to dashboards begin. */
  readonly dashboardUrl: string;
}

/** Takes what is told and gives the alerts: the labels exactly as the rules of the bundle have them. */
export function alertsOf(
  told: readonly Told[],
  report: Report,
  { labels, dashboardUrl }: PayloadSettings,
): readonly Alert[] {
  return told.map(({ incident, symptom }) => {
    const wording: Wording = WORDINGS[symptom.kind];
    const names = {
      server: toLabel(symptom.server),
      datname: toLabel(symptom.datname ?? ''),
      volume: toLabel(symptom.volume ?? ''),
    };
    const { headline, evidence } = incidentText(incident, report);
    return {
      labels: {
        ...labels,
        alertname: wording.alertname,
        severity: 'critical',
        ...Object.fromEntries(wording.labels.map((name) => [name, names[name]])),
      },
      annotations: {
        summary: wording.summary,
        description: wording.description(names),
        runbook_url: runbookUrl(symptom.kind),
        dashboard_url: dashboardLink(dashboardUrl, wording.dashboard, names),
        cause: incident.cause,
        confidence: incident.confidence,
        headline,
        evidence,
        ...lastSeen(report, symptom),
      },
      startsAt: symptom.since,
    };
  });
}

function lastSeen(report: Report, { server, datname }: Told['symptom']): Readonly<Record<string, string>> {
  if (datname === undefined) return {};
  const databases = report.servers.find(({ name }) => name === server)?.databases;
  const at = databases?.find((database) => database.datname === datname)?.lastSeenAt;
  return { last_seen: at === undefined ? 'unknown' : new Date(at).toISOString() };
}

function dashboardLink(base: string, { uid, labels }: Wording['dashboard'], names: Names): string {
  const variables = labels.map((name) => `var-${name}=${urlQuery(names[name])}`);
  return `${base}/d/${uid}?${variables.join('&')}`;
}

/** As `urlquery` of the templates in the rules escapes. */
function urlQuery(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
