import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../kit/bundle.ts';

/** A committed dashboard, with the parts that tests look at. What Grafana reads is what is tested. */
export interface Dashboard {
  uid: string;
  title: string;
  description?: string;
  tags: string[];
  editable: boolean;
  schemaVersion: number;
  refresh?: string;
  time: { from: string; to: string };
  links: { type: string; tags: string[]; asDropdown: boolean; includeVars: boolean; keepTime: boolean }[];
  annotations: { list: { name: string; datasource?: DataSource; expr?: string }[] };
  templating: { list: Variable[] };
  panels: Panel[];
}

export interface DataSource {
  type?: string;
  uid?: string;
}

export interface Variable {
  type: string;
  name: string;
  label?: string;
  query?: string | { query: string };
  datasource?: DataSource;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  refresh?: number;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: DataSource;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  transformations?: { id: string; options: Organize }[];
  options?: { reduceOptions?: { fields?: string }; content?: string };
  fieldConfig?: {
    defaults: { unit?: string; mappings?: unknown[]; thresholds?: { steps: Step[] } };
    overrides: { matcher: { id: string; options: string }; properties: { id: string; value: unknown }[] }[];
  };
}

export interface Step {
  value: number | null;
  color: string;
}

export interface Organize {
  excludeByName?: Record<string, boolean>;
  indexByName?: Record<string, number>;
  renameByName?: Record<string, string>;
}

export interface Target {
  refId: string;
  expr: string;
  datasource?: DataSource;
  legendFormat?: string;
  format?: string;
  instant?: boolean;
  range?: boolean;
}

export const DASHBOARD_FILES = join(ROOT, 'grafana/dashboards');

/** The committed dashboards. */
export function readDashboards(): readonly Dashboard[] {
  return readdirSync(DASHBOARD_FILES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(DASHBOARD_FILES, file), 'utf8')) as Dashboard);
}

/** The panels of a dashboard without its rows. */
export const contentPanels = (dashboard: Dashboard): readonly Panel[] =>
  dashboard.panels.filter(({ type }) => type !== 'row');

/** A query of a panel, and a name for messages. */
export interface PanelQuery {
  readonly name: string;
  readonly panel: Panel;
  readonly target: Target;
}

/** Every query of every panel. */
export function panelQueries(dashboard: Dashboard): readonly PanelQuery[] {
  return contentPanels(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({
      name: `${dashboard.uid}/${panel.id}${target.refId} ${panel.title}`,
      panel,
      target,
    })),
  );
}

/** What the variables of a dashboard and those of Grafana stand for. */
export interface Values {
  readonly job: string;
  readonly instance: string;
  readonly server: string;
  readonly datname: string;
  readonly rangeSeconds: number;
  readonly stepSeconds: number;
  readonly scrapeSeconds: number;
}

/** All of everything, six hours, as a panel of usual width asks for it. */
export const EVERYTHING: Values = {
  job: '.+',
  instance: '.+',
  server: '.+',
  datname: '.+',
  rangeSeconds: 21_600,
  stepSeconds: 15,
  scrapeSeconds: 5,
};

/** A query as Grafana sends it. */
export function interpolate(expr: string, values: Values): string {
  const { stepSeconds, scrapeSeconds, rangeSeconds } = values;
  const rate = Math.max(stepSeconds + scrapeSeconds, 4 * scrapeSeconds);
  const text: Readonly<Record<string, string>> = {
    __rate_interval: `${rate}s`,
    __interval: `${stepSeconds}s`,
    __range: `${rangeSeconds}s`,
    job: values.job,
    instance: values.instance,
    server: values.server,
    datname: values.datname,
  };
  return expr.replaceAll(/\$(\w+)|\$\{(\w+)\}/g, (whole, plain?: string, braced?: string) => {
    const value = text[plain ?? braced ?? ''];
    if (value === undefined) throw new Error(`${whole} in ${expr} is no variable`);
    return value;
  });
}
