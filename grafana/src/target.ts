import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from './datasource.ts';

/** A query over the time range. */
export interface Curve {
  readonly expr: string;
  /** Name of each series, with labels as `{{label}}`. */
  readonly legend: string;
}

/** Letters for queries that have no name of their own. */
export const refIdOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/** Curves over the time range of the dashboard. */
export function rangeTargets(curves: readonly Curve[]): prometheus.DataqueryBuilder[] {
  return curves.map(({ expr, legend }, index) => target(expr, refIdOf(index)).legendFormat(legend).range());
}

/** Values of now. */
export function instantTargets(curves: readonly Curve[]): prometheus.DataqueryBuilder[] {
  return curves.map(({ expr, legend }, index) => target(expr, refIdOf(index)).legendFormat(legend).instant());
}

/** Values of now as the rows of a table, one query per column. */
export function tableTargets(expressions: readonly string[]): prometheus.DataqueryBuilder[] {
  return expressions.map((expr, index) =>
    target(expr, refIdOf(index)).format(prometheus.PromQueryFormat.Table).instant(),
  );
}

function target(expr: string, refId: string): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder()
    .datasource(DATASOURCE)
    .editorMode(prometheus.QueryEditorMode.Code)
    .expr(expr)
    .refId(refId);
}
