import { Client } from 'pg';

/** Tables and rows enough for a size worth losing. */
const SEED = `
  CREATE TABLE facelift (id bigserial PRIMARY KEY, name text NOT NULL, made timestamptz NOT NULL DEFAULT now());
  INSERT INTO facelift (name) SELECT 'part ' || n FROM generate_series(1, 20000) AS n;
  CREATE TABLE simulation (id bigserial PRIMARY KEY, facelift bigint REFERENCES facelift, result numeric);
  INSERT INTO simulation (facelift, result) SELECT id, random() FROM facelift;
`;
const CONNECT_TIMEOUT_MS = 5000;

/** Where the demo's server is reached: a directory with its unix socket. */
export interface Socket {
  readonly host: string;
  readonly user: string;
}

/** Waits until the server answers, makes the database that is there to be lost, and fills it. */
export async function makeDatabase(socket: Socket, datname: string): Promise<void> {
  await waitUntilUp(socket);
  await query(socket, 'postgres', `CREATE DATABASE "${datname}"`);
  await query(socket, datname, SEED);
}

/** Loses the database. */
export async function dropDatabase(socket: Socket, datname: string): Promise<void> {
  await query(socket, 'postgres', `DROP DATABASE "${datname}" WITH (FORCE)`);
}

async function waitUntilUp(socket: Socket): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      await query(socket, 'postgres', 'SELECT 1');
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function query({ host, user }: Socket, database: string, text: string): Promise<void> {
  const client = new Client({ host, user, database, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined); // A failure shows in the call that it breaks.
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end().catch(() => undefined);
  }
}
