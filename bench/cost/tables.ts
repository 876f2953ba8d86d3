import { figure, ratio } from '../measure/numbers.ts';
import { markdown } from '../measure/publish.ts';
import type { Plot } from '../plot/line-plot.ts';
import type { CostFigures } from './measure.ts';
import type { OwnCost } from './usage.ts';

const WATCHERS = [
  ['pgvigil', 'pgvigil'],
  ['postgres_exporter', 'postgresExporter'],
  ['node_exporter', 'nodeExporter'],
] as const;
const SERVERS = [
  ['pgvigil', 'serverOfPgvigil'],
  ['postgres_exporter', 'serverOfExporter'],
  ['nobody', 'serverOfNobody'],
] as const;
const mebibytes = (bytes: number): number => bytes / 2 ** 20;

/** What each watcher takes for itself. */
export function ownTable(all: readonly CostFigures[]): string {
  const rows = all.flatMap((size) =>
    WATCHERS.map(([name, key]) => {
      const cost: OwnCost = size[key];
      return [
        size.databases.toLocaleString('en'),
        name,
        `${figure(cost.cores * 100)} %`,
        figure(mebibytes(cost.rssBytes)),
        figure(mebibytes(cost.pssBytes)),
        figure(mebibytes(cost.mostPssBytes)),
      ];
    }),
  );
  return markdown(['databases', 'who', 'of one processor', 'RSS, MiB', 'PSS, MiB', 'most PSS, MiB'], rows);
}

/** What each server has to do for whoever watches it. */
export function serverTable(all: readonly CostFigures[]): string {
  const rows = all.flatMap((size) =>
    SERVERS.map(([name, key]) => {
      const { cpuSeconds, statements, connections } = size[key];
      return [
        size.databases.toLocaleString('en'),
        name,
        figure(cpuSeconds),
        name === 'nobody' ? '–' : figure(statements),
        figure(connections),
        name === 'pgvigil' ? ratio(size.serverOfExporter.cpuSeconds, cpuSeconds) : '',
        name === 'pgvigil' ? ratio(size.serverOfExporter.statements, statements) : '',
      ];
    }),
  );
  return markdown(
    [
      'databases',
      'watched by',
      'processor seconds of the server per minute',
      'statements per minute',
      'connections per minute',
      'postgres_exporter takes, time',
      'statements',
    ],
    rows,
  );
}

export function costPlots(all: readonly CostFigures[]): Readonly<Record<string, Plot>> {
  const x = { label: 'databases', log: true };
  const line = (name: string, of: (size: CostFigures) => number) => ({
    name,
    points: all.map((size) => [size.databases, of(size)] as const),
  });
  return {
    'cost-memory': {
      title: 'Memory of all processes (PSS)',
      x,
      y: { label: 'MiB' },
      lines: WATCHERS.map(([name, key]) => line(name, (size) => mebibytes(size[key].pssBytes))),
    },
    'cost-processor': {
      title: 'Processor time that a watcher takes',
      x,
      y: { label: '% of one processor', log: true },
      lines: WATCHERS.map(([name, key]) => line(name, (size) => size[key].cores * 100)),
    },
    'cost-server': {
      title: 'Processor time that a watcher costs PostgreSQL',
      x,
      y: { label: 'seconds per minute', log: true },
      lines: SERVERS.slice(0, 2).map(([name, key]) => line(name, (size) => size[key].cpuSeconds)),
    },
  };
}
