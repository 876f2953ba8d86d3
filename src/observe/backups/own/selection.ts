/** There in every cluster so that one can connect: nobody misses them. */
const MAINTENANCE = 'postgres';

/**
 * The databases of a server whose backups are expected: those that the source names, else those that are watched, and
 * not only there so that one can connect. What is expected and is not there is in it too.
 */
export function selectDatabases(
  there: readonly {
    readonly datname: string;
    readonly isTemplate: boolean;
    readonly allowsConnections: boolean;
  }[],
  options: {
    /** Of the source; `undefined`: every one that is watched. */
    readonly named: readonly string[] | undefined;
    readonly expect: readonly string[];
    readonly ignore: readonly RegExp[];
  },
): readonly string[] {
  const { named, expect, ignore } = options;
  if (named !== undefined) return named;
  const watched = there
    .filter(({ isTemplate, allowsConnections }) => !isTemplate && allowsConnections)
    .map(({ datname }) => datname)
    .filter((datname) => datname !== MAINTENANCE && !ignore.some((expression) => expression.test(datname)));
  return [...new Set([...expect, ...watched])].sort();
}
