import { type Html, type HtmlValue, html } from '../html.ts';

type Column = string | { readonly numeric: string };

/** The first column heads its row. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly HtmlValue[])[];
}

/**
 * A table that a narrow screen shows as a list: each cell carries the name of its column. The roles are written
 * out because browsers forget them once the style makes blocks of the cells.
 */
export function table({ caption, columns, rows }: Table): Html {
  const names = columns.map((column) => (typeof column === 'string' ? column : column.numeric));
  const classes = columns.map((column) => (typeof column === 'string' ? '' : 'numeric'));
  return html`<table role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${names.map(
    (name, index) => html`<th role="columnheader" scope="col" class="${classes[index]}">${name}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">${rows.map(
    (cells) => html`
<tr role="row">${cells.map((cell, index) =>
      index === 0
        ? html`<th role="rowheader" scope="row">${cell}</th>`
        : html`<td role="cell" class="${classes[index]}" data-column="${names[index]}"><div>${cell}</div></td>`,
    )}</tr>`,
  )}
</tbody></table>`;
}
