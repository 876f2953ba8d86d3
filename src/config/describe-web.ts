import { stringify } from 'yaml';
import type { WebAccess } from '../model/web-access.ts';
import { formatDuration } from './durations.ts';

/** Takes what a web file says and gives it as YAML for a person: what is in force, secrets as `***`. */
export function describeWebAccess({ tls, users, headers, rateLimit }: WebAccess): string {
  return stringify({
    web_access: {
      tls: tls && {
        certificate_expires: new Date(tls.expiresAt).toISOString(),
        key: String(tls.key),
        client_auth_type: tls.clientAuthType,
        ...(tls.clientAllowedSans.length > 0 && { client_allowed_sans: tls.clientAllowedSans }),
        min_version: tls.minVersion,
        max_version: tls.maxVersion,
      },
      users: Object.fromEntries([...users].map(([name, hash]) => [name, String(hash)])),
      headers,
      rate_limit: rateLimit && { interval: formatDuration(rateLimit.intervalMs), burst: rateLimit.burst },
    },
  });
}
