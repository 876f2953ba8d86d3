/**
 * Reads PromQL with the official grammar. Pure: the rules, their mutations and the dashboards are judged with it.
 * A variable of Grafana outside of a string is no PromQL: put something in its place first.
 */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { formProblems } from './promql-versions.ts';

/** A stretch of the text of a query. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Matcher extends Span {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  /** Without its quotes. */
  readonly value: string;
}

/** `metric{label="value"}`. */
export interface Selector extends Span {
  /** `undefined` where only matchers select, `__name__` included. */
  readonly metric: string | undefined;
  readonly matchers: readonly Matcher[];
}

/** A function over a range: `rate(metric[5m])`; a subquery has a range and may have several selectors. */
export interface Ranged extends Span {
  /** The function right around the range, e.g. `rate`; `undefined` when there is none. */
  readonly fn: string | undefined;
  readonly rangeSeconds: number | undefined;
  readonly isSubquery: boolean;
  readonly selectors: readonly Selector[];
}

export interface Query {
  readonly text: string;
  readonly root: SyntaxNode;
  /** Why it is no PromQL, with the place; empty when it is. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  readonly functions: readonly string[];
  readonly aggregations: readonly string[];
  readonly ranges: readonly Ranged[];
  /** What Prometheus 2.42 or 3.x would not take, though the grammar does. */
  readonly versionProblems: readonly string[];
}

/** Reads a query; what is wrong with it is in `errors`. */
export function parseQuery(text: string): Query {
  const root = parser.parse(text).topNode;
  const nodes = nodesOf(root);
  const named = (...names: readonly string[]) => nodes.filter((node) => names.includes(node.name));
  return {
    text,
    root,
    errors: nodes.filter((node) => node.type.isError).map((node) => errorAt(text, node)),
    selectors: named('VectorSelector').map((node) => selectorOf(text, node)),
    functions: named('FunctionIdentifier').map((node) => textOf(text, node)),
    aggregations: named('AggregateOp').map((node) => textOf(text, node)),
    ranges: named('MatrixSelector', 'SubqueryExpr').map((node) => rangedOf(text, node)),
    versionProblems: formProblems(nodes.map((node) => ({ node, text: textOf(text, node) }))),
  };
}

/** The metric names of a query, each once. */
export const metricsOf = (query: Query): readonly string[] => [
  ...new Set(query.selectors.flatMap(({ metric }) => metric ?? [])),
];

/** A node and everything in it, in the order of the text. */
export function nodesOf(root: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = root.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return [root, ...children.flatMap(nodesOf)];
}

/** The stretch of the text that a node covers. */
export const textOf = (text: string, { from, to }: Span): string => text.slice(from, to);

/** Seconds of a duration as PromQL and `for` write it (`1h30m`); `undefined` when it is none. */
export function durationSeconds(duration: string): number | undefined {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== duration) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ''] ?? 0), 0);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

function errorAt(text: string, node: SyntaxNode): string {
  const line = text.slice(0, node.from).split('\n').length;
  const rest = text.slice(node.from).split('\n')[0]?.slice(0, 40) ?? '';
  return `line ${line}: no PromQL at ${rest === '' ? 'the end' : JSON.stringify(rest)}`;
}

function selectorOf(text: string, node: SyntaxNode): Selector {
  const name = node.getChild('Identifier');
  const nodes = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const matchers = nodes.map((matcher) => matcherOf(text, matcher));
  return { metric: name === null ? undefined : textOf(text, name), matchers, from: node.from, to: node.to };
}

function matcherOf(text: string, node: SyntaxNode): Matcher {
  const part = (name: string): string => {
    const child = node.getChild(name);
    return child === null ? '' : textOf(text, child);
  };
  return {
    label: part('LabelName'),
    op: part('MatchOp') as Matcher['op'],
    value: part('StringLiteral').slice(1, -1),
    from: node.from,
    to: node.to,
  };
}

/** What may stand between a range and its function: `rate(x[5m] offset 1h)`. */
const MODIFIED: readonly string[] = ['OffsetExpr', 'StepInvariantExpr', 'ParenExpr'];

function rangedOf(text: string, node: SyntaxNode): Ranged {
  let around = node.parent;
  while (around !== null && MODIFIED.includes(around.name)) around = around.parent;
  const call = around?.name === 'FunctionCallBody' ? around.parent : undefined;
  const fn = call?.getChild('FunctionIdentifier');
  const duration = node.getChild('DurationExpr');
  return {
    fn: fn ? textOf(text, fn) : undefined,
    rangeSeconds: duration === null ? undefined : durationSeconds(textOf(text, duration)),
    isSubquery: node.name === 'SubqueryExpr',
    selectors: nodesOf(node)
      .filter(({ name }) => name === 'VectorSelector')
      .map((selector) => selectorOf(text, selector)),
    from: node.from,
    to: node.to,
  };
}
