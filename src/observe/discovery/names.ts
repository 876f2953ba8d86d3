import type { DiscoveryProblem } from '../../model/discovery.ts';
import type { Candidate } from './describe.ts';
import { standingOf } from './identity.ts';

/**
 * Names for containers that are found for the first time, in their order: the label, else the compose service, with
 * its project in front where two would be called the same, else the name of the container.
 */
export function nameNew(
  found: readonly Candidate[],
  taken: ReadonlySet<string>,
  problems: DiscoveryProblem[],
): readonly string[] {
  const used = new Set(taken);
  const byLabel = found.map(({ container, steering: { name } }) => {
    if (name === undefined) return undefined;
    if (!used.has(name)) {
      used.add(name);
      return name;
    }
    problems.push({
      container: container.name,
      label: 'pgvigil.name',
      message: 'is the name of another server already: give each its own',
    });
    return undefined;
  });
  const shorts = found.map(({ container }, index) =>
    byLabel[index] === undefined ? standingOf(container).short : undefined,
  );
  return found.map(({ container }, index) => {
    const given = byLabel[index];
    if (given !== undefined) return given;
    const { short, long } = standingOf(container);
    const isAlone = shorts.filter((other) => other === short).length === 1;
    const name = free(isAlone ? [short, long, container.name] : [long, container.name], used);
    used.add(name);
    return name;
  });
}

function free(wanted: readonly string[], used: ReadonlySet<string>): string {
  const found = wanted.find((name) => !used.has(name));
  if (found !== undefined) return found;
  const base = wanted.at(-1) ?? '';
  let number = 2;
  while (used.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
