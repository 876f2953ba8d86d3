import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchedServer } from '../../test/faults/harness/server.ts';
import type { Exporter } from '../../test/kit/exporter.ts';
import { createScraper } from '../measure/scrape.ts';
import type { Sink } from './sink.ts';

/** What a soak does things to. */
export interface Stage {
  readonly server: WatchedServer;
  readonly exporter: Exporter;
  readonly sink: Sink;
}

/** Something that goes wrong and is put right again. */
export interface Trouble {
  readonly name: string;
  readonly happen: (stage: Stage) => Promise<void>;
}

/** Long enough for every look to meet it, and for its page to be pushed. */
const FELT_MS = 6_000;

export const TROUBLES: readonly Trouble[] = [
  {
    name: 'a database dropped and made anew',
    async happen({ server: { postgres } }) {
      await postgres.query('DROP DATABASE simfab_dev WITH (FORCE)');
      await sleep(FELT_MS);
      await postgres.query('CREATE DATABASE simfab_dev');
    },
  },
  {
    name: 'a database renamed and named back',
    async happen({ server: { postgres } }) {
      await postgres.query('ALTER DATABASE simfab_dev RENAME TO other');
      await sleep(FELT_MS);
      await postgres.query('ALTER DATABASE other RENAME TO simfab_dev');
    },
  },
  {
    name: 'the server restarted',
    async happen({ server: { postgres } }) {
      await postgres.stop('fast');
      await sleep(1_000);
      await postgres.start();
    },
  },
  {
    name: 'the server killed, and down for a while',
    async happen({ server: { postgres } }) {
      await postgres.kill();
      await sleep(FELT_MS);
      await postgres.start();
    },
  },
  {
    name: 'the server frozen',
    async happen({ server: { postgres } }) {
      postgres.signal('SIGSTOP');
      await sleep(FELT_MS);
      postgres.signal('SIGCONT');
    },
  },
  {
    name: 'the list of databases locked',
    async happen({ server: { postgres } }) {
      const locker = await postgres.session();
      await locker.query('BEGIN; LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE');
      await sleep(FELT_MS);
      await locker.query('ROLLBACK');
      await locker.end();
    },
  },
  {
    name: 'our role may not log in',
    async happen({ server: { postgres } }) {
      await postgres.query('ALTER ROLE pgvigil NOLOGIN');
      await sleep(2 * FELT_MS);
      await postgres.query('ALTER ROLE pgvigil LOGIN');
    },
  },
  {
    name: 'the configuration read again',
    async happen({ exporter }) {
      exporter.running().signal('SIGHUP');
      await sleep(1_000);
    },
  },
  {
    name: 'Alertmanager away while a database is gone',
    async happen({ server: { postgres }, sink }) {
      sink.refuse(true);
      await postgres.query('DROP DATABASE shop WITH (FORCE)');
      await sleep(FELT_MS);
      sink.refuse(false);
      await postgres.query('CREATE DATABASE shop');
    },
  },
  {
    name: 'fifty scrapers at once',
    async happen({ exporter }) {
      const scrapers = Array.from({ length: 50 }, () => createScraper(exporter.address));
      for (const encoding of ['plain', 'gzip'] as const)
        await Promise.all(scrapers.map(({ scrape }) => scrape(encoding)));
      for (const scraper of scrapers) scraper.close();
    },
  },
];
