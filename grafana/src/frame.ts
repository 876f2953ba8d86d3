import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from './datasource.ts';
import { place, type Section } from './layout.ts';
import { type DashboardName, MENU, TAG, UIDS } from './links.ts';
import { variables } from './variables.ts';

/** What a dashboard is about. */
export interface Contents {
  readonly name: DashboardName;
  readonly title: string;
  /** The question it answers. */
  readonly description: string;
  /** How far back it looks at first, for example `6h`. */
  readonly last: string;
  readonly sections: readonly Section[];
}

/** Firing alerts. They have no job and no instance, and some have no server. */
const ALERTS = 'ALERTS{alertname=~"PgVigil.+", alertstate="firing", severity!="none", server=~"|$server"}';

/** A dashboard with everything that they all have in common. It cannot be edited: it is made from code. */
export function frame({ name, title, description, last, sections }: Contents): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(`pgvigil / ${title}`)
    .uid(UIDS[name])
    .description(description)
    .tags([TAG])
    .readonly()
    .refresh('30s')
    .time({ from: `now-${last}`, to: 'now' })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .links([{ build: () => MENU }])
    .annotations([firingAlerts()])
    .variables(variables());
  return { ...builder.build(), panels: place(sections) };
}

function firingAlerts(): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .expr(ALERTS)
    .target(new prometheus.DataqueryBuilder().expr(ALERTS).refId('Alerts').range())
    .titleFormat('{{alertname}}')
    .textFormat('{{server}} {{datname}}{{volume}}{{mountpoint}}')
    .tagKeys('severity')
    .step('30s');
}
