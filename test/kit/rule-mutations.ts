/**
 * Ways to break a rule, found on the syntax tree of its expression and of the queries in its templates. Pure.
 * Each of them must make a unit test of the rule fail, or the test proves nothing.
 */
import type { SyntaxNode } from '@lezer/common';
import { durationSeconds, nodesOf, parseQuery, textOf } from './promql.ts';
import { dropMatcher, dropName, dropSide, type Edit, lineOf } from './promql-edits.ts';
import type { RuleText } from './rules.ts';
import { templateQueries, verbsOf, withQuery } from './template-queries.ts';

/** A broken rule, and in which way. */
export interface Mutant {
  /** Unique within the rule. */
  readonly how: string;
  readonly rule: RuleText;
}

/** How much a threshold is moved: a twentieth of itself. */
const SHIFT = 0.05;
/** How much a range is changed. */
const RANGE_FACTOR = 4;

/** Every broken version of a rule; `evaluationSeconds` is how often its tests evaluate it. */
export function mutantsOf(rule: RuleText, evaluationSeconds: number): readonly Mutant[] {
  const inExpr = queryEdits(rule.expr).map((edit) => ({
    how: edit.how,
    rule: { ...rule, expr: applied(rule.expr, edit) },
  }));
  return numbered([...timeMutants(rule, evaluationSeconds), ...inExpr]);
}

function timeMutants(rule: RuleText, evaluationSeconds: number): Mutant[] {
  const { for: wait, keep_firing_for: kept, ...bare } = rule;
  if (rule.alert === undefined) return [];
  const longer = (duration: string | undefined) =>
    `${(durationSeconds(duration ?? '0s') ?? 0) + 2 * evaluationSeconds}s`;
  const keeps = kept === undefined ? {} : { keep_firing_for: kept };
  const waits = wait === undefined ? {} : { for: wait };
  return [
    ...(wait === undefined ? [] : [{ how: 'without `for`', rule: { ...bare, ...keeps } }]),
    { how: 'with a `for` two evaluations longer', rule: { ...bare, ...keeps, for: longer(wait) } },
    ...(kept === undefined ? [] : [{ how: 'without `keep_firing_for`', rule: { ...bare, ...waits } }]),
  ];
}

/** A rule with a broken text; the same key in other rules means the same query, broken in the same way. */
export interface TextMutant extends Mutant {
  readonly key: string;
}

/**
 * Every way to break what the templates of a rule select: a page must not tell what belongs to another object. Texts
 * that ask the same are broken together.
 */
export function textMutantsOf(rule: RuleText): readonly TextMutant[] {
  const texts = Object.entries(rule.annotations ?? {});
  const queries = new Map(texts.flatMap(([, text]) => templateQueries(text).map((one) => [one.format, one])));
  return [...queries.values()].flatMap(({ format, promql }) =>
    selectionEdits(promql).map((edit) => {
      const broken = texts.map(([name, text]) => [name, withEdit(text, format, edit)]);
      const names = texts.filter(([, text]) => withEdit(text, format, edit) !== text).map(([name]) => name);
      return {
        how: `${names.join(', ')} ${edit.how}`,
        key: `${format}\n${edit.from} ${edit.to}`,
        rule: { ...rule, annotations: Object.fromEntries(broken) },
      };
    }),
  );
}

function selectionEdits(promql: string): Edit[] {
  const sides = nodesOf(parseQuery(promql).root)
    .filter(({ name }) => name === 'And' || name === 'Or' || name === 'Unless')
    .flatMap((node) => dropSide(promql, node));
  return [...matcherEdits(promql).filter(({ from, to }) => !OF_FLEET.test(promql.slice(from, to))), ...sides];
}

/** The template with one of its queries changed; arguments go with the verbs that counted them. */
function withEdit(template: string, format: string, edit: Edit): string {
  const query = templateQueries(template).find((one) => one.format === format);
  if (query === undefined) return template;
  const counted = verbsOf(format).filter(({ isCounted }) => isCounted);
  const dropped = counted.map(({ at }) => at >= edit.from && at < edit.to);
  const args = query.args.filter((_, index) => dropped[index] !== true);
  return withQuery(template, query, { format: applied(format, edit), args });
}

/** The label that keeps the hosts of a fleet apart: `fleet.test.ts` holds that every template asks for it. */
const OF_FLEET = /^\s*,?\s*host\b/;

/** Every way to break an expression. */
function queryEdits(text: string): Edit[] {
  const nodes = nodesOf(parseQuery(text).root);
  return [...nodes.flatMap((node) => editsOf(text, node)), ...matcherEdits(text)];
}

function matcherEdits(text: string): Edit[] {
  return nodesOf(parseQuery(text).root)
    .filter(({ name }) => name === 'UnquotedLabelMatcher')
    .map((node) => dropMatcher(text, node));
}

function editsOf(text: string, node: SyntaxNode): Edit[] {
  switch (node.name) {
    case 'Eql':
    case 'Neq':
    case 'Lss':
    case 'Lte':
    case 'Gtr':
    case 'Gte':
      return node.parent?.name === 'BinaryExpr' ? replaced(text, node, COMPARISONS) : [];
    case 'And':
    case 'Unless':
    case 'Or':
      return [...replaced(text, node, SETS), ...dropSide(text, node)];
    case 'AggregateOp':
    case 'FunctionIdentifier':
      return replaced(text, node, OTHERS);
    case 'FunctionCall':
      return bridge(text, node);
    case 'GroupingLabels':
      return node.getChildren('LabelName').map((name) => dropName(text, name));
    case 'NumberDurationLiteral':
      return numberEdits(text, node);
    case 'DurationExpr':
      return rangeEdits(text, node);
    case 'OffsetExpr':
      return offsetEdits(text, node);
    default:
      return [];
  }
}

/** The opposite, and the same with its limit. */
const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  '==': ['!='],
  '!=': ['=='],
  '<': ['>=', '<='],
  '>=': ['<', '>'],
  '>': ['<=', '>='],
  '<=': ['>', '<'],
};
const SETS: Readonly<Record<string, readonly string[]>> = { and: ['unless'], unless: ['and'], or: ['and'] };
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  min: ['max'],
  max: ['min'],
  sum: ['max'],
  count: ['sum'],
  min_over_time: ['max_over_time'],
  max_over_time: ['min_over_time'],
};
/** Functions that remember what a series was. */
const BRIDGES: readonly string[] = ['last_over_time', 'max_over_time', 'min_over_time'];

function replaced(text: string, node: SyntaxNode, by: Readonly<Record<string, readonly string[]>>): Edit[] {
  const was = textOf(text, node);
  return (by[was] ?? []).map((now) => ({
    from: node.from,
    to: node.to,
    text: now,
    how: `with ${now} for ${was} at ${lineOf(text, node)}`,
  }));
}

function bridge(text: string, node: SyntaxNode): Edit[] {
  const name = node.getChild('FunctionIdentifier');
  const range = node.getChild('FunctionCallBody')?.getChild('MatrixSelector');
  const selector = range?.getChild('VectorSelector');
  if (!name || !selector || !BRIDGES.includes(textOf(text, name))) return [];
  const inner = textOf(text, selector);
  return [{ from: node.from, to: node.to, text: inner, how: `without ${textOf(text, name)} of ${inner}` }];
}

function numberEdits(text: string, node: SyntaxNode): Edit[] {
  const was = textOf(text, node);
  const value = Number(was);
  // Of 24*60*60 the first factor stands for all.
  const parent = node.parent;
  if (parent?.name === 'BinaryExpr' && parent.lastChild?.from === node.from && isProduct(text, parent))
    return [];
  const edit = (now: string): Edit => ({
    from: node.from,
    to: node.to,
    text: now,
    how: `with ${now} for ${was} at ${lineOf(text, node)}`,
  });
  const isCompared = parent?.getChild('Eql') ?? parent?.getChild('Neq');
  if (isCompared && (value === 0 || value === 1)) return [edit(String(1 - value))];
  // A limit of zero is of its own kind: on which side of it zero falls is broken with the comparison.
  if (value === 0) return [];
  return [1 - SHIFT, 1 + SHIFT].map((factor) => edit(String(Number((value * factor).toPrecision(12)))));
}

/** A product of plain numbers, `24*60*60`. */
function isProduct(text: string, node: SyntaxNode): boolean {
  return /^[\d.\s*]+$/.test(textOf(text, node));
}

function rangeEdits(text: string, node: SyntaxNode): Edit[] {
  const was = textOf(text, node);
  const seconds = durationSeconds(was);
  if (seconds === undefined || node.parent?.name === 'DurationExpr') return [];
  // The second duration of a subquery is its resolution.
  if (node.parent?.name === 'SubqueryExpr' && node.parent.getChild('DurationExpr')?.from !== node.from)
    return [];
  return [Math.max(1, Math.round(seconds / RANGE_FACTOR)), seconds * RANGE_FACTOR].map((now) => ({
    from: node.from,
    to: node.to,
    text: `${now}s`,
    how: `with a range of ${now}s for ${was} at ${lineOf(text, node)}`,
  }));
}

function offsetEdits(text: string, node: SyntaxNode): Edit[] {
  const inner = node.firstChild;
  if (inner === null) return [];
  const how = `without${text.slice(inner.to, node.to)} at ${lineOf(text, node)}`;
  return [{ from: inner.to, to: node.to, text: '', how }];
}

const applied = (text: string, { from, to, text: now }: Edit): string =>
  text.slice(0, from) + now + text.slice(to);

function numbered(mutants: readonly Mutant[]): Mutant[] {
  const seen = new Map<string, number>();
  return mutants.map(({ how, rule }) => {
    const count = (seen.get(how) ?? 0) + 1;
    seen.set(how, count);
    return { how: count === 1 ? how : `${how} (${count})`, rule };
  });
}
