import { createHash } from 'node:crypto';
import { STYLE } from './page/style.ts';

/** The page carries its style inside: the policy allows this very text and no other. */
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Sent with every answer. Nothing may be loaded, run, framed or sent from here; images are data in the page. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
