import { afterAll, beforeAll, expect, test } from 'vitest';
import { widthOf } from '../../src/cli/width.ts';
import { type Exporter, MAIN, startExporter } from '../kit/exporter.ts';
import { describeWith, program } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { type Running, run, start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

const LONG = `tenant_${'x'.repeat(50)}`;
const ESCAPE = '\u001b';
const RED = `${ESCAPE}[31m`;

describeWith(['postgres', 'window'], 'status and diagnose on a terminal', () => {
  let server: Postgres;
  let exporter: Exporter;

  beforeAll(async () => {
    server = await startPostgres({ version: 18 });
    await server.query(`CREATE DATABASE ${LONG}`);
    await server.query('CREATE DATABASE shop');
    exporter = await startExporter({
      servers: [{ name: 'main', url: server.url('postgres'), databases: { expect: [LONG, 'shop'] } }],
    });
    await waitFor('both are seen', 20_000, async () => {
      const { servers } = await exporter.report();
      const there = servers[0]?.databases.filter(
        ({ expected, presence }) => expected && presence === 'present',
      );
      return there?.length === 2 || undefined;
    });
    await server.query('DROP DATABASE shop');
    await waitFor('the loss is told', 20_000, async () => (await exporter.report()).incidents[0]?.id);
  });
  afterAll(async () => {
    await exporter?.stop();
    await server?.dispose();
  });

  const env = (more: Readonly<Record<string, string>> = {}) => ({
    PATH: process.env['PATH'],
    TERM: 'xterm',
    ...more,
  });
  const words = (args: string): readonly string[] => [
    MAIN,
    ...args.split(' '),
    '--config',
    exporter.configFile,
  ];
  /** In a window of 80 columns; the code with which the command ended stands at the end. */
  const inWindow = async (args: string, more = {}, before = 'true', through = ''): Promise<string> => {
    const line = [process.execPath, ...words(args)].map((word) => `'${word}'`).join(' ');
    const command = `${before}; ${through} ${line}; echo "code=$?"`;
    const { output } = await run({
      command: program('script'),
      args: ['-qec', command, '/dev/null'],
      env: env(more),
    });
    return output.replaceAll('\r\n', '\n');
  };
  const inPipe = (args: string, more = {}) =>
    run({ command: process.execPath, args: words(args), env: env(more) });

  test('a window has colours, and its tables fit; a pipe has neither, and loses nothing', async () => {
    const shown = await inWindow('status');
    expect(shown).toContain(`${RED}missing`);
    expect(shown).toContain(`${RED}database_missing`);
    expect(shown).toContain('code=1');
    expect(shown).toMatch(/^main\/tenant_x+…x+ {2}/m);
    for (const line of shown.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(80);
    const { output, code } = await inPipe('status');
    expect(code).toBe(1);
    expect(output).not.toContain(ESCAPE);
    expect(output).toContain(`main/${LONG} `);
    expect(output).toMatch(/^[0-9a-f]{8} .*: http:\/\/127\.0\.0\.1:\d+\/incidents\/[0-9a-f]{8}$/m);
  });

  test('a narrow window has narrow tables', async () => {
    const shown = await inWindow('status', {}, 'stty cols 60');
    const rows = shown.split('\n').filter((line) => !line.includes('://'));
    for (const line of rows) expect(widthOf(line), line).toBeLessThanOrEqual(60);
    expect(rows.some((line) => widthOf(line) > 50)).toBe(true);
  });

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }, { FORCE_COLOR: '0' }])(
    'no colours in a window with %o',
    async (more) => {
      const shown = await inWindow('status', more);
      expect(shown).toContain('database_missing');
      expect(shown).not.toContain(ESCAPE);
    },
  );

  test('FORCE_COLOR has them in a pipe, and COLUMNS its width', async () => {
    const { output } = await inPipe('status', { FORCE_COLOR: '1', COLUMNS: '70' });
    expect(output).toContain(`${RED}missing`);
    expect(output).toMatch(/tenant_x*…x+ /);
  });

  test('diagnose as well', async () => {
    const shown = await inWindow('diagnose');
    expect(shown).toContain(`${RED}One incident is open.`);
    expect(shown).toContain('code=1');
    const { output, code } = await inPipe('diagnose');
    expect(code).toBe(1);
    expect(output).toContain('One incident is open.');
    expect(output).not.toContain(ESCAPE);
  });

  test('status --watch draws a window anew, and Ctrl-C ends it with the code of the last look', async () => {
    const timed = `'${program('timeout')}' --foreground --preserve-status -s INT 6`;
    const shown = await inWindow('status --watch 1', {}, 'true', timed);
    expect(shown.split(`${ESCAPE}[H`).length).toBeGreaterThan(2);
    expect(shown.split(`${ESCAPE}[2J`)).toHaveLength(2);
    expect(shown).toContain('code=1');
  });

  const blocksOf = (running: Running, mark: string): number => running.output().split(mark).length - 1;
  const watching = (args: string): Promise<Running> =>
    start({ command: process.execPath, args: words(args), env: env() });

  test.each([
    ['status --watch 1', 'As of '],
    ['diagnose --watch 1', 'Looked at '],
  ])('%s in a pipe prints block after block, until SIGINT', async (args, mark) => {
    const running = await watching(args);
    await waitFor('three blocks', 60_000, async () => blocksOf(running, mark) >= 3 || undefined);
    running.signal('SIGINT');
    expect(await running.exited).toEqual({ code: 1, signal: null });
    expect(running.output()).not.toContain(ESCAPE);
    expect(running.output()).toMatch(/ago\.\n\n|Z\.\n\n/);
  });

  test('status --watch outlives a restart of what it watches, and says so meanwhile', async () => {
    const running = await watching('status --watch 1');
    await waitFor('a block', 20_000, async () => blocksOf(running, 'As of ') >= 1 || undefined);
    exporter.running().signal('SIGTERM');
    await exporter.running().exited;
    await waitFor(
      'it is missed',
      20_000,
      async () => running.output().includes('no pgvigil answers') || undefined,
    );
    await exporter.restart();
    const before = blocksOf(running, 'As of ');
    await waitFor('it is back', 20_000, async () => blocksOf(running, 'As of ') > before || undefined);
    running.signal('SIGINT');
    expect(await running.exited).toEqual({ code: 1, signal: null });
  });

  test('a wrong interval is wrong usage', async () => {
    for (const args of ['status --watch=0', 'diagnose --watch=often'])
      expect(await inPipe(args)).toMatchObject({ code: 3, output: expect.stringContaining('--watch') });
  });
});
