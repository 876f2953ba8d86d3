import { CATALOGUE, type LabelsOf, type MetricName, type MetricSpec } from './catalogue.ts';
import { labelText } from './label-text.ts';

/** One value under its labels. */
export interface Sample {
  /** As the exposition writes them, braces included; empty where there are none. */
  readonly labels: string;
  readonly value: number;
  /** Where it differs from the name of the family, as for the buckets of a histogram. */
  readonly metricName?: string | undefined;
}

/** A metric with its values, ready to be rendered. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'summary';
  readonly samples: readonly Sample[];
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
  readonly labels: readonly string[];
  /** Same for all metrics with the same labels in the same order. */
  readonly signature: string;
  /** By label text: the same text is the same series. */
  readonly samples: Map<string, Sample>;
}

/** A sheet with nothing on it. The first sample of a series stands; a second one would break the scrape. */
export function createSheet(): Sheet {
  const columns = new Map<string, Column>(
    Object.entries<MetricSpec>(CATALOGUE).map(([name, { labels }]) => [
      name,
      { labels, signature: labels.join(), samples: new Map() },
    ]),
  );
  let last = { labels: {}, signature: '', text: '' };

  return {
    emit(name, labels, value) {
      if (value === undefined) return;
      const number = Number(value);
      const column = columns.get(name);
      if (column === undefined || !Number.isFinite(number)) return;
      const { signature, samples } = column;
      if (last.labels !== labels || last.signature !== signature) {
        last = { labels, signature, text: labelText(column.labels, labels) };
      }
      if (!samples.has(last.text)) samples.set(last.text, { labels: last.text, value: number });
    },
    families() {
      return Object.entries<MetricSpec>(CATALOGUE).flatMap(([name, { help, type }]) => {
        const samples = [...(columns.get(name)?.samples.values() ?? [])];
        return samples.length === 0 ? [] : [{ name, help, type, samples }];
      });
    },
  };
}
