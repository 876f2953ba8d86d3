import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

/** Tag of all dashboards of the bundle: the links between them go by it. */
export const TAG = 'pgvigil';

/** The dashboards by their fixed uid; alerts link to these. */
export const UIDS = {
  overview: 'pgvigil-overview',
  database: 'pgvigil-database',
  incident: 'pgvigil-incident',
  storage: 'pgvigil-storage',
  backups: 'pgvigil-backups',
  self: 'pgvigil-self',
} as const;
export type DashboardName = keyof typeof UIDS;

/** A link from a cell to another dashboard. */
export interface DataLink {
  readonly title: string;
  readonly url: string;
  readonly targetBlank: false;
}

/** From a row of a table: the fields become the variables of the dashboard that is opened. */
export function linkFromRow(title: string, to: DashboardName, labels: readonly string[]): DataLink {
  const kept = ['datasource', 'job', 'instance'].map((name) => `\${${name}:queryparam}`);
  // Names may hold any character, and Grafana does not encode them by itself.
  const given = labels.map((label) => `var-${label}=\${__data.fields["${label}"]:percentencode}`);
  const query = [...kept, ...given, `\${__url_time_range}`].join('&');
  return { title, url: `/d/${UIDS[to]}?${query}`, targetBlank: false };
}

/** The menu that leads from each dashboard to the others, with variables and time range. */
export const MENU: dashboard.DashboardLink = {
  title: 'pgvigil',
  type: dashboard.DashboardLinkType.Dashboards,
  icon: 'external link',
  tooltip: 'The other dashboards of pgvigil, with the same selection',
  tags: [TAG],
  asDropdown: true,
  targetBlank: false,
  includeVars: true,
  keepTime: true,
};
