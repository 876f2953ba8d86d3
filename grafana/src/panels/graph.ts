import * as common from '@grafana/grafana-foundation-sdk/common';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { type Steps, thresholds } from '../colours.ts';
import { DATASOURCE } from '../datasource.ts';
import { FULL_WIDTH } from '../layout.ts';
import { type Curve, rangeTargets } from '../target.ts';

/** Numbers over time. */
export interface GraphOptions {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly width?: number;
  readonly height?: number;
  readonly unit: string;
  readonly curves: readonly Curve[];
  /** Lines across the graph where an alert begins. */
  readonly limit?: Steps;
  readonly min?: number;
  readonly max?: number;
  /** Single happenings, stacked, rather than a quantity. */
  readonly bars?: boolean;
}

/** A panel of curves. */
export function graphPanel(options: GraphOptions): timeseries.PanelBuilder {
  const { id, title, description, width = FULL_WIDTH, height = 7, unit, curves, limit, min, max } = options;
  const panel = new timeseries.PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit(unit)
    .targets(rangeTargets(curves))
    .noValue('none')
    .lineWidth(1)
    .showPoints(common.VisibilityMode.Auto)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    );
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.max(max);
  if (limit) {
    const style = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
    panel.thresholds(thresholds(limit)).thresholdsStyle(style);
  }
  if (options.bars) {
    const stacking = new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A');
    // What `increase` works out between two scrapes is no whole number, what happened is.
    panel.drawStyle(common.GraphDrawStyle.Bars).fillOpacity(80).stacking(stacking).decimals(0);
  }
  return panel;
}
