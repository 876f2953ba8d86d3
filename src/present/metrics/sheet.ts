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

/** Collects samples into families. */
export interface Sheet {
  readonly emit: Emit;
  /** In the order of the catalogue, those with a sample. */
  families(): readonly Family[];
}

interface Column {
  readonly names: readonly string[];
  readonly texts: readonly string[];
  /** Same for all metrics with the same labels in the same order. */
  readonly signature: string;
  readonly labels: string[];
  readonly values: number[];
  /** By number of the label text: whether the series has its sample. */
  readonly taken: boolean[];
}

/** A sheet with nothing on it. The first sample of a series stands; a second one would break the scrape. */
export function createSheet(): Sheet {
  const columns = new Map<string, Column>(
    Object.entries<MetricSpec>(CATALOGUE).map(([name, { labels, texts = [] }]) => [
      name,
      { names: labels, texts, signature: labels.join(), labels: [], values: [], taken: [] },
    ]),
  );
  /** Every label text has a number, so that looking for a second sample costs next to nothing. */
  const numbers = new Map<string, number>();
  let last = { labels: {}, signature: '', text: '', number: 0 };

  function numberOf(text: string): number {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  }

  return {
    emit(name, labels, value) {
      if (value === undefined) return;
      const number = Number(value);
      const column = columns.get(name);
      if (column === undefined || !Number.isFinite(number)) return;
      const { signature } = column;
      if (last.labels !== labels || last.signature !== signature) {
        const text = labelText(column.names, labels, column.texts);
        last = { labels, signature, text, number: numberOf(text) };
      }
      if (column.taken[last.number] === true) return;
      column.taken[last.number] = true;
      column.labels.push(last.text);
      column.values.push(number);
    },
    families() {
      return Object.entries<MetricSpec>(CATALOGUE).flatMap(([name, { help, type }]) => {
        const { labels = [], values = [] } = columns.get(name) ?? {};
        return labels.length === 0 ? [] : [{ name, help, type, labels, values }];
      });
    },
  };
}
