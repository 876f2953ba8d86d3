import { type Node, parseTemplate, printTemplate } from './go-template.ts';

/** An annotation as Grafana can fill it in. */
export interface Translated {
  readonly text: string;
  /** The template asked Prometheus, which a template of Grafana cannot do: that part is gone. */
  readonly lost: boolean;
}

/**
 * Translates a template of Prometheus. Grafana has the functions of Prometheus but `query`, which finds nothing there,
 * and calls the value by the query it comes from. What depends on a `query` falls away, and `else` stands in for it.
 */
export function translate(template: string): Translated {
  const asking = new Set<string>();
  const nodes = parseTemplate(template);
  const text = printTemplate(answerable(nodes, asking));
  const lost = text !== printTemplate(nodes.map(withValue));
  return { text: lost ? closedUp(text) : text, lost };
}

/** The sentence without the space around what fell away. */
const closedUp = (text: string): string => text.replaceAll(/ +(?= |[,.])/g, '').trim();

/** Nodes without those that ask; `asking` collects the variables that hold an answer. */
function answerable(nodes: readonly Node[], asking: Set<string>): readonly Node[] {
  return nodes.flatMap((node): readonly Node[] => {
    if (node.kind === 'text') return [node];
    if (asks(node.code, asking)) {
      for (const [, name] of node.code.matchAll(/(\$\w+)\s*:?=/g)) asking.add(name ?? '');
      return node.kind === 'block' ? answerable(node.otherwise, asking) : [];
    }
    if (node.kind === 'action') return [withValue(node)];
    const body = answerable(node.body, asking);
    const otherwise = answerable(node.otherwise, asking);
    return [{ ...withOwnValue(node), body, otherwise }];
  });
}

function asks(code: string, asking: ReadonlySet<string>): boolean {
  const bare = withoutStrings(code);
  return /(^|[\s(|])query\b/.test(bare) || (bare.match(/\$\w+/g) ?? []).some((name) => asking.has(name));
}

const withoutStrings = (code: string): string => code.replaceAll(/"(?:\\.|[^"\\])*"|`[^`]*`/g, '""');

function withValue(node: Node): Node {
  if (node.kind === 'text') return node;
  if (node.kind === 'action') return withOwnValue(node);
  const { body, otherwise } = node;
  return { ...withOwnValue(node), body: body.map(withValue), otherwise: otherwise.map(withValue) };
}

/** In Grafana `$value` is a sentence about all queries; the number is that of query B. */
function withOwnValue<T extends { readonly code: string }>(node: T): T {
  const code = node.code
    .replaceAll(/\$value\b/g, '$$values.B.Value')
    .replaceAll(/(^|[\s(|])\.Value\b/g, '$1.Values.B.Value');
  return { ...node, code };
}
