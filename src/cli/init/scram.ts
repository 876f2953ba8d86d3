import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** What PostgreSQL itself takes (scram-common.h). */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const PASSWORD_BYTES = 24;

/** A password that nobody guesses, of letters, digits, `-` and `_`. */
export function randomPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}

/**
 * What PostgreSQL keeps of a password (PostgreSQL docs, "pg_authid"; RFC 5803): it lets the password in, and is not the
 * password. The password is ASCII, so that it needs no preparation.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const server = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`;
}
