/** The queries inside the templates of annotations, so that they are judged like the expressions of rules. */

/** A query as a template writes it: `query "up == 0"` or `query (printf "up{job=%q}" $labels.job)`. */
export interface TemplateQuery {
  /** The stretch of the template from the opening quote to the end of the last argument of printf. */
  readonly from: number;
  readonly to: number;
  readonly quote: '"' | '`';
  /** PromQL with something in the place of each verb, of the same length: positions stay the same. */
  readonly promql: string;
  readonly format: string;
  /** The arguments of printf, as written. */
  readonly args: readonly string[];
}

/** Every query of a template; throws where one cannot be told, for then nobody could judge it. */
export function templateQueries(template: string): readonly TemplateQuery[] {
  return [...template.matchAll(/\{\{[\s\S]*?\}\}/g)].flatMap((action) =>
    [...action[0].matchAll(/(?<![.$\w"\\])query(?!\w)/g)].map((word) => {
      const at = action.index + word.index + word[0].length;
      return readQuery(template, at, action.index + action[0].length);
    }),
  );
}

/** The template with another query in the place of one; `args` are those that are left. */
export function withQuery(
  template: string,
  query: TemplateQuery,
  { format, args }: { readonly format: string; readonly args: readonly string[] },
): string {
  const text = query.quote === '`' ? `\`${format}\`` : JSON.stringify(format);
  return template.slice(0, query.from) + [text, ...args].join(' ') + template.slice(query.to);
}

/** The verbs of a format: which argument each stands for, where counting does not tell. */
export const verbsOf = (format: string): readonly { readonly at: number; readonly isCounted: boolean }[] =>
  [...format.matchAll(VERB)].map(({ 0: verb, index }) => ({ at: index, isCounted: !verb.includes('[') }));

/** `%q`, or `%[2]q` for the second argument. */
const VERB = /%(?:\[\d+\])?[qsdv]/g;
const STRING = /"(?:[^"\\]|\\.)*"|`[^`]*`/.source;
const ARGUMENT = String.raw`\s+(?:[$.][\w.$]*|${STRING}|\((?:[^()]|\([^()]*\))*\))`;

/** Something of the length of a verb in its place. */
const STAND_INS: Readonly<Record<string, (length: number) => string>> = {
  q: (length) => `"${'v'.repeat(length - 2)}"`,
  d: (length) => '1'.repeat(length),
  s: (length) => 'v'.repeat(length),
  v: (length) => 'v'.repeat(length),
};

function readQuery(template: string, at: number, end: number): TemplateQuery {
  const rest = template.slice(at, end);
  const plain = new RegExp(`^\\s*(${STRING})`).exec(rest);
  const printed = new RegExp(`^\\s*\\(\\s*printf\\s+(${STRING})((?:${ARGUMENT})*)\\s*\\)`).exec(rest);
  const found = plain ?? printed;
  const literal = found?.[1];
  if (!found || literal === undefined) {
    throw new Error(`a query is neither a string nor a printf of one: ${rest.slice(0, 80)}`);
  }
  const from = at + found[0].indexOf(literal);
  const args = found[2] ?? '';
  const quote = literal.startsWith('`') ? '`' : '"';
  const format = quote === '`' ? literal.slice(1, -1) : (JSON.parse(literal) as string);
  return {
    from,
    to: from + literal.length + args.length,
    quote,
    promql: format.replace(VERB, (verb) => STAND_INS[verb.at(-1) ?? '']?.(verb.length) ?? verb),
    format,
    args: [...args.matchAll(new RegExp(ARGUMENT, 'g'))].map(([arg]) => arg.trim()),
  };
}
