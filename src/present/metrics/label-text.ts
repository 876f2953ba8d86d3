import { toLabel } from './label.ts';

const NEEDS_ESCAPE = /[\\"\n]/;

/**
 * Labels as both expositions write them, for example `{server="main"}`, in the order of `names`, every value
 * made safe. Two objects give one text only where all their labels are the same.
 */
export function labelText(
  names: readonly string[],
  labels: Readonly<Record<string, string | number | undefined>>,
): string {
  let text = '';
  for (const name of names) {
    const value = escapeLabel(toLabel(String(labels[name] ?? '')));
    text += `${text === '' ? '{' : ','}${name}="${value}"`;
  }
  return text === '' ? '' : `${text}}`;
}

function escapeLabel(value: string): string {
  if (!NEEDS_ESCAPE.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
