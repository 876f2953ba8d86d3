import { asArray, asObject, asString } from './json.ts';

/** Takes text and gives it without secrets. */
export type Scrub = (text: string) => string;

const HIDDEN = '[hidden]';
/** A shorter secret is hidden only where it stands alone: anything else would leave no text. */
const SHORT = 4;
const SECRET_KEY = /PASS|SECRET|TOKEN|KEY|CREDENTIAL/i;
/** `scheme://user:password@host`; a password may itself hold an @. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):(\S*)@/gi;
/** `password=…`, `"api_key": …`: an assignment to something that is named like a secret. */
const ASSIGNED =
  /(\w*(?:passw(?:or)?d|passphrase|secret|token|api_?key)\w*["']?\s*[=:]\s*)('(?:[^']|'')*(?:'|$)|"[^"]*(?:"|$)|[^\s'"]+)/gi;
/** `PASSWORD '…'` of CREATE and ALTER ROLE, also as `E'…'` or cut off. */
const ROLE_PASSWORD = /(\bpassword\s+)(?:[eu]&?)?'(?:[^'\\]|''|\\.)*(?:'|$)/gi;
/** As PostgreSQL stores them: enough to try passwords on. */
const STORED = /SCRAM-SHA-256\$\S+|\bmd5[0-9a-f]{32}\b/g;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Takes text from anywhere; gives it without control characters, marks of direction and line ends. */
export function plain(text: string): string {
  return text.replace(UNSEEN, '');
}

/**
 * Takes the answer of GET /containers/{id}/json; gives what hides the secrets of its environment and command line,
 * and passwords in general. The secrets stay inside: a function cannot be printed.
 */
export function scrubFor(inspected: unknown): Scrub {
  const config = asObject(asObject(inspected)['Config']);
  const environment = asArray(config['Env']).map(asString);
  const command = [...asArray(config['Entrypoint']), ...asArray(config['Cmd'])].map(asString);
  const named = environment
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const)
    .filter(([key]) => SECRET_KEY.test(key))
    .map(([, value]) => value);
  const inside = [...environment, ...command].flatMap((text) => [
    ...Array.from(text.matchAll(URL_PASSWORD), (match) => match[2] ?? ''),
    ...Array.from(text.matchAll(ASSIGNED), (match) => (match[2] ?? '').replace(/^['"]|['"]$/g, '')),
  ]);
  return createScrub([...named, ...inside]);
}

/** Makes a scrub that hides `secrets` beside what looks like a password; takes text without control characters. */
export function createScrub(secrets: readonly string[]): Scrub {
  const variants = secrets
    .flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
    .map((secret) => plain(secret).trim())
    .flatMap((secret) => [secret, encoded(secret), secret.replaceAll("'", "''")])
    .filter((secret) => secret !== '');
  // A secret that holds another one goes first, or its rest would stay.
  const hidden = [...new Set(variants)].sort((a, b) => b.length - a.length).map(patternOf);
  return (text) => {
    const scrubbed = hidden.reduce((rest, pattern) => rest.replace(pattern, HIDDEN), text);
    return scrubbed
      .replace(URL_PASSWORD, `$1:${HIDDEN}@`)
      .replace(ROLE_PASSWORD, `$1${HIDDEN}`)
      .replace(ASSIGNED, `$1${HIDDEN}`)
      .replace(STORED, HIDDEN);
  };
}

function patternOf(secret: string): RegExp {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return secret.length < SHORT
    ? new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu')
    : new RegExp(literal, 'g');
}

/** As in a URL; text that is no well-formed Unicode has no such form. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
