import { describe, expect, test } from 'vitest';
import { acceptsGzip, metricsFormatFor } from '../../../src/present/web/accept.ts';

describe('metricsFormatFor', () => {
  test.each([
    [
      'Prometheus 2.42',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    [
      'Prometheus 3',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    ['curl', '*/*', 'text'],
    ['no header', undefined, 'text'],
    ['an empty header', '', 'text'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    ['text preferred', 'application/openmetrics-text;q=0.4,text/plain;q=0.5', 'text'],
    ['OpenMetrics refused', 'application/openmetrics-text;q=0,*/*', 'text'],
    ['text refused', 'text/plain;q=0,*/*', 'openmetrics'],
    ['OpenMetrics named beside a wildcard', 'application/openmetrics-text, */*', 'openmetrics'],
    ['both named alike', 'application/openmetrics-text; version=1.0.0, text/plain; version=0.0.4', 'text'],
    ['quoted and spaced', 'Application/OpenMetrics-Text ; version="1.0.0" ; q=1.0', 'openmetrics'],
    ['an OpenMetrics that we do not speak', 'application/openmetrics-text;version=2.0.0', 'text'],
    ['nothing that we have', 'image/png', 'text'],
    ['garbage', ';;,=,q=;q=x,text', 'text'],
  ])('answers %s', (_name, accept, format) => {
    expect(metricsFormatFor(accept)).toBe(format);
  });
});

describe('acceptsGzip', () => {
  test.each([
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['GZIP;q=0.5', true],
    ['*', true],
    ['gzip;q=0', false],
    ['*;q=1, gzip;q=0', false],
    ['identity, gzip;q=0.5', false],
    ['deflate', false],
    ['', false],
    [undefined, false],
  ])('takes %j as %s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});
