import { toLabel, toTextLabel } from './label.ts';

/** Neither made safe nor escaped; nearly every name is such a one. */
const AS_IT_IS = /^[ !#-[\]-}]{0,200}$/;

/**
 * Labels as both expositions write them, for example `{server="main"}`, in the order of `names`, every value
 * made safe. Two objects give one text only where all their labels are the same. Those in `texts` are sentences
 * for people, in lines.
 */
export function labelText(
  names: readonly string[],
  labels: Readonly<Record<string, string | number | undefined>>,
  texts: readonly string[] = [],
): string {
  let text = '';
  for (const name of names) {
    const given = String(labels[name] ?? '');
    const safe = texts.includes(name) ? toTextLabel : toLabel;
    const value = AS_IT_IS.test(given) ? given : escapeLabel(safe(given));
    text += `${text === '' ? '{' : ','}${name}="${value}"`;
  }
  return text === '' ? '' : `${text}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
