import { readdirSync, readFileSync } from 'node:fs';

/** Counts the processes that the PostgreSQL on this port keeps for pgvigil, in a container or not. */
export function backendsOf(port: number): () => number {
  return () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => /^postgres: .*\bpgvigil /.test(titleOf(pid)) && isOn(port, parentOf(pid))).length;
}

/** A postmaster that was told its port, or has it in its configuration. */
function isOn(port: number, pid: string): boolean {
  const title = titleOf(pid);
  const directory = / -D (\S+)/.exec(title)?.[1];
  if (new RegExp(` -p ${port}\\b`).test(title)) return true;
  return directory !== undefined && orNothing(`${directory}/postmaster.pid`).split('\n')[3] === String(port);
}

const titleOf = (pid: string): string => orNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

function parentOf(pid: string): string {
  const stat = orNothing(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
}

function orNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
