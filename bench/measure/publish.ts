import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../test/kit/bundle.ts';
import { linePlot, type Plot } from '../plot/line-plot.ts';

/** The load of the machine, noted while a benchmark runs: what else went on is part of every figure. */
export interface Loads {
  readonly note: () => void;
  readonly machine: () => { readonly processors: number; readonly loads: readonly number[] };
}

export function createLoads(): Loads {
  const loads: number[] = [];
  const note = (): void => void loads.push(Number((loadavg()[0] ?? 0).toFixed(2)));
  note();
  return { note, machine: () => ({ processors: cpus().length, loads }) };
}

/** A table of Markdown. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Prints tables, writes every figure to `test-output/bench/NAME.json`, and the pictures to `docs/img/`. */
export function publish(
  name: string,
  figures: {
    readonly tables: readonly string[];
    readonly loads: Loads;
    readonly data: object;
    readonly plots?: Readonly<Record<string, Plot>>;
  },
): void {
  figures.loads.note();
  const machine = figures.loads.machine();
  const directory = join(ROOT, 'test-output/bench');
  const file = join(directory, `${name}.json`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, ...figures.data }, undefined, 2)}\n`);
  const pictures = join(ROOT, 'docs/img');
  mkdirSync(pictures, { recursive: true });
  for (const [picture, plot] of Object.entries(figures.plots ?? {}))
    writeFileSync(join(pictures, `${picture}.svg`), linePlot(plot));
  process.stdout.write(
    `\n${figures.tables.join('\n\n')}\n\n${JSON.stringify(machine)}; every figure: ${file}\n`,
  );
}
