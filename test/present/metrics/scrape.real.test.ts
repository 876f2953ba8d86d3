import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { familiesOf } from '../../../src/present/metrics/families.ts';
import { toLabel } from '../../../src/present/metrics/label.ts';
import { createProcessMetrics } from '../../../src/present/metrics/process-metrics.ts';
import {
  METRICS_CONTENT_TYPES,
  type MetricsFormat,
  renderMetrics,
} from '../../../src/present/metrics/render.ts';
import { createWeb, type Web } from '../../../src/present/web/server.ts';
import { fullReport, HOSTILE_NAMES } from '../../fixtures/report.ts';
import { describeWith, program } from '../../kit/needs.ts';
import { freePort } from '../../kit/ports.ts';
import { type Running, run, start } from '../../kit/process.ts';
import { waitFor } from '../../kit/wait.ts';
import { recordingLog, webOptions } from '../../kit/web.ts';

describeWith(['prometheus'], 'a real Prometheus', () => {
  let directory: string;
  let prometheus: Running;
  let url: string;
  let web: Web;
  const servers: Server[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pgvigil-scrape-'));
    const families = [...familiesOf(fullReport()), ...(await createProcessMetrics(recordingLog())())];
    const report = fullReport();
    web = createWeb(webOptions({ report: () => report }));
    const targets = {
      text: await serveAlways('text'),
      openmetrics: await serveAlways('openmetrics'),
      pgvigil: (await web.start()).port,
    };
    const jobs = Object.entries(targets).map(
      ([name, port]) => `  - { job_name: ${name}, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }\n`,
    );
    const config = join(directory, 'prometheus.yml');
    await writeFile(
      config,
      `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${jobs.join('')}`,
    );
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    prometheus = await start({
      command: program('prometheus'),
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${directory}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
    });
    await waitFor(
      'three scrapes',
      30_000,
      async () => ((await values('up')).length === 3 ? true : undefined),
      200,
    );

    async function serveAlways(format: MetricsFormat): Promise<number> {
      const body = renderMetrics(families, format);
      const server = createServer((_, response) => {
        response.writeHead(200, { 'content-type': METRICS_CONTENT_TYPES[format] }).end(body);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    }
  });

  afterAll(async () => {
    await prometheus?.stop();
    await web?.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await rm(directory, { recursive: true, force: true });
  });

  interface Row {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: number;
  }

  async function values(query: string): Promise<Row[]> {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await response.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  const JOBS = ['text', 'openmetrics', 'pgvigil'];

  test.each(JOBS)('takes the whole scrape of %s', async (job) => {
    expect(await values(`up{job="${job}"}`)).toMatchObject([{ value: 1 }]);
    expect(await values(`pgvigil_database_present{job="${job}",datname="simfab_dev"}`)).toMatchObject([
      { value: 0 },
    ]);
    expect(await values(`pgvigil_report_timestamp_seconds{job="${job}"}`)).toMatchObject([
      { value: fullReport().at / 1000 },
    ]);
    expect(
      await values(`sum by (job) (pgvigil_connection_failures_total{job="${job}",reason="no_database"})`),
    ).toMatchObject([{ value: 1440 }]);
    expect(
      await values(`pgvigil_server_info{job="${job}",system_identifier="7711161441652576274"}`),
    ).toHaveLength(1);
  });

  test.each(JOBS)('gives every hostile name of %s back as its own series', async (job) => {
    const rows = await values(`pgvigil_database_present{job="${job}",server="main"}`);
    const names = rows.map(({ metric }) => metric['datname']);
    expect(names).toEqual(expect.arrayContaining(HOSTILE_NAMES.map(toLabel)));
    expect(new Set(names).size).toBe(names.length);
  });

  test('keeps as many series of the text as of OpenMetrics, and all of them', async () => {
    const counted = await values('count by (job) ({__name__=~"pgvigil_.+"})');
    const written = renderMetrics(familiesOf(fullReport()), 'text')
      .toString()
      .split('\n')
      .filter((line) => /^[^#]/.test(line));
    for (const { value } of counted) expect(value).toBe(written.length);
    expect(counted).toHaveLength(3);
  });

  test('shows what has to be there and is not by one plain rule', async () => {
    const rows = await values(
      'pgvigil_database_expected{job="pgvigil"} unless on (server, datname) (pgvigil_database_present == 1)',
    );
    expect(rows.map(({ metric }) => metric['datname']).sort()).toEqual([
      'archive',
      'ledger',
      'shop',
      'simfab_dev',
    ]);
  });

  test('promtool has nothing to say about the text', async () => {
    const families = [...familiesOf(fullReport()), ...(await createProcessMetrics(recordingLog())())];
    const file = join(directory, 'metrics.txt');
    await writeFile(file, renderMetrics(families, 'text'));
    const check = await run({
      command: 'sh',
      args: ['-c', `"${program('promtool')}" check metrics < "${file}"`],
    });
    expect(check).toMatchObject({ code: 0, output: '' });
  });
});
