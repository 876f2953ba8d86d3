import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as table from '@grafana/grafana-foundation-sdk/table';
import { type Steps, thresholds } from '../colours.ts';
import { DATASOURCE } from '../datasource.ts';
import type { DataLink } from '../links.ts';
import { refIdOf, tableTargets } from '../target.ts';

/** How a column shows its values. */
interface Look {
  readonly unit?: string;
  readonly decimals?: number;
  readonly mappings?: dashboard.ValueMapping[];
  readonly steps?: Steps;
  readonly width?: number;
  /** Several lines rather than one that is cut. */
  readonly wrap?: boolean;
  readonly link?: DataLink;
}

/** A column of labels keeps their name, for links read it; one of values shows what its query gives. */
export type Column = Look & ({ readonly label: string } | { readonly title: string; readonly expr: string });

/** Where a fleet labels its targets with their host; no column anywhere else. */
export const HOST: Column = { label: 'host' };

/** Series of now, a row for each set of labels. All queries must give the same labels. */
export interface TableOptions {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  /** A query that is there for its labels: its value is not shown. */
  readonly rows?: string;
  readonly sortBy?: { readonly title: string; readonly descending?: boolean };
  readonly none: string;
}

/** A panel of rows. The queries are merged by their labels. */
export function tablePanel(options: TableOptions): table.PanelBuilder {
  const { id, title, description, width, height, columns, rows, sortBy, none } = options;
  const values = columns.flatMap((column) => ('expr' in column ? [column.expr] : []));
  const expressions = rows === undefined ? values : [rows, ...values];
  const fields = columns.map((column) =>
    'expr' in column ? valueField(expressions.indexOf(column.expr)) : column.label,
  );
  const panel = new table.PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit('short')
    .noValue(none)
    .filterable(true)
    .targets(tableTargets(expressions))
    .transformations([
      { id: 'merge', options: {} },
      { id: 'organize', options: organized(columns, fields, rows !== undefined) },
    ]);
  if (sortBy) {
    const { title: displayName, descending = false } = sortBy;
    panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(displayName).desc(descending)]);
  }
  for (const column of columns) panel.overrideByName(titleOf(column), properties(column));
  return panel;
}

const titleOf = (column: Column): string => ('expr' in column ? column.title : column.label);
const valueField = (query: number): string => `Value #${refIdOf(query)}`;
/** Grafana numbers the values only where more than one query gave an answer. */
const ONLY_VALUE = 'Value';

function organized(columns: readonly Column[], fields: readonly string[], hideFirst: boolean): object {
  const first = valueField(0);
  const hidden = ['Time', ...(hideFirst ? [first, ONLY_VALUE] : [])];
  const titles = columns.flatMap((column, index) => {
    const field = fields[index] ?? '';
    if (!('expr' in column)) return [];
    const names = field === first ? [field, ONLY_VALUE] : [field];
    return names.map((name) => [name, column.title] as const);
  });
  return {
    excludeByName: Object.fromEntries(hidden.map((field) => [field, true])),
    indexByName: Object.fromEntries(fields.map((field, index) => [field, index])),
    renameByName: Object.fromEntries(titles),
  };
}

function properties(column: Column): dashboard.DynamicConfigValue[] {
  const { unit, decimals, mappings, steps, width, wrap, link } = column;
  const coloured = mappings !== undefined || steps !== undefined;
  return [
    ...(unit ? [{ id: 'unit', value: unit }] : []),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(mappings ? [{ id: 'mappings', value: mappings }] : []),
    ...(steps ? [{ id: 'thresholds', value: thresholds(steps).build() }] : []),
    ...(coloured ? [{ id: 'custom.cellOptions', value: COLOURED }] : []),
    ...(wrap ? [{ id: 'custom.cellOptions', value: WRAPPED }] : []),
    ...(width ? [{ id: 'custom.width', value: width }] : []),
    ...(link ? [{ id: 'links', value: [link] }] : []),
  ];
}

const COLOURED = {
  type: common.TableCellDisplayMode.ColorBackground,
  mode: common.TableCellBackgroundDisplayMode.Basic,
} satisfies common.TableCellOptions;
const WRAPPED = { type: common.TableCellDisplayMode.Auto, wrapText: true } satisfies common.TableCellOptions;
