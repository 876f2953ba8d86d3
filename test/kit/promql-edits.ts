/** Leaves parts out of a query, so that what is left is still one. Pure. */
import type { SyntaxNode } from '@lezer/common';
import { type Span, textOf } from './promql.ts';

/** Another text in the place of a stretch of a query. */
export interface Edit extends Span {
  /** What it does, for people. */
  readonly how: string;
  readonly text: string;
}

/** Without one matcher; what is left stays a selector. */
export function dropMatcher(text: string, matcher: SyntaxNode): Edit {
  const selector = matcher.parent?.parent;
  const of = selector ? textOf(text, selector) : '';
  return {
    ...withComma(text, matcher),
    text: '',
    how: `without the matcher ${textOf(text, matcher)} of ${of}`,
  };
}

/** Without one label of `without`, `by`, `on` or `ignoring`; the list may become empty. */
export function dropName(text: string, label: SyntaxNode): Edit {
  const modifier = label.parent?.parent;
  const around = modifier ? textOf(text, modifier).replace(/\s+/g, ' ') : '';
  const line = text
    .slice(text.lastIndexOf('\n', label.from) + 1)
    .split('\n')[0]
    ?.trim();
  return {
    ...withComma(text, label),
    text: '',
    how: `without the label ${textOf(text, label)} in ${around}${around === line ? '' : ` at ${line}`}`,
  };
}

/** Without the right-hand side of `and` and `unless`; of `or`, also without the left-hand side. */
export function dropSide(text: string, operator: SyntaxNode): Edit[] {
  const expr = operator.parent;
  const [left, right] = [expr?.firstChild, expr?.lastChild];
  if (!left || !right) return [];
  const name = textOf(text, operator);
  const said = (side: SyntaxNode): string => textOf(text, side).replace(/\s+/g, ' ');
  const withoutRight = { from: left.to, to: right.to, text: '', how: `without ${name} ${said(right)}` };
  if (name !== 'or') return [withoutRight];
  return [withoutRight, { from: left.from, to: right.from, text: '', how: `without ${said(left)} or` }];
}

/** The line of the query in which something begins. */
export function lineOf(text: string, { from }: Span): string {
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1).split('\n')[0] ?? '';
  return line.trim();
}

/** An element of a list and the comma that belongs to it. */
function withComma(text: string, { from, to }: Span): Span {
  const after = /^\s*,\s*/.exec(text.slice(to))?.[0].length;
  if (after !== undefined) return { from, to: to + after };
  const before = /\s*,\s*$/.exec(text.slice(0, from))?.[0].length ?? 0;
  return { from: from - before, to };
}
