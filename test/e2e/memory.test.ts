import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Exporter, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { waitFor } from '../kit/wait.ts';

describeWith(['postgres'], 'what pgvigil remembers', () => {
  let server: Postgres;
  let exporter: Exporter | undefined;

  beforeAll(async () => {
    server = await startPostgres({ version: 18 });
  });
  afterEach(async () => {
    await exporter?.stop();
    exporter = undefined;
  });
  afterAll(() => server?.dispose());

  const present = (datname: string): Promise<string | undefined> =>
    (exporter as Exporter)
      .metrics(`pgvigil_database_present{server="main",datname="${datname}"}`)
      .then(([line]) => line?.split(' ').at(-1));
  const becomes = (datname: string, value: string | undefined, ms: number): Promise<number> => {
    const startedAt = Date.now();
    return waitFor(`${datname} becomes ${value}`, ms, async () =>
      (await present(datname)) === value ? Date.now() - startedAt : undefined,
    );
  };
  const watching = (databases: object): object => ({
    servers: [{ name: 'main', url: server.url('postgres'), databases }],
  });

  test('a pgvigil that starts during an outage reports the expected database as 0', async () => {
    exporter = await startExporter(watching({ expect: ['never_made'] }));
    await becomes('never_made', '0', 5000);
    expect(
      await exporter.metrics('pgvigil_database_expected{server="main",datname="never_made"'),
    ).toHaveLength(1);
    expect(await exporter.metrics('pgvigil_server_up')).toEqual(['pgvigil_server_up{server="main"} 1']);
  });

  test('a learned database that is deleted is 0 within 2 s and over restarts, until it is forgotten', async () => {
    await server.query('CREATE DATABASE learned_one');
    exporter = await startExporter(watching({ learn_after: '1s' }));
    await waitFor('it is learned', 10_000, async () => {
      const lines = await (exporter as Exporter).metrics(
        'pgvigil_database_expected{server="main",datname="learned_one",source="learned"}',
      );
      return lines.length === 1 || undefined;
    });
    await server.query('DROP DATABASE learned_one');
    expect(await becomes('learned_one', '0', 5000)).toBeLessThan(2000);
    await exporter.restart('SIGTERM');
    await becomes('learned_one', '0', 5000);
    await exporter.restart('SIGKILL');
    await becomes('learned_one', '0', 5000);
    const forgotten = await exporter.command('forget', 'learned_one', '--reason', 'a test');
    expect(forgotten).toMatchObject({ code: 0 });
    await becomes('learned_one', undefined, 5000);
    await exporter.restart();
    await waitFor('the first look after the restart', 5000, async () =>
      (await present('postgres')) === '1' ? true : undefined,
    );
    expect(await present('learned_one')).toBeUndefined();
  });

  test('a learned database that returns is 1 again, with another identity until a person accepts it', async () => {
    await server.query('CREATE DATABASE comes_back');
    exporter = await startExporter(watching({ learn_after: '1s' }));
    await waitFor('it is learned', 10_000, async () => {
      const lines = await (exporter as Exporter).metrics(
        'pgvigil_database_expected{server="main",datname="comes_back",source="learned"}',
      );
      return lines.length === 1 || undefined;
    });
    await server.query('DROP DATABASE comes_back');
    await becomes('comes_back', '0', 5000);
    await server.query('CREATE DATABASE comes_back');
    await becomes('comes_back', '1', 5000);
    const match = 'pgvigil_database_identity_match{server="main",datname="comes_back"}';
    expect(await exporter.metrics(match)).toEqual([`${match} 0`]);
    const status = await exporter.command('status');
    expect(status.code).toBe(1);
    const id = /^([0-9a-f]{8}) +database_replaced +main\/comes_back/m.exec(status.output)?.[1];
    expect(id).toBeDefined();
    expect(await exporter.command('accept', id ?? '', '--reason', 'restored by hand')).toMatchObject({
      code: 0,
    });
    await waitFor('it is accepted', 5000, async () =>
      ((await (exporter as Exporter).metrics(match))[0] ?? '').endsWith(' 1') ? true : undefined,
    );
    expect(await exporter.command('status')).toMatchObject({ code: 0 });
    const events = await (await fetch(`${exporter.url}/api/v1/events`)).text();
    expect(events).toContain('restored by hand');
  });

  test('a server that is down makes its databases unknown, not missing', async () => {
    const other = await startPostgres({ version: 18 });
    try {
      await other.query('CREATE DATABASE shop');
      exporter = await startExporter({
        servers: [{ name: 'main', url: other.url('postgres'), databases: { expect: ['shop'] } }],
      });
      await becomes('shop', '1', 5000);
      await other.stop();
      await waitFor('the server is down', 15_000, async () => {
        const [up] = await (exporter as Exporter).metrics('pgvigil_server_up');
        return up === 'pgvigil_server_up{server="main"} 0' || undefined;
      });
      await becomes('shop', undefined, 10_000);
      expect(await exporter.metrics('pgvigil_database_expected{server="main",datname="shop"')).toHaveLength(
        1,
      );
    } finally {
      await other.dispose();
    }
  });
});
