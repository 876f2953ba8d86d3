import type { z } from 'zod';
import { explainKey } from './explain.ts';
import type { Path, Report } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** Takes the issues of a schema and reports each in our words, unknown keys one by one. */
export function reportIssues(
  issues: readonly Issue[],
  isPlainKey: (path: Path) => boolean,
  report: Report,
  parent: Path = [],
  schema?: z.core.$ZodType,
): void {
  for (const issue of issues) {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) reportKey(key, path, isPlainKey, report, schema);
    } else if (issue.code === 'invalid_union') {
      const inner = issue.errors.find((branch) => branch.some(isInside));
      if (inner === undefined) report(path, issue.message);
      else reportIssues(inner, isPlainKey, report, path, schema);
    } else {
      report(path, issue.message);
    }
  }
}

/** The branch of a choice whose kind was right: something in it is wrong, not the whole. */
function isInside(issue: Issue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys';
}

function reportKey(
  key: string,
  parent: Path,
  isPlainKey: (path: Path) => boolean,
  report: Report,
  schema?: z.core.$ZodType,
): void {
  const { hint, near } = explainKey(key, parent, schema);
  const path = [...parent, key];
  // A piece of a broken value can end up as a key: `{ password: a,b }` has the key `b`.
  const named = near || isPlainKey(path);
  report(
    path,
    `${named ? `\`${key}\` is no` : 'this is no'} key that is known here: ${hint}`,
    named ? 'unknown key' : 'key',
  );
}
