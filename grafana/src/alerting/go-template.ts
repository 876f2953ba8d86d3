/** The parts of a Go template that matter here. Trim markers are carried out on the texts around them. */
export type Node = Text | Action | Block;
export interface Text {
  readonly kind: 'text';
  readonly text: string;
}
export interface Action {
  readonly kind: 'action';
  readonly code: string;
}
/** `{{ with pipeline }}body{{ else }}otherwise{{ end }}`; an `else if` is a block in `otherwise`. */
export interface Block {
  readonly kind: 'block';
  readonly code: string;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

/** An action; what is in quotes may have braces. */
const ACTION = /\{\{(-\s)?((?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`}]|\}(?!\}))*?)(\s-)?\}\}/g;
const OPENS = /^(if|with|range)\b/;

/** Reads a template; one that is not closed is an error. */
export function parseTemplate(template: string): readonly Node[] {
  const rest = trimmed(template);
  const nodes = readNodes(rest);
  if (rest.length > 0) throw new Error(`a template has too many ends: ${template}`);
  return nodes;
}

/** The template of nodes. */
export function printTemplate(nodes: readonly Node[]): string {
  return nodes.map(printNode).join('');
}

function printNode(node: Node): string {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'action') return `{{ ${node.code} }}`;
  const otherwise = node.otherwise.length > 0 ? `{{ else }}${printTemplate(node.otherwise)}` : '';
  return `{{ ${node.code} }}${printTemplate(node.body)}${otherwise}{{ end }}`;
}

/** Texts and actions in their order, with the white space gone that trim markers take away. */
function trimmed(template: string): (Text | Action)[] {
  const tokens: (Text | Action)[] = [];
  let from = 0;
  let trimNext = false;
  const addText = (text: string, trimEnd: boolean): void => {
    const started = trimNext ? text.trimStart() : text;
    const cut = trimEnd ? started.trimEnd() : started;
    if (cut !== '') tokens.push({ kind: 'text', text: cut });
  };
  for (const match of template.matchAll(ACTION)) {
    const [whole, before, code = '', after] = match;
    addText(template.slice(from, match.index), before !== undefined);
    if (!code.trim().startsWith('/*')) tokens.push({ kind: 'action', code: code.trim() });
    trimNext = after !== undefined;
    from = match.index + whole.length;
  }
  addText(template.slice(from), false);
  return tokens;
}

/** Takes nodes off the tokens up to an `else` or `end`, which stays. */
function readNodes(rest: (Text | Action)[]): readonly Node[] {
  const nodes: Node[] = [];
  for (let token = rest[0]; token !== undefined && !isClosing(token); token = rest[0]) {
    rest.shift();
    nodes.push(token.kind === 'action' && OPENS.test(token.code) ? readBlock(token.code, rest) : token);
  }
  return nodes;
}

const isClosing = (token: Text | Action): boolean =>
  token.kind === 'action' && /^(else|end)\b/.test(token.code);

function readBlock(code: string, rest: (Text | Action)[]): Block {
  const body = readNodes(rest);
  const closing = rest.shift();
  if (closing?.kind !== 'action') throw new Error(`{{ ${code} }} has no end`);
  const next = closing.code.replace(/^else\s*/, '');
  if (closing.code === 'end') return { kind: 'block', code, body, otherwise: [] };
  // `else if` and `else with` share the end.
  if (next !== '') return { kind: 'block', code, body, otherwise: [readBlock(next, rest)] };
  const otherwise = readNodes(rest);
  rest.shift();
  return { kind: 'block', code, body, otherwise };
}
