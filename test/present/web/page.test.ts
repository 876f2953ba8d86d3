import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/model/report.ts';
import { SECURITY_HEADERS } from '../../../src/present/web/headers.ts';
import { concernsOf } from '../../../src/present/web/page/concerns.ts';
import { formatAge, formatInstant } from '../../../src/present/web/page/format.ts';
import { renderPage } from '../../../src/present/web/page/page.ts';
import { formatBytes } from '../../../src/present/words/text.ts';
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
      text.match(/(?:href|src)="(?!data:image|#|\.\/"|\.\/\?refresh=10"|metrics"|api\/v1\/)/g),
    ).toBeNull();
  });

  test('has the very style that the policy allows', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(page(wellReport()))?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(SECURITY_HEADERS['content-security-policy']).toContain(`style-src 'sha256-${hash}';`);
  });

  test('stands still, and says so, unless its reader asks it to renew itself', () => {
    const still = page(wellReport());
    expect(still).not.toContain('http-equiv');
    expect(still).toContain('<a href="./?refresh=10">');
    expect(still).toContain('This page is more than a minute old');
    const report = wellReport();
    const renewing = renderPage(report, { events: [], monotonicMs: report.monotonicMs, refreshSeconds: 30 });
    expect(renewing).toContain('renews every 30 s <a href="./">Stop</a>');
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
      { dropped: { database: 2, volume: 0, filesystem: 0 } },
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
    expect(textsOf(fullReport()).filter((text) => text.includes('simfab_dev'))).toEqual([
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
