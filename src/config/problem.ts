/** Something about the configuration that a person has to know; never holds a secret. */
export interface Problem {
  /** The file as it was named, or `environment`. */
  readonly file: string;
  /** Counted from 1; `undefined` where there is no line, as for the environment. */
  readonly line: number | undefined;
  readonly column?: number | undefined;
  /** For example `servers[0].url`, or the name of a variable; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** A value, or why there is none in one sentence for a person; the sentence never repeats the input. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** Way from the root of the configuration to a value. */
export type Path = readonly PropertyKey[];

/** What of an entry a problem points at; `unknown key`: at a key that is not in the schema and may be named. */
export type Pointer = 'key' | 'value' | 'unknown key';

/** Takes what is wrong at `path`. */
export type Report = (path: Path, message: string, at?: Pointer) => void;

/** Writes a path the way a person would: `servers[0].databases.ignore[1]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** Takes a problem and gives one line: `pgvigil.yml:12:5: servers[0].url: what is wrong`. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  return [place, problem.path, problem.message].filter((part) => part !== '').join(': ');
}

/** By line, and each said once: an alias can lead to one place from two paths. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const position = ({ line, column }: Problem): number => (line ?? 0) * 1e6 + (column ?? 0);
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()].sort(
    (one, other) => position(one) - position(other),
  );
}
