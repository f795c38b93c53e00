import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ENVIRONMENT_VARIABLES } from '../src/environment-table.ts';
import { readEnvironment } from '../src/environment.ts';

let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((message) => {
    warnings.push(String(message));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('an empty environment says nothing', () => {
  expect(readEnvironment({})).toEqual({
    disabled: false,
    resourceAttributes: {},
    headers: {},
    tls: {},
    spanLimits: {},
    serviceName: undefined,
    logLevel: undefined,
    propagators: undefined,
    sampler: undefined,
    samplerArg: undefined,
    exporter: undefined,
    protocol: undefined,
    endpoint: undefined,
    timeoutMs: undefined,
    compression: undefined,
    scheduledDelayMs: undefined,
    exportTimeoutMs: undefined,
    maxQueueSize: undefined,
    maxExportBatchSize: undefined,
  });
  expect(readEnvironment(Object.fromEntries(ENVIRONMENT_VARIABLES.map(({ name }) => [name, ' '])))).toEqual(
    readEnvironment({}),
  );
  expect(warnings).toEqual([]);
});

test.each([
  ['OTEL_SDK_DISABLED', 'TRUE', { disabled: true }],
  ['OTEL_SERVICE_NAME', 'shop', { serviceName: 'shop' }],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=b%2Cc, d = e', { resourceAttributes: { a: 'b,c', d: 'e' } }],
  ['OTEL_LOG_LEVEL', 'DEBUG', { logLevel: 'debug' }],
  ['OTEL_PROPAGATORS', 'baggage, tracecontext,baggage', { propagators: ['baggage', 'tracecontext'] }],
  ['OTEL_TRACES_SAMPLER', 'parentbased_traceidratio', { sampler: 'parentbased_traceidratio' }],
  ['OTEL_TRACES_SAMPLER_ARG', '0.25', { samplerArg: 0.25 }],
  ['OTEL_TRACES_EXPORTER', 'none', { exporter: 'none' }],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json', { protocol: 'http/json' }],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc', { protocol: 'grpc' }],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://c:4318', { endpoint: 'https://c:4318/v1/traces' }],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://c:4318/base/', { endpoint: 'https://c:4318/base/v1/traces' }],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'https://c:4318/in', { endpoint: 'https://c:4318/in' }],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=a%3Db,x=1', { headers: { 'api-key': 'a=b', x: '1' } }],
  ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'x=2', { headers: { x: '2' } }],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '2500', { timeoutMs: 2500 }],
  ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', '3', { timeoutMs: 3 }],
  ['OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip', { compression: 'gzip' }],
  ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'none', { compression: 'none' }],
  ['OTEL_BSP_SCHEDULE_DELAY', '0', { scheduledDelayMs: 0 }],
  ['OTEL_BSP_EXPORT_TIMEOUT', '100', { exportTimeoutMs: 100 }],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '10', { maxQueueSize: 10 }],
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '5', { maxExportBatchSize: 5 }],
  ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '9', { spanLimits: { attributeValueLengthLimit: 9 } }],
  ['OTEL_ATTRIBUTE_COUNT_LIMIT', '9', { spanLimits: { attributeCountLimit: 9 } }],
  ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', '9', { spanLimits: { attributeValueLengthLimit: 9 } }],
  ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '9', { spanLimits: { attributeCountLimit: 9 } }],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', '0', { spanLimits: { eventCountLimit: 0 } }],
  ['OTEL_SPAN_LINK_COUNT_LIMIT', '9', { spanLimits: { linkCountLimit: 9 } }],
  ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', '9', { spanLimits: { attributePerEventCountLimit: 9 } }],
  ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', '9', { spanLimits: { attributePerLinkCountLimit: 9 } }],
])('%s=%s', (name, value, expected) => {
  expect(readEnvironment({ [name]: value })).toMatchObject(expected);
  expect(warnings).toEqual([]);
});

test('the variable of traces wins over the one of all signals', () => {
  const environment = readEnvironment({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://all:1',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces:2/',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=1',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1',
    OTEL_ATTRIBUTE_COUNT_LIMIT: '2',
  });
  expect(environment).toMatchObject({ endpoint: 'https://traces:2/', headers: { a: '1', b: '2' }, timeoutMs: 2 });
  expect(environment.spanLimits).toEqual({ attributeCountLimit: 1 });
});

test('an endpoint for gRPC gets no path', () => {
  const environment = readEnvironment({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c:4317',
  });
  expect(environment.endpoint).toBe('https://c:4317/');
});

describe('values that cannot be used', () => {
  test.each([
    ['OTEL_SDK_DISABLED', '1'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=b,broken'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
    ['OTEL_LOG_LEVEL', 'loud'],
    ['OTEL_PROPAGATORS', 'b3'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_TRACES_SAMPLER_ARG', 'many'],
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'not a url'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret-token-without-a-name'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'brotli'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/does/not/exist.pem'],
    ['OTEL_EXPORTER_OTLP_CLIENT_KEY', '/does/not/exist.key'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '1.5'],
    ['OTEL_BSP_SCHEDULE_DELAY', '-1'],
    ['OTEL_SPAN_LINK_COUNT_LIMIT', 'x'],
  ])('%s=%s: the default', async (name, value) => {
    // Each warning is told once per process: a fresh module tells it again.
    vi.resetModules();
    const fresh = await import('../src/environment.ts');
    expect(fresh.readEnvironment({ [name]: value })).toEqual(fresh.readEnvironment({}));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(name);
    expect(warnings[0]).not.toContain('secret-token');
  });

  test('one unknown propagator does not cost the others', async () => {
    vi.resetModules();
    const fresh = await import('../src/environment.ts');
    expect(fresh.readEnvironment({ OTEL_PROPAGATORS: 'b3,tracecontext' }).propagators).toEqual(['tracecontext']);
    expect(warnings).toHaveLength(1);
  });
});

test('certificates are read from files, those of traces first', () => {
  const directory = mkdtempSync(join(tmpdir(), 'telint-environment-'));
  const path = (name: string): string => join(directory, name);
  for (const name of ['ca', 'ca-traces', 'cert', 'key']) writeFileSync(path(name), name);
  const { tls } = readEnvironment({
    OTEL_EXPORTER_OTLP_CERTIFICATE: path('ca'),
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: path('ca-traces'),
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: path('cert'),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: path('key'),
  });
  expect(Object.fromEntries(Object.entries(tls).map(([name, content]) => [name, String(content)]))).toEqual({
    ca: 'ca-traces',
    cert: 'cert',
    key: 'key',
  });
  rmSync(directory, { recursive: true });
});

describe('the documented table', () => {
  const source = readFileSync(join(import.meta.dirname, '..', 'src', 'environment.ts'), 'utf8');
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'environment.md'), 'utf8');

  test('has a row for every variable, and no other', () => {
    const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
    const rows = page.split('\n').filter((line) => line.startsWith('| `OTEL_'));
    const expected = ENVIRONMENT_VARIABLES.map(({ name, values, fallback }) => [
      '',
      `\`${name}\``,
      values,
      fallback,
      '',
    ]);
    expect(rows.map(cells)).toEqual(expected);
  });

  test('names exactly the variables that are read', () => {
    const asked = new Set<string>();
    const spy = new Proxy({}, { get: (_, name) => void asked.add(String(name)) });
    readEnvironment(spy);
    expect([...asked].sort()).toEqual(ENVIRONMENT_VARIABLES.map(({ name }) => name).sort());
    expect(source).not.toContain('process.env[');
  });
});
