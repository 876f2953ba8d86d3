import { isIPv6 } from 'node:net';
import type { Result } from './problem.ts';

const FORM = 'write http://HOST:PORT or https://HOST:PORT, with the path where there is one';

/** Takes the address of a web server and gives it without a slash at its end; messages never repeat it. */
export function parseHttpUrl(text: string): Result<string> {
  const match = /^(https?):\/\/([^/?#]*)([^?#]*)(.*)$/is.exec(text);
  if (match === null) return fail(`must begin with http:// or https://: ${FORM}`);
  const [, scheme = '', authority = '', path = '', rest = ''] = match;
  if (text.includes('@'))
    return fail('holds a user or a password, which could be printed: take it out, and see basic_auth');
  if (rest !== '') return fail(`has a ? or a #, which has no meaning here: ${FORM}`);
  if (/[\s\p{Cc}\\]/u.test(text)) return fail(`has a blank or a character that no address has: ${FORM}`);
  const address = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(authority);
  if (address === null || (address[1] !== undefined && !isIPv6(address[1])))
    return fail(`names no valid host and port: ${FORM}, and an IPv6 address in [brackets]`);
  const port = address[3];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    return fail('has a port that is no number from 1 to 65535');
  if (!URL.canParse(text)) return fail(`is no valid address: ${FORM}`);
  return { ok: true, value: `${scheme.toLowerCase()}://${authority}${path.replace(/\/+$/, '')}` };
}

function fail(message: string): Result<never> {
  return { ok: false, message };
}
