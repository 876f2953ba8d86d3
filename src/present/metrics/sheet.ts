import { CATALOGUE, type LabelsOf, type MetricName, type MetricSpec } from './catalogue.ts';
import { labelText } from './label-text.ts';

/** A metric with its values, ready to be rendered. Column by column: a large report has 100,000 samples. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'summary';
  /** Of each sample, as the exposition writes them, braces included; empty where there are none. */
  readonly labels: readonly string[];
  /** As many as there are labels. */
  readonly values: readonly number[];
  /** Names of the samples where they differ from the family's, as for the buckets of a histogram. */
  readonly sampleNames?: readonly string[];
}

/**
 * Writes down one sample of a catalogued metric with exactly its labels. `undefined` is unknown and writes
 * nothing; a boolean is 1 or 0. One object of labels given to many metrics is turned into text once.
 */
export type Emit = <Name extends MetricName>(
  name: Name,
  labels: LabelsOf<Name>,
  value: number | boolean | undefined,
) => void;

/**
 * Collects what `write` emits, one report after the other: families in the order of the catalogue, those with a sample.
 * A family that did not change is the same object as before. What a `write` that throws has emitted counts for nothing.
 */
export type Sheet = (write: (emit: Emit) => void) => readonly Family[];

/** The samples of one metric, in the order in which they were emitted. */
interface Column {
  readonly names: readonly string[];
  readonly texts: readonly string[];
  /** Same for all metrics with the same labels in the same order. */
  readonly signature: string;
  /** Labels as they were given, and as text; longer than `count` where there were more in the report before. */
  readonly given: Given[];
  readonly labels: string[];
  readonly values: number[];
  count: number;
  relabelled: boolean;
  changed: boolean;
  family: Family | undefined;
}

type Given = Readonly<Record<string, string | number | undefined>>;

/**
 * A sheet with nothing on it. The first sample of a series stands; a second one would break the scrape. It keeps
 * what was on it: most of a large report is as it was a second ago, and is compared instead of written anew.
 */
export function createSheet(): Sheet {
  const columns = new Map<string, Column>(
    Object.entries<MetricSpec>(CATALOGUE).map(([name, { labels, texts = [] }]) => [
      name,
      {
        names: labels,
        texts,
        signature: labels.join(),
        given: [],
        labels: [],
        values: [],
        count: 0,
        relabelled: false,
        changed: false,
        family: undefined,
      },
    ]),
  );
  let last: { readonly labels: Given; readonly signature: string; readonly text: string } | undefined;

  function textOf(column: Column, labels: Given, index: number): string {
    const { signature, names, given } = column;
    if (last?.labels === labels && last.signature === signature) return last.text;
    const before = given[index];
    const text =
      before !== undefined && names.every((name) => before[name] === labels[name])
        ? (column.labels[index] as string)
        : labelText(names, labels, column.texts);
    last = { labels, signature, text };
    return text;
  }

  const emit: Emit = (name, labels, value) => {
    if (value === undefined) return;
    const number = Number(value);
    const column = columns.get(name);
    if (column === undefined || !Number.isFinite(number)) return;
    const index = column.count++;
    const text = textOf(column, labels, index);
    if (column.labels[index] !== text) {
      column.labels[index] = text;
      column.relabelled = true;
    }
    if (column.values[index] !== number) {
      column.values[index] = number;
      column.changed = true;
    }
    column.given[index] = labels;
  };

  return (write) => {
    last = undefined;
    for (const column of columns.values()) column.count = 0;
    write(emit);
    return Object.entries<MetricSpec>(CATALOGUE).flatMap(([name, { help, type }]) => {
      const column = columns.get(name);
      const family = column && closed(column, { name, help, type });
      return family === undefined ? [] : [family];
    });
  };
}

/** Ends a report for a column, and makes its family anew where it is not as before. */
function closed(column: Column, head: Pick<Family, 'name' | 'help' | 'type'>): Family | undefined {
  const { count, given, labels, values, changed, family } = column;
  const relabelled = column.relabelled || count !== given.length;
  for (const list of [given, labels, values]) list.length = count;
  column.relabelled = false;
  column.changed = false;
  if (!relabelled && !changed) return family;
  column.family = count === 0 ? undefined : { ...head, ...samplesOf(column, relabelled) };
  return column.family;
}

function samplesOf(
  { labels, values, family }: Column,
  relabelled: boolean,
): Pick<Family, 'labels' | 'values'> {
  // Nothing was there twice: then all labels are as they were.
  if (!relabelled && family?.labels.length === labels.length)
    return { labels: family.labels, values: [...values] };
  const firstOf = new Map<string, number>();
  for (const [index, label] of labels.entries()) {
    if (!firstOf.has(label)) firstOf.set(label, values[index] as number);
  }
  return { labels: [...firstOf.keys()], values: [...firstOf.values()] };
}
