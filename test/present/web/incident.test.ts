import { describe, expect, test } from 'vitest';
import type { IncidentRecord } from '../../../src/model/incident-record.ts';
import type { WebOptions } from '../../../src/present/web/options.ts';
import { renderIncident } from '../../../src/present/web/page/incident-page.ts';
import { incidentReport } from '../../../src/present/words/incident-report.ts';
import { INCIDENTS } from '../../fixtures/incidents.ts';
import { PAGES } from '../../fixtures/pages.ts';
import { wellReport } from '../../fixtures/report.ts';
import { recordIn, webApp } from '../../kit/web.ts';

const [lost] = INCIDENTS;
const night = PAGES.find(({ name }) => name === 'one-incident');
if (lost === undefined || night === undefined) throw new Error('the night of the compose down is no fixture');
const PATH = `/incidents/${lost.id}`;
const { report, events } = night;
const app = (differences: Partial<WebOptions> = {}) =>
  webApp({ report: () => report, events: () => events, ...differences });
const ask = (url: string, differences?: Partial<WebOptions>) => app(differences).inject(url);
const over: IncidentRecord = {
  incident: lost,
  isOpen: false,
  endedAt: lost.since + 3_723_000,
  containers: [],
  answers: [],
  isWhole: true,
};

describe('the page of an incident', () => {
  test('tells in order what, since when, what shows it, what is hit, the answers, what to do, and what happened', async () => {
    const response = await ask(PATH);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    const places = [
      'Open: Volume simfab-facelift_postgres_data of main is missing · pgvigil</title>',
      '<a href="../">All that is watched</a>',
      'was removed at 02:14:07 UTC by a compose down; last seen with 523 MiB in 41 tables at 02:14:05.</h2>',
      'Observed: it was seen as it happened.',
      '<dd><span class="mono">5f0c2a01</span></dd>',
      '<dt>Set off by</dt><dd>compose down</dd>',
      '<span class="source">Docker event</span>',
      'Database shop of main is missing',
      'Was Docker restarted?',
      '<span class="verdict unsure">unknown</span>',
      '<code>docker volume ls -f dangling=true</code>',
      'pgvigil accept 5f0c2a01 --reason &quot;…&quot;',
      'docs/runbooks/PgVigilVolumeMissing.md</a>',
      'incident explained</span>',
      '<a href="5f0c2a01.md">5f0c2a01.md</a>',
      '<textarea id="report-text" readonly',
    ].map((what) => {
      expect(response.body, what).toContain(what);
      return response.body.indexOf(what);
    });
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('of one that is over says how long it took and asks for nothing more', async () => {
    const { body } = await ask(PATH, { incident: () => over });
    expect(body).toContain('<title>Over: ');
    expect(body).toContain('<dt>Took</dt><dd>1 h 2 min 3 s</dd>');
    expect(body).toContain('What was advised');
    expect(body).not.toContain('<span class="line">pgvigil accept');
    expect(body).not.toContain('Questions of the investigation');
  });

  test('of one that only the journal knows claims no evidence and no steps', async () => {
    const incident = { ...lost, evidence: [], symptoms: [] };
    const { body } = await ask(PATH, { incident: () => ({ ...over, incident, isWhole: false }) });
    expect(body).toContain('its evidence is not kept');
    expect(body).not.toMatch(/What shows it|<ol class="steps">/);
  });

  test.each(['/incidents/0123abcd', '/incidents/0123abcd.md'])(
    '%s: not remembered, and said so',
    async (url) => {
      const response = await ask(url);
      expect(response.statusCode).toBe(404);
      expect(response.body).toContain('0123abcd is not remembered any more');
    },
  );

  test.each([PATH, `${PATH}.md`])('%s is 503 before the first report', async (url) => {
    const response = await ask(url, { report: () => undefined, incident: () => expect.unreachable() });
    expect(response.statusCode).toBe(503);
    expect(response.body).toContain('first look is under way');
  });

  test('is linked from the status page, from the incident and from the timeline', async () => {
    const { body } = await ask('/');
    expect(body).toContain('<a class="mono" href="incidents/5f0c2a01">5f0c2a01</a>');
    expect(body).toContain('<a href="incidents/5f0c2a01">Volume missing, cause: volume removed');
  });

  test('shows names as text, whatever they hold', () => {
    const name = '"></textarea><script>alert(1)</script>\u202e\n';
    const evidence = lost.evidence.map((one) => ({ ...one, facts: { name, volume: name, action: name } }));
    const incident = {
      ...lost,
      server: name,
      datname: name,
      volume: name,
      evidence,
      symptoms: [lost, { ...lost, server: name }],
    };
    const answers = [
      { question: 'disk_space' as const, answer: 'yes' as const, facts: [{ at: 0, text: name }] },
    ];
    const text = renderIncident(
      { ...over, incident, isOpen: true, answers },
      {
        report: wellReport(),
        events: [{ at: lost.since, kind: 'accepted', server: name, details: { [name]: name } }],
        monotonicMs: 0,
      },
    );
    expect(text).not.toMatch(/<script|\u202e|<\/textarea>(?!<\/div>)/);
    expect(text.split('&lt;script&gt;').length).toBeGreaterThan(8);
  });

  test('asks for nothing from anywhere, and leads only into pgvigil and to the runbook', async () => {
    const { body } = await ask(PATH);
    expect(body).not.toMatch(
      /<script|<link rel="stylesheet|<img|<iframe|<form|\son\w+=|\sstyle=|@import|url\(/i,
    );
    const hrefs = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, href = '']) => href);
    const known =
      /^(data:image|#|\.\.\/$|\.\.\/(metrics|api\/v1\/|incidents\/[0-9a-f]{8})|5f0c2a01(\.md)?$|https:\/\/github\.com\/pgvigil\/)/;
    expect(hrefs.filter((href) => !known.test(href))).toEqual([]);
  });
});

describe('the report of an incident', () => {
  test('is Markdown, with a name of its own, and the very text of the page', async () => {
    const response = await ask(`${PATH}.md`);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(response.headers['content-disposition']).toBe('inline; filename="incident-5f0c2a01.md"');
    const record = recordIn(report, lost.id);
    expect(response.body).toBe(record && incidentReport(record, events));
    const { body } = await ask(PATH);
    const area = /<textarea [^>]*>\n([\s\S]*)<\/textarea>/.exec(body)?.[1] ?? '';
    const signs: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`', amp: '&' };
    expect(area.replace(/&(lt|gt|quot|#39|#96|amp);/g, (_, sign: string) => signs[sign] ?? '')).toBe(
      response.body,
    );
  });

  test.each([PATH, `${PATH}.md`])(
    '%s: HEAD as GET without the body, the security headers, and nothing else',
    async (url) => {
      const server = app();
      const get = await server.inject(url);
      const head = await server.inject({ url, method: 'HEAD' });
      expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
        200,
        '',
        get.headers['content-length'],
      ]);
      for (const response of [get, head]) {
        expect(response.headers['content-security-policy']).toMatch(
          /^default-src 'none'; style-src 'sha256-/,
        );
        expect(response.headers['x-content-type-options']).toBe('nosniff');
        expect(response.headers['cache-control']).toBe('no-store');
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'] as const) {
        const response = await server.inject({ url, method });
        expect([response.statusCode, response.headers.allow]).toEqual([405, 'GET, HEAD']);
      }
      expect((await server.inject(`${url}?refresh=5`)).statusCode).toBe(400);
    },
  );
});
