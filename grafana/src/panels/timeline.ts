import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import { GREY, thresholds } from '../colours.ts';
import { DATASOURCE } from '../datasource.ts';
import { FULL_WIDTH } from '../layout.ts';
import { type Curve, rangeTargets } from '../target.ts';

/** States over time, a bar for each series. */
export interface TimelineOptions {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly width?: number;
  readonly height?: number;
  readonly states: readonly Curve[];
  readonly mappings: dashboard.ValueMapping[];
}

/** A panel of states over time. A gap means that nothing was reported. */
export function timelinePanel(options: TimelineOptions): statetimeline.PanelBuilder {
  const { id, title, description, width = FULL_WIDTH, height = 5, states, mappings } = options;
  return new statetimeline.PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit('short')
    .targets(rangeTargets(states))
    .mappings(mappings)
    .thresholds(thresholds([[null, GREY]]))
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Single));
}
