import { describe, expect, it } from 'vitest';
import { negotiateEncoding, negotiateFormat } from '../src/negotiate.ts';

/** What scrapers of different ages really send. */
const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
const PROMETHEUS_3_TEXT_ONLY = 'text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
const PROMETHEUS_PROTOBUF_FIRST =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe('negotiateFormat', () => {
  it.each([
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    [PROMETHEUS_2, 'openmetrics'],
    [PROMETHEUS_3, 'openmetrics'],
    [PROMETHEUS_3_TEXT_ONLY, 'text'],
    [PROMETHEUS_PROTOBUF_FIRST, 'openmetrics'],
    [BROWSER, 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/json', 'text'],
    ['application/*', 'openmetrics'],
    ['application/openmetrics-text;q=0.3, text/plain;q=0.7', 'text'],
    ['text/plain;q=0.3, application/openmetrics-text;q=0.7', 'openmetrics'],
    ['application/openmetrics-text;q=0, */*', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['text/plain;q=0, */*', 'openmetrics'],
    ['text/plain;q=0, application/openmetrics-text;q=0', 'text'],
    ['*/*;q=0', 'text'],
    ['application/openmetrics-text;q=1.5, text/plain;q=0.1', 'text'],
    ['application/openmetrics-text;q=abc, text/plain;q=0.1', 'text'],
    // Equal qualities: what is named more closely, then what is named first.
    ['text/plain, application/openmetrics-text;version=1.0.0', 'openmetrics'],
    ['text/plain, application/openmetrics-text', 'text'],
    ['application/openmetrics-text, text/plain', 'openmetrics'],
    // The closer range decides a format's quality, wherever it stands.
    ['*/*;q=0.9, application/openmetrics-text;q=0.1, text/*;q=0.2', 'text'],
    // A separator inside a quoted string separates nothing.
    ['text/plain;x="a,application/openmetrics-text";q=0.5, application/openmetrics-text;q=0.4', 'text'],
    [',,;;=,', 'text'],
    ['"', 'text'],
  ] as const)('%s → %s', (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });

  it('serves only the formats on offer, the first by default', () => {
    expect(negotiateFormat(PROMETHEUS_2, ['text'])).toBe('text');
    expect(negotiateFormat(undefined, ['openmetrics', 'text'])).toBe('openmetrics');
    expect(negotiateFormat('*/*', ['openmetrics', 'text'])).toBe('openmetrics');
    expect(negotiateFormat('text/plain', ['openmetrics'])).toBe('openmetrics');
  });

  it.each([`"${'\\'.repeat(100_000)}`, ',"'.repeat(50_000), ';='.repeat(50_000), 'a;"'.repeat(50_000)])(
    'reads a hostile header in linear time',
    (header) => {
      const started = performance.now();
      for (let n = 0; n < 10; n++) negotiateFormat(header);
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );
});

describe('negotiateEncoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'gzip'],
    ['br, deflate', 'identity'],
    ['*', 'gzip'],
    ['*;q=0', 'identity'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, *', 'identity'],
    ['gzip;q=0.000', 'identity'],
    ['identity;q=0.5, gzip;q=0.4', 'identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity;q=0', 'identity'],
    ['gzip;q=2', 'identity'],
  ] as const)('%s → %s', (header, encoding) => {
    expect(negotiateEncoding(header)).toBe(encoding);
  });
});
