import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Postgres } from '../../kit/postgres.ts';

/** Above every oid that a young cluster gives by itself. */
const FIRST_OID = 1_000_000;

/**
 * Makes databases that share the files of `shop`: rows like any other, with a size and a door, at no cost. They are
 * only to be looked at. The names are taken as they are, also where CREATE DATABASE would refuse them.
 */
export async function cloneShop(postgres: Postgres, names: readonly string[]): Promise<void> {
  const client = await postgres.session();
  const { rows } = await client.query<{ oid: string }>(
    `SELECT oid::text FROM pg_database WHERE datname = 'shop'`,
  );
  const shop = rows[0]?.oid ?? '';
  for (const [index, name] of names.entries()) {
    const oid = FIRST_OID + index;
    await client.query(
      `INSERT INTO pg_database SELECT (jsonb_populate_record(d, jsonb_build_object('oid', $1::text, 'datname', $2::text))).*
       FROM pg_database d WHERE datname = 'shop'`,
      [oid, name],
    );
    symlinkSync(shop, join(postgres.dataDirectory, 'base', String(oid)));
  }
  await client.end();
}
