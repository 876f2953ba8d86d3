import { type MetricSpec, SUBJECTS } from './catalogue.ts';

const HEAD = `# Metrics

Generated from the catalogue in \`src/present/metrics/\` by \`npm run generate\`; do not edit.

What cannot be verified is absent: it is never 0 and never the value of before. What has to be there is a
series of its own, so that a rule reads \`pgvigil_database_expected unless on (server, datname)
(pgvigil_database_present == 1)\`. Counters are there from the start, with every value of a closed label at 0.
Instants are Unix times in seconds. Label values are made safe: a control character becomes its visible sign,
what is longer than 200 bytes is cut, and a value that was altered ends in \`~\` and a hash of the original.
The labels \`headline\` and \`evidence\` are sentences, the second one in lines, and are never cut so.
`;

const TAIL = `
## The process

\`process_*\` and \`nodejs_*\` are those of the Prometheus client library for Node.js: processor time, memory, file
descriptors, delay of the event loop, garbage collection.
`;

/** The text of docs/metrics.md: every catalogued metric with type, labels and meaning, by subject. */
export function metricsDocument(): string {
  const sections = SUBJECTS.map(({ title, metrics }) => {
    const rows = Object.entries<MetricSpec>(metrics).map(([name, spec]) => rowOf(name, spec));
    return `\n## ${title}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return HEAD + sections.join('') + TAIL;
}

function rowOf(name: string, { type, labels, help }: MetricSpec): string {
  const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
