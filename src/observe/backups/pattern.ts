/** A path with wildcards, taken apart: where to look, how deep, and what a name has to be like. */
export interface Pattern {
  /** The longest beginning without a wildcard. */
  readonly directory: string;
  /** Directories between it and the files. */
  readonly depth: number;
  /** Whether the file is meant, and of which database: empty where the pattern does not say. */
  readonly match: (path: string, datnames: readonly string[]) => string | undefined;
}

const DATNAME = '{datname}';
const WILDCARD = /\*|\?|\{datname\}/;

/**
 * `*` is any text within one part of a path, `?` one character, neither of them a dot at the beginning; `{datname}` is
 * the name of a database. Where several of the known names fit, the longest one is meant: `app-staging-1.dump` is no
 * backup of `app`.
 */
export function parsePattern(path: string): Pattern {
  const parts = path.split('/');
  const first = parts.findIndex((part) => WILDCARD.test(part));
  const fixed = first === -1 ? parts.length - 1 : Math.min(first, parts.length - 1);
  const directory = parts.slice(0, fixed).join('/') || '/';
  const rest = parts.slice(fixed);
  const expressionOf = (datname: string): RegExp =>
    new RegExp(`^${rest.map((part) => partExpression(part, datname)).join('/')}$`, 'su');
  const anyName = expressionOf('([^/]+)');
  const known = new Map<string, RegExp>();

  function fits(file: string, datname: string): boolean {
    let expression = known.get(datname);
    if (expression === undefined) {
      expression = expressionOf(literal(datname));
      known.set(datname, expression);
    }
    return expression.test(file);
  }

  return {
    directory,
    depth: rest.length - 1,
    match(file, datnames) {
      const found = anyName.exec(file);
      if (found === null) return undefined;
      if (!path.includes(DATNAME)) return '';
      const fitting = datnames.filter((datname) => fits(file, datname)).sort((a, b) => b.length - a.length);
      return fitting[0] ?? found[1];
    },
  };
}

/** One part of a path; the name stands for itself where it comes a second time. */
function partExpression(part: string, datname: string): string {
  const text = part
    .split(/(\*|\?|\{datname\})/)
    .map((piece) =>
      piece === '*' ? '[^/]*' : piece === '?' ? '[^/]' : piece === DATNAME ? datname : literal(piece),
    )
    .join('');
  return /^[*?]/.test(part) ? `(?!\\.)${text}` : text;
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
