import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Happening, HappeningKind } from '../../../src/model/journal.ts';
import type { Report } from '../../../src/model/report.ts';
import { SECURITY_HEADERS } from '../../../src/present/web/headers.ts';
import { concernsOf } from '../../../src/present/web/page/concerns.ts';
import { formatAge, formatInstant } from '../../../src/present/web/page/format.ts';
import { renderPage } from '../../../src/present/web/page/page.ts';
import { formatBytes } from '../../../src/present/words/text.ts';
import { INCIDENTS, RISKS_PRESENT } from '../../fixtures/incidents.ts';
import { database, filesystem, fullReport, server, volume, wellReport } from '../../fixtures/report.ts';
import { happenings } from '../../kit/web.ts';

const page = (report: Report, ageMs = 1200): string =>
  renderPage(report, {
    events: happenings(3),
    monotonicMs: report.monotonicMs + ageMs,
    refreshSeconds: undefined,
  });
const titleOf = (text: string): string | undefined => /<title>(.*)<\/title>/.exec(text)?.[1];
const textsOf = (report: Report, ageMs = 0): string[] => concernsOf(report, ageMs).map(({ text }) => text);

describe('the page', () => {
  test('says that all is well only where it is', () => {
    expect(titleOf(page(wellReport()))).toBe('All is well · pgvigil');
    expect(page(wellReport())).toContain('1 of 1 expected database verified present on 1 server.');
    expect(titleOf(page(fullReport()))).toBe('3 incidents open · pgvigil');
  });

  test('shows names as text, whatever they hold', () => {
    const name = '"><script>alert(1)</script>\u202e';
    const hostile = wellReport({
      servers: [
        server({
          name,
          stateDetail: name,
          version: name,
          databases: [database({ datname: name, why: name, presence: 'missing', expected: 'config' })],
        }),
      ],
      volumes: [volume({ name, server: name, mounted: false })],
      filesystems: [filesystem({ mountpoint: name, device: name, fstype: name, servers: [name] })],
      host: { bootedAt: 0, hostname: name },
      observers: [{ observer: name, target: name, up: false, reason: name, durationMs: 1, lastSuccessAt: 0 }],
      incidents: [
        {
          id: name,
          kind: 'data_off_volume',
          server: name,
          datname: name,
          volume: name,
          since: 0,
          needsAcceptance: true,
          cause: 'volume_removed',
          trigger: 'compose_down',
          confidence: 'observed',
          evidence: [
            { kind: 'log_line', at: 0, source: 'container_log', facts: { text: name } },
            { kind: 'container_event', at: 0, source: 'docker_event', facts: { action: name, name } },
            { kind: 'disk_figures', at: 0, source: 'filesystem', facts: { [name]: name } },
          ],
          symptoms: [
            {
              kind: 'database_missing',
              server: name,
              datname: name,
              volume: name,
              since: 0,
              needsAcceptance: true,
            },
          ],
        },
      ],
      risks: [
        { server: name, risk: 'anonymous_volume', present: true, facts: { volume: name, destination: name } },
      ],
      self: { ...wellReport().self, configError: name, version: name },
    });
    const text = renderPage(hostile, {
      events: [
        { at: 0, kind: 'accepted', server: name, details: { [name]: name } },
        {
          at: 0,
          kind: 'incident_opened',
          server: name,
          details: { incident: name, what: name, cause: name },
        },
      ],
      monotonicMs: 0,
      refreshSeconds: undefined,
    });
    expect(text).not.toContain('<script');
    expect(text).not.toContain('\u202e');
    expect(text.split('&lt;script&gt;').length).toBeGreaterThan(20);
  });

  test('asks for nothing from anywhere and runs nothing', () => {
    const text = page(fullReport());
    expect(text).not.toMatch(
      /<script|<link rel="stylesheet|<img|<iframe|<form|\son\w+=|\sstyle=|@import|url\(/i,
    );
    expect(
      text.match(
        /(?:href|src)="(?!data:image|#|\.\/"|\.\/\?refresh=0"|metrics"|api\/v1\/|incidents\/[0-9a-f]{8}")/g,
      ),
    ).toBeNull();
  });

  test('has the very style that the policy allows', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(page(wellReport()))?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(SECURITY_HEADERS['content-security-policy']).toContain(`style-src 'sha256-${hash}';`);
  });

  test('says whether it renews itself, and how to change that', () => {
    const still = page(wellReport());
    expect(still).not.toContain('http-equiv');
    expect(still).toContain('<a href="./">Renew every 10 s</a>');
    expect(still).toContain('This page is more than a minute old');
    const report = wellReport();
    const renewing = renderPage(report, { events: [], monotonicMs: report.monotonicMs, refreshSeconds: 30 });
    expect(renewing).toContain('renews every 30 s <a href="./?refresh=0">Stop</a>');
  });

  test('reads without a style, and can be used without eyes', () => {
    const text = page(fullReport());
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('<a class="skip" href="#main">');
    expect(text.match(/<table/g)?.length).toBe(text.match(/<caption>[^<]+<\/caption>/g)?.length);
    expect(text).not.toMatch(/<th(?![^>]*scope=)[ >]/);
    for (const [, id] of text.matchAll(/aria-labelledby="([^"]+)"/g))
      expect(text).toMatch(new RegExp(`<h[23] id="${id}">`));
    const opened = [
      ...text.matchAll(
        /<(section|article|details|summary|pre|code|table|tr|td|th|ul|ol|li|dl|div|span|p|svg)\b[^>]*(?<!\/)>/g,
      ),
    ];
    for (const tag of new Set(opened.map(([, name]) => name))) {
      expect(text.split(`</${tag}>`).length - 1, tag).toBe(opened.filter(([, name]) => name === tag).length);
    }
  });

  test('tells its own age by the clock that does not jump', () => {
    expect(page(wellReport(), 400)).toContain('>just now</time></span> <span>');
    expect(page(wellReport(), 4000)).toContain('>4 s ago</time></span> <span>');
    expect(page(wellReport(), -5000)).toContain('>just now</time></span> <span>');
    expect(titleOf(page(wellReport(), 90_000))).toBe('Not everything can be told · pgvigil');
    expect(page(wellReport(), 90_000)).toContain('pgvigil last looked 90 s ago');
  });

  test('says that the first look is under way where there is no report', () => {
    const text = renderPage(undefined, { events: [], monotonicMs: 0, refreshSeconds: undefined });
    expect(text).toContain('The first look is under way');
  });

  test('shows the newest event first', () => {
    const text = page(wellReport());
    expect(text.indexOf('shop_2')).toBeGreaterThan(0);
    expect(text.indexOf('shop_2')).toBeLessThan(text.indexOf('shop_0'));
  });

  test('shows what is wrong of ten thousand databases, and says how many it leaves out', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      database({ datname: `tenant_${index}`, expected: 'learned' }),
    );
    many[7777] = database({ datname: 'tenant_7777', expected: 'learned', presence: 'missing' });
    const text = page(wellReport({ servers: [server({ databases: many })] }));
    expect(text).toContain('<span class="name">tenant_7777</span>');
    expect(text).toContain('And 9900 more');
    expect(text.length).toBeLessThan(200_000);
  });

  test('keeps the summary short when everything is gone', () => {
    const gone = Array.from({ length: 50 }, (_, index) =>
      database({ datname: `tenant_${index}`, expected: 'config', presence: 'missing' }),
    );
    expect(page(wellReport({ servers: [server({ databases: gone })] }))).toContain(
      'And 38 more, further down.',
    );
  });
});

describe('open incidents', () => {
  const [lost, , , , , misplaced] = INCIDENTS;
  if (lost === undefined || misplaced === undefined) throw new Error('there are no such incidents');
  const blind = INCIDENTS.find(({ kind }) => kind === 'blind') ?? lost;
  const at = (text: string, what: string): number => {
    expect(text, what).toContain(what);
    return text.indexOf(what);
  };

  test('are told in order: what happened, since when, why, how sure, what shows it, what to do', () => {
    const text = page(wellReport({ incidents: [lost], risks: [] }));
    const places = [
      '<a href="#incident-5f0c2a01">Volume simfab-facelift_postgres_data of main is missing</a>',
      '<article class="incident wrong" id="incident-5f0c2a01"',
      'was removed at 02:14:07 UTC by a compose down; last seen with 523 MiB in 41 tables at 02:14:05.</h3>',
      '<dt>Since</dt>',
      '<dd>volume removed</dd>',
      'Observed: it was seen as it happened.',
      '<time datetime="2026-07-14T02:14:04Z">02:14:04</time> <span>Container simfab-db was sent signal 15.',
      'What to do first',
      '<code>docker volume ls -f dangling=true</code>',
      '<span class="line">pgvigil accept 5f0c2a01 --reason &quot;…&quot;</span>',
      'Also wrong for this cause',
      'Database shop of main is missing',
      '<h2 id="servers">',
    ].map((what) => at(text, what));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('ask for no acceptance of what ends by itself', () => {
    expect(page(wellReport({ incidents: [blind] }))).not.toContain('pgvigil accept');
  });

  test('stand with the losses first, and fold up what comes after the third', () => {
    const text = page(wellReport({ incidents: [blind, ...INCIDENTS.slice(1, 5), lost] }));
    expect(at(text, 'id="incident-5f0c2a01"')).toBeLessThan(at(text, `id="incident-${blind.id}"`));
    expect(text.split('<summary>Evidence and what to do</summary>')).toHaveLength(4);
  });

  test('say how many are left out', () => {
    const number = (index: number): string => (0xabc00000 + index).toString(16);
    const many = Array.from({ length: 60 }, (_, index) => ({ ...lost, id: number(index) }));
    const text = page(wellReport({ incidents: many }));
    expect(text).toContain('And 10 more, in <a href="api/v1/incidents">');
    const long = {
      ...lost,
      evidence: [lost, misplaced].flatMap(({ evidence }) => evidence),
      symptoms: many.slice(0, 8),
    };
    const folded = page(wellReport({ incidents: [long] }));
    expect(folded).toContain('<summary>2 more pieces of evidence</summary>');
    expect(folded).toContain('<summary>3 more</summary>');
  });
});

describe('risks', () => {
  test('are counted, told and remedied after the servers, and change no headline', () => {
    const text = page(wellReport({ risks: RISKS_PRESENT.slice(1, 2) }));
    expect(titleOf(text)).toBe('All is well · pgvigil');
    expect(text).toContain('<a href="#risks">1 risk</a> of losing data.');
    expect(text).toContain('<dt>Risks</dt><dd><a href="#risks">1</a></dd>');
    expect(text).toContain('<details class="risk" open><summary><span class="name">Data on no volume</span>');
    expect(text).toContain(
      '<span class="line">docker exec simfab-db pg_dumpall -U postgres &gt; all.sql</span>',
    );
    expect(text.indexOf('id="risks"')).toBeGreaterThan(text.indexOf('id="servers"'));
  });

  test('are folded up where there are many, and those that are not there are left out', () => {
    const text = page(wellReport({ risks: RISKS_PRESENT }));
    expect(text.split('<details class="risk">')).toHaveLength(RISKS_PRESENT.length + 1);
    expect(page(wellReport())).not.toContain('id="risks"');
    const everywhere = ['a', 'b', 'c', 'd', 'e'].flatMap((name) =>
      RISKS_PRESENT.slice(3, 4).map((risk) => ({ ...risk, server: name })),
    );
    expect(page(wellReport({ risks: everywhere }))).toContain('The same holds for d, e.');
  });
});

describe('the timeline', () => {
  const said = (kind: HappeningKind, details: Happening['details'] = {}): string =>
    renderPage(wellReport(), {
      events: [{ at: 0, kind, server: 'main', details }],
      monotonicMs: 0,
      refreshSeconds: undefined,
    });

  test.each([
    ['incident_opened', 'incident opened'],
    ['incident_explained', 'incident explained'],
    ['incident_closed', 'incident closed'],
  ] as const)('tells %s in words', (kind, words) => {
    const details = {
      incident: '5f0c2a01',
      what: 'volume_missing',
      cause: 'volume_removed',
      confidence: 'observed',
    };
    const text = said(kind, details);
    expect(text).toContain(`>${words}</span>`);
    expect(text).toContain('Volume missing, cause: volume removed, observed, 5f0c2a01');
  });

  test('shows words of a newer pgvigil as they are', () => {
    expect(said('incident_opened', { incident: '1', what: 'constructor', cause: 'gremlins' })).toContain(
      'constructor, cause: gremlins, 1',
    );
    expect(said('database_shrunk', { tables: 0 })).toMatch(/database lost data<\/span>.*tables 0/);
  });
});

test.each([
  [{}, 'well', 'writable'],
  [{ up: false, reason: 'stuck', sizeBytes: undefined }, 'unsure', 'does not answer'],
  [{ readonly: true }, 'wrong', 'read-only'],
  [{ readonly: true, servers: [] }, 'quiet', 'read-only'],
  [{ availBytes: 0 }, 'wrong', 'full'],
  [{ filesFree: 0 }, 'wrong', 'no inodes left'],
  [{ availBytes: 1_000_000 }, 'unsure', 'nearly full'],
  [{ up: undefined, sizeBytes: undefined }, 'unsure', 'unknown'],
] as const)('the verdict on a filesystem with %o is %s: %s', (differences, level, word) => {
  const text = page(wellReport({ filesystems: [filesystem(differences)] }));
  expect(text).toContain(`<span class="verdict ${level}">${word}</span>`);
});

describe('concernsOf', () => {
  test('has none where all is known to be well', () => {
    expect(textsOf(wellReport())).toEqual([]);
  });

  const self = wellReport().self;
  test.each<[string, Partial<Report>, string]>([
    [
      'a missing database',
      { servers: [server({ databases: [database({ expected: 'config', presence: 'missing' })] })] },
      'Database postgres of main: missing',
    ],
    [
      'an unknown one',
      { servers: [server({ databases: [database({ expected: 'config', presence: 'unknown' })] })] },
      'Database postgres of main: unknown',
    ],
    [
      'another one of the same name',
      { servers: [server({ databases: [database({ expected: 'config', identityMatch: false })] })] },
      'Database postgres of main is not the one it was',
    ],
    ['a server down', { servers: [server({ state: 'down', up: false })] }, 'Server main: down'],
    [
      'a server not looked at',
      { servers: [server({ state: undefined, up: undefined })] },
      'pgvigil has not looked at main yet',
    ],
    [
      'another cluster',
      { servers: [server({ identityMatch: false })] },
      'Server main is not the cluster it was',
    ],
    [
      'a missing volume',
      { volumes: [volume({ present: false })] },
      'Volume simfab-facelift_postgres_data is missing',
    ],
    [
      'a volume beside the data',
      { volumes: [volume({ mounted: false })] },
      'Volume simfab-facelift_postgres_data does not hold the data of its server',
    ],
    [
      'Docker away',
      { docker: { ...wellReport().docker, up: false, reason: 'refused' } },
      'Docker could not be asked',
    ],
    [
      'a stuck filesystem',
      { filesystems: [filesystem({ up: false, sizeBytes: undefined })] },
      'Filesystem / does not answer',
    ],
    ['a full one', { filesystems: [filesystem({ availBytes: 1024 })] }, 'Filesystem / has 1.00 KiB left'],
    [
      'a read-only one',
      { filesystems: [filesystem({ readonly: true })] },
      'Filesystem / holds data and is read-only',
    ],
    [
      'a memory not written',
      { self: { ...self, stateDurable: false } },
      'pgvigil cannot write its memory to the disk',
    ],
    [
      'a damaged memory',
      { self: { ...self, stateCorrupt: true } },
      'The memory of pgvigil was damaged and has been put aside',
    ],
    [
      'a bad config',
      { self: { ...self, configReloadSuccessful: false } },
      'The config file has a mistake; the last good one is in force',
    ],
    [
      'a limit',
      { dropped: { server: 0, database: 2, volume: 0, filesystem: 0 } },
      '2 databases left out because of a limit',
    ],
  ])('names %s', (_name, differences, text) => {
    expect(textsOf(wellReport(differences))).toEqual([text]);
  });

  test('is silent about what nobody expects', () => {
    const guest = database({ datname: 'scratch', expected: undefined, presence: 'missing' });
    expect(textsOf(wellReport({ servers: [server({ databases: [guest] })] }))).toEqual([]);
    expect(textsOf(wellReport({ volumes: [volume({ expected: false, present: false })] }))).toEqual([]);
  });

  test('tells a thing once: an incident speaks for its database', () => {
    expect(textsOf({ ...fullReport(), backups: [] }).filter((text) => text.includes('simfab_dev'))).toEqual([
      'Database simfab_dev of main is missing',
    ]);
    // Silenced by the incident of its volume.
    expect(textsOf(fullReport()).filter((text) => text.includes('Database shop'))).toEqual([]);
  });
});

describe('formats', () => {
  test.each([
    [-5, 'just now'],
    [999, 'just now'],
    [1000, '1 s ago'],
    [119_999, '119 s ago'],
    [120_000, '2 min ago'],
    [7_200_000, '2 h ago'],
    [172_800_000, '2 days ago'],
  ])('shows an age of %i ms as %s', (ageMs, text) => expect(formatAge(ageMs)).toBe(text));
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [612_368_384, '584 MiB'],
    [31_138_512_896, '29.0 GiB'],
    [2 ** 62, '4096 PiB'],
  ])('shows %i bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  test.each([
    [0, '1970-01-01T00:00:00Z'],
    [8.65e15, '–'],
    [Number.NaN, '–'],
  ])('shows the instant %d as %s', (at, text) => expect(formatInstant(at)).toBe(text));
});
