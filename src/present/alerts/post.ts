import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

/** A push to one Alertmanager. */
export interface Push {
  /** Without a slash at the end. */
  readonly url: string;
  readonly body: string;
  readonly authorization: string | undefined;
  /** PEM text of certificates to trust. */
  readonly ca: string | undefined;
  readonly lookup: LookupFunction;
}

/** What an Alertmanager answered, or why it did not. */
export type Answer =
  | { readonly answered: true; readonly status: number; readonly date: string | undefined }
  /** An errno, a code of TLS, or `timeout`. */
  | { readonly answered: false; readonly code: string };

/** As long as this, one push may take; three of them still fit into the life of an alert. */
export const DEADLINE_MS = 2000;

/**
 * Posts alerts; never rejects, and ends at the deadline or when `signal` says so. On a connection of its own: there
 * is a push in ten seconds, and one that was kept may have been forgotten on the way, which takes the deadline to
 * find out.
 */
export function post({ url, body, authorization, ca, lookup }: Push, signal: AbortSignal): Promise<Answer> {
  const secure = url.startsWith('https:');
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  // Where a name has several addresses and one is dead, there has to be time for the next.
  const options = { keepAlive: false, lookup, autoSelectFamilyAttemptTimeout: Math.round(DEADLINE_MS / 3) };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  return new Promise((resolve) => {
    const call = (secure ? httpsRequest : httpRequest)(
      `${url}/api/v2/alerts`,
      {
        method: 'POST',
        agent,
        signal: AbortSignal.any([signal, deadline]),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'pgvigil',
          ...(authorization !== undefined && { authorization }),
        },
        ...(secure && ca !== undefined && { ca }),
      },
      (response) => {
        // It judged the alerts before it wrote this; what else it has to say could be anything.
        resolve({ answered: true, status: response.statusCode ?? 0, date: response.headers.date });
        response.destroy();
      },
    );
    call.on('error', (error) =>
      resolve({ answered: false, code: deadline.aborted ? 'timeout' : codeOf(error) }),
    );
    call.end(body);
  });
}

/** Of several addresses tried in vain, node tells the codes one by one. */
function codeOf(error: Error & { readonly code?: unknown }): string {
  const inner = error instanceof AggregateError ? (error.errors[0] as { code?: unknown }) : undefined;
  const code = String(error.code ?? inner?.code ?? '');
  return /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'no code';
}
