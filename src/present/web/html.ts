/** Text that is HTML already and must not be escaped again. Only `html` makes one. */
export interface Html {
  readonly html: string;
}

/** What may stand in a template: text is escaped, HTML is not, lists are joined, nothing gives nothing. */
export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Template tag that escapes every value put in, for text and for quoted attributes alike. What would turn the
 * direction of the text around (bidirectional controls) or end a line is shown as U+FFFD.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += render(value) + (parts[index + 1] ?? '');
  });
  return { html: text };
}

function render(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  if (isList(value)) return value.map(render).join('');
  return value.html;
}

/** `Array.isArray` does not narrow a readonly list. */
const isList = (value: Html | readonly HtmlValue[]): value is readonly HtmlValue[] => Array.isArray(value);

function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => ESCAPES[character] ?? '')
    .replace(/[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, '\ufffd');
}
