import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../../kit/needs.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { DATABASES } from '../harness/server.ts';
import { seconds } from '../harness/words.ts';
import { cloneShop } from './clones.ts';

const SERVER = { server: 'main' };
/** A tick each second, and one that is late. */
const SOON_MS = 5_000;
/** Three hundred files each, and nineteen parts of twenty are rest, on purpose. */
const SOME_SIZES = 100;
const SOME_SIZES_MS = 60_000;

/** Names that break a parser, a page or a file where somebody forgets to escape. */
const HOSTILE: readonly string[] = [
  'a,table:b',
  `it's "quoted"`,
  'line\nbreak',
  'line\\nbreak',
  'back\\slash\\',
  'tab\tand\u007fdel',
  'grin 😀',
  'ü'.repeat(31),
  'x'.repeat(63),
  '<script>alert(1)</script>',
  '{{ .Labels }}',
  '$HOME $(id) `id`',
  '../../../etc/passwd',
  '} 1\n# EOF',
  '__proto__',
  'constructor',
  ' ',
  '\u202egnirts',
  'altered~0123456789ab',
];
const INJECTED = '<script>alert(1)</script>';

/** Servers with databases that are many, or called like none. */
export const ODD_DATABASES: readonly Fault[] = [
  {
    row: 52,
    name: '500 databases with 150,000 files',
    needs: ['postgres'],
    async play(stage) {
      const { postgres, entry, backends, isWell } = await stage.postgres({ settings: { autovacuum: 'off' } });
      await cloneShop(
        postgres,
        Array.from({ length: 500 }, (_, index) => `app_${index}`),
      );
      const count = (scrape: Exposition, name: string): number => scrape.find(name, SERVER).length;
      const vigil = await stage.watch(
        { servers: [entry], intervals: { sizes: '5s' } },
        { backends, calm: (scrape) => isWell(scrape) && count(scrape, 'pgvigil_database_present') > 500 },
      );
      const sized = await vigil.becomes('a fifth of the sizes is read', SOME_SIZES_MS, (scrape) => {
        return count(scrape, 'pgvigil_database_size_bytes') > SOME_SIZES;
      });
      vigil.watch.forbid((scrape) =>
        scrape.value('pgvigil_server_up', SERVER) === 1 ? undefined : 'the server was called down',
      );
      await postgres.query('DROP DATABASE simfab_dev');
      const missing = { ...SERVER, datname: 'simfab_dev' };
      const told = await vigil.until('pgvigil_database_present', missing, 0, SOON_MS);
      return `${SOME_SIZES} sizes ${seconds(sized)} after the baseline; a DROP meanwhile told after ${seconds(told)}`;
    },
  },
  {
    row: 53,
    name: 'hostile names of databases',
    needs: ['postgres'],
    async play(stage) {
      const { postgres, entry, backends, isWell } = await stage.postgres();
      await cloneShop(postgres, [...HOSTILE, 'broken_1', 'broken_2']);
      // Bytes that are no UTF-8, as a cluster in SQL_ASCII lets them pass; decoded they are the same.
      await postgres.query(`CREATE DATABASE bytes ENCODING SQL_ASCII TEMPLATE template0`);
      for (const [name, bytes] of [
        ['broken_1', 'ff62'],
        ['broken_2', 'fe62'],
      ]) {
        const raw = `convert_from('\\x${bytes}'::bytea, 'SQL_ASCII')`;
        await postgres.query(`UPDATE pg_database SET datname = ${raw} WHERE datname = '${name}'`, 'bytes');
      }
      const databases = { expect: [...DATABASES, ...HOSTILE], learn_after: '1s' };
      const all = DATABASES.length + HOSTILE.length + 4;
      const present = (scrape: Exposition): number =>
        scrape.find('pgvigil_database_present', SERVER).filter(({ value }) => value === 1).length;
      const vigil = await stage.watch(
        { servers: [{ ...entry, databases }], intervals: { connect: '1s', sizes: '2s' } },
        { backends, calm: (scrape) => isWell(scrape) && present(scrape) === all },
      );
      const hidden = HOSTILE.filter(
        (name) => !vigil.watch.last()?.find('pgvigil_database_present', { datname: name })[0],
      );
      await postgres.query(`DELETE FROM pg_database WHERE oid >= 1000000`);
      const told = await vigil.becomes('all of them are missing', SOON_MS, (scrape) => {
        return (
          scrape.find('pgvigil_incident_open', { kind: 'database_missing' }).length >= HOSTILE.length + 2
        );
      });
      const page = await (await fetch(vigil.exporter.url)).text();
      if (page.includes(INJECTED)) throw new Error('the page has a script in it');
      if (!page.includes('&lt;script&gt;alert(1)&lt;/script&gt;')) throw new Error('the page lacks a name');
      const { incidents } = await vigil.report();
      const names = new Set(incidents.map(({ datname }) => datname));
      const lost = HOSTILE.filter((name) => !names.has(name));
      if (lost.length > 0) throw new Error(`no incident of ${JSON.stringify(lost)}`);
      return `${all} series, ${hidden.length} of them with a hash; all missing after ${seconds(told)}, escaped on the page`;
    },
  },
  {
    row: 54,
    name: 'started while the server is down, and started again',
    needs: ['postgres'],
    async play(stage) {
      const { postgres, entry, backends, isWell } = await stage.postgres();
      await postgres.query('CREATE DATABASE learned');
      const databases = { expect: [...DATABASES], learn_after: '1s' };
      const config = { servers: [{ ...entry, databases }], intervals: { connect: '1s' } };
      const knows = (scrape: Exposition, datname: string, source: string): boolean =>
        scrape.value('pgvigil_database_expected', { ...SERVER, datname, source }) === 1;
      const remembers = (scrape: Exposition): boolean =>
        DATABASES.every((datname) => knows(scrape, datname, 'config')) && knows(scrape, 'learned', 'learned');
      const isDown = (scrape: Exposition): boolean =>
        scrape.value('pgvigil_server_up', SERVER) === 0 &&
        scrape.find('pgvigil_database_present', SERVER).every(({ value }) => value === 0);
      const vigil = await stage.watch(config, {
        backends,
        calm: (scrape) => isWell(scrape) && remembers(scrape),
      });
      await postgres.stop();
      await vigil.until('pgvigil_server_up', SERVER, 0, SOON_MS);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await vigil.restart(signal);
        await vigil.becomes(
          'down, and nothing forgotten',
          SOON_MS,
          (scrape) => isDown(scrape) && remembers(scrape),
        );
      }
      // One without any memory knows what a person named.
      const fresh = await stage.watch(config, {
        calm: (scrape) => scrape.value('pgvigil_server_up', SERVER) === 0,
      });
      await fresh.becomes('what is expected is there', 0, (scrape) => {
        return isDown(scrape) && DATABASES.every((datname) => knows(scrape, datname, 'config'));
      });
      await postgres.start();
      const back = await vigil.becomes('seen well', SOON_MS, (scrape) => isWell(scrape) && remembers(scrape));
      await fresh.becomes('seen well', SOON_MS, isWell);
      return `nothing forgotten over SIGTERM and SIGKILL; back after ${seconds(back)}`;
    },
  },
  {
    row: 55,
    name: 'a server that speaks German',
    needs: ['postgres15', 'locales'],
    async play(stage) {
      const locales = mkdtempSync(join(tmpdir(), 'pgvigil-fault-'));
      stage.undo(() => rm(locales, { recursive: true }));
      chmodSync(locales, 0o755);
      const german = join(locales, 'de_DE.UTF-8');
      execFileSync(program('localedef'), ['-i', 'de_DE', '-f', 'UTF-8', german], { stdio: 'pipe' });
      const { postgres, entry, backends, isWell } = await stage.postgres({
        version: 15,
        environment: { LOCPATH: locales },
        settings: { lc_messages: 'de_DE.UTF-8' },
      });
      const vigil = await stage.watch(
        { servers: [entry], intervals: { connect: '1s' } },
        { backends, calm: isWell },
      );
      await postgres.query('ALTER ROLE pgvigil NOLOGIN');
      await vigil.until('pgvigil_server_state', { ...SERVER, state: 'blind' }, 1, SOON_MS);
      const denied = { ...SERVER, reason: 'access_denied' };
      await vigil.becomes('the reason', SOON_MS, (scrape) =>
        scrape.find('pgvigil_connection_failures_total', denied).some(({ value }) => value > 0),
      );
      await postgres.query('ALTER ROLE pgvigil LOGIN');
      await vigil.becomes('seen well', SOON_MS, isWell);
      await postgres.query('DROP DATABASE simfab_dev');
      await vigil.becomes('dropped', SOON_MS, (scrape) => {
        return scrape.find('pgvigil_incident_open', { cause: 'database_dropped' }).length === 1;
      });
      // Else nothing of this would be proven.
      if (!/FATAL: {2}Rolle .* hat keine Berechtigung/.test(postgres.log()))
        throw new Error(postgres.log().slice(-500));
      return 'access_denied and database_dropped, as in English';
    },
  },
];
