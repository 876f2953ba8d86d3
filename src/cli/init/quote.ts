/** Needs no quotes in YAML, and is not a number, a truth or nothing. */
const PLAIN_YAML = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_][\w.-]*$/i;
/** Addresses and paths: a colon in them is followed by no blank. */
const PLAIN_ADDRESS = /^(?:[a-z]+:\/)?\/[\w.@:%?=&/[\]-]*[\w/]$/;

/** What JSON leaves as it is and an editor does not show, or shows in another order. */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

/** A text as a scalar of YAML 1.2. */
export function inYaml(text: string): string {
  if (PLAIN_YAML.test(text) || PLAIN_ADDRESS.test(text)) return text;
  return JSON.stringify(text).replace(UNPRINTABLE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A text as a string of SQL, whatever the server thinks of backslashes. */
export function inSql(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** A part of a URL. `encodeURIComponent` leaves what a shell or a compose file would read. */
export function inUrl(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A text in a comment, or on a terminal: on one line, whatever it holds. */
export function inLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, '\ufffd');
}

/** The address of a server as `postgres://` has it. */
export function urlOf(
  { host, port }: { readonly host: string; readonly port: number },
  { user, database }: { readonly user: string; readonly database: string },
): string {
  if (host.startsWith('/'))
    return `postgres://${inUrl(user)}@:${port}/${inUrl(database)}?host=${host.split('/').map(inUrl).join('/')}`;
  const named = host.includes(':') ? `[${host}]` : host;
  return `postgres://${inUrl(user)}@${named}:${port}/${inUrl(database)}`;
}
