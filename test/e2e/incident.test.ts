import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exporter, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { waitFor } from '../kit/wait.ts';

/** A name that would end a cell, a code, a line or a tag of Markdown and HTML. */
const HOSTILE = 'a|<script>`\n# x';

describeWith(['postgres'], 'the page of an incident', () => {
  let server: Postgres;
  let exporter: Exporter;
  let id: string;

  beforeAll(async () => {
    server = await startPostgres({ version: 18 });
    await server.query(`CREATE DATABASE "${HOSTILE}"`);
    exporter = await startExporter({
      servers: [{ name: 'main', url: server.url('postgres'), databases: { learn_after: '1s' } }],
    });
    await waitFor('the database is expected', 20_000, async () => {
      const { servers } = await exporter.report();
      const seen = servers[0]?.databases.find(({ datname }) => datname === HOSTILE);
      return (seen?.presence === 'present' && seen.expected === 'learned') || undefined;
    });
    await server.query(`DROP DATABASE "${HOSTILE}"`);
    id = await waitFor('the loss is told', 20_000, async () => (await exporter.report()).incidents[0]?.id);
  });
  afterAll(async () => {
    await exporter?.stop();
    await server?.dispose();
  });
  const get = async (path: string) => {
    const response = await fetch(`${exporter.url}${path}`);
    return { status: response.status, text: await response.text() };
  };

  test('tells a loss while it is open, with the answers to the questions', async () => {
    const { status, text } = await get(`/incidents/${id}`);
    expect(status).toBe(200);
    expect(text).toContain('Database a|&lt;script&gt;&#96;');
    expect(text).toContain('was dropped at');
    expect(text).toContain('Is there disk space?');
    expect(text).toContain(`pgvigil accept ${id}`);
    expect(text).toContain('incident opened</span>');
    expect(text).not.toContain('<script');
    expect((await get('/')).text).toContain(`href="incidents/${id}"`);
  });

  test('gives the same as Markdown, in which the name is only a name', async () => {
    const { status, text } = await get(`/incidents/${id}.md`);
    expect(status).toBe(200);
    expect(text).toMatch(/^# Database a\\\|&lt;script&gt;\\`.*\\# x of main was dropped at/);
    expect(text).toMatch(/^\| \*\*Database\*\* \| a\\\|&lt;script&gt;/m);
    expect(text.match(/^# /gm)).toHaveLength(1);
    const { output, code } = await exporter.command('diagnose', '--markdown');
    expect(code).toBe(1);
    expect(output.split('\n')[0]).toBe(text.split('\n')[0]);
    expect(output).toContain('## Questions of the investigation');
  });

  test('says that it is over, and still knows all; after a restart it knows what the journal knows', async () => {
    expect(await exporter.command('accept', id, '--reason', 'a rehearsal')).toMatchObject({ code: 0 });
    await waitFor(
      'it is over',
      10_000,
      async () => (await exporter.report()).incidents.length === 0 || undefined,
    );
    const over = await get(`/incidents/${id}`);
    expect(over.status).toBe(200);
    for (const said of ['It is over.', 'What shows it', 'Is there disk space?', 'reason a rehearsal'])
      expect(over.text).toContain(said);
    await exporter.restart();
    const later = await get(`/incidents/${id}`);
    expect(later.status).toBe(200);
    expect(later.text).toContain('its evidence is not kept');
    expect(later.text).toContain('reason a rehearsal');
    expect(await get(`/incidents/${id}.md`)).toMatchObject({ status: 200 });
    expect(await get('/incidents/00000000')).toMatchObject({ status: 404 });
  });
});
