import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import { type Steps, thresholds } from '../colours.ts';
import { DATASOURCE } from '../datasource.ts';
import type { DataLink } from '../links.ts';
import { type Curve, instantTargets } from '../target.ts';

/** Numbers of now, large. */
export interface StatOptions {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height?: number;
  readonly unit: string;
  readonly values: readonly Curve[];
  readonly steps: Steps;
  readonly mappings?: dashboard.ValueMapping[];
  /** What is shown where there is no series. */
  readonly none?: string;
  /** The name of the series is what is read, not its value. */
  readonly showName?: boolean;
  readonly link?: DataLink;
}

/** A panel of large numbers. */
export function statPanel(options: StatOptions): stat.PanelBuilder {
  const { id, title, description, width, height = 4, unit, values, steps, mappings, none, link } = options;
  const panel = new stat.PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit(unit)
    .targets(instantTargets(values))
    .thresholds(thresholds(steps))
    .noValue(none ?? 'no data')
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(options.showName ? common.BigValueTextMode.Name : common.BigValueTextMode.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  if (mappings) panel.mappings(mappings);
  if (link) panel.dataLinks([{ build: () => link as unknown as dashboard.DashboardLink }]);
  return panel;
}
