/**
 * The databases of a server whose backups are made: those that the source names, else those that are watched. What is
 * expected and is not there is in it too, so that somebody hears of it.
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
    readonly learn: boolean;
    readonly ignore: readonly RegExp[];
  },
): readonly string[] {
  const { named, expect, learn, ignore } = options;
  if (named !== undefined) return named;
  const learned = there
    .filter(({ isTemplate, allowsConnections }) => learn && !isTemplate && allowsConnections)
    .map(({ datname }) => datname)
    .filter((datname) => !ignore.some((expression) => expression.test(datname)));
  return [...new Set([...expect, ...learned])].sort();
}
