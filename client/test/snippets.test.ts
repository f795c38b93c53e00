import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileBlocks } from '../../runtime/test/support/docs-compiler.ts';
import { configOf } from '../../server/src/config.ts';
import { Runner } from '../../server/src/runner.ts';
import { expand } from './expand.ts';

interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

type Snippets = Readonly<Record<string, Snippet>>;

const read = (language: string): Snippets =>
  JSON.parse(readFileSync(new URL(`../../snippets/${language}.json`, import.meta.url), 'utf8')) as Snippets;

const typescript = read('typescript');
const javascript = read('javascript');

/** What stands above a snippet in the file that it is inserted into. */
const API =
  "import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace, type Span } from '@opentelemetry/api';";
const TRACER = `${API}\nconst tracer = trace.getTracer('shop');`;
const METRICS =
  "import { createMetrics, oneOf, statusClass, template } from '@telint/runtime/metrics';\nconst metrics = createMetrics();";
const PROPAGATION =
  "import { onMessageWithContext, postMessageWithContext, traceChannel, withConsumerSpan, workerDataWithContext } from '@telint/runtime/propagation';";
const AMQP = `import type { ChannelModel } from 'amqplib';\n${PROPAGATION}\ndeclare const connection: ChannelModel;\ndeclare const order: object;`;
const MESSAGE = 'declare const message: { readonly headers: Record<string, string> };';
const PRELUDES: Readonly<Record<string, string>> = {
  'tel-counter': "import { Counter } from 'prom-client';",
  'tel-gauge': "import { Gauge } from 'prom-client';\nconst queue: string[] = [];",
  'tel-histogram': "import { Histogram } from 'prom-client';",
  'tel-metric': METRICS,
  'tel-span': TRACER,
  'tel-span-async': TRACER,
  'tel-span-generator': "import { traced } from '@telint/runtime';",
  'tel-with-span': "import { withSpan } from '@telint/runtime';\nconst items: string[] = [];",
  'tel-child-span': `${TRACER}\ndeclare const parent: Span;`,
  'tel-attributes': `import type { Span } from '@opentelemetry/api';
import { ATTR_DB_SYSTEM_NAME, ATTR_HTTP_RESPONSE_STATUS_CODE, ATTR_HTTP_ROUTE, ATTR_SERVER_ADDRESS, ATTR_URL_SCHEME } from '@opentelemetry/semantic-conventions';
declare const span: Span;`,
  'tel-error': `${API}\ndeclare const span: Span;\ndeclare const error: unknown;`,
  'tel-inject': API,
  'tel-extract': `${API}\n${MESSAGE}\ndeclare const handle: (received: object) => void;`,
  'tel-producer': AMQP,
  'tel-consumer': AMQP,
  'tel-consume': `${PROPAGATION}\n${MESSAGE}`,
  'tel-worker': `import { Worker } from 'node:worker_threads';\n${PROPAGATION}`,
  'tel-worker-thread': `import { parentPort } from 'node:worker_threads';\n${PROPAGATION}`,
  'tel-sanitizer': "import { createSanitizer } from '@telint/runtime/sanitize';\ndeclare const payload: object;",
  'tel-logger': "import pino from 'pino';\nimport { pinoOptions } from '@telint/runtime/log';",
  'tel-metrics-endpoint': `${METRICS}\nimport { startMetricsServer } from '@telint/runtime/exporters/prometheus';`,
  'tel-start': "import { startTelemetry } from '@telint/runtime';",
};

/** Every way to fill in a snippet: with its defaults, and with each of its choices. */
function texts({ prefix, body }: Snippet): string[] {
  return expand(body.join('\n')).map((text) => `${PRELUDES[prefix] ?? ''}\n${text}\n`);
}

const all = Object.values(typescript);
const folder = mkdtempSync(join(tmpdir(), 'telint-snippets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Rules that report on a file with this text. */
function rulesOn(name: string, text: string): string[] {
  const file = join(folder, name);
  writeFileSync(file, text);
  const { findings, error } = new Runner(folder, configOf({ preset: 'all' }, 'telint.json')).lint(file);
  return [...findings.map(({ rule }) => rule), ...(error === undefined ? [] : [error])];
}

describe('snippets', () => {
  it('compile against the real packages', () => {
    const blocks = all.flatMap((snippet) =>
      texts(snippet).map((text) => ({ page: snippet.prefix, line: 1, text, isChecked: true })),
    );
    expect(blocks.length).toBeGreaterThan(all.length);
    expect(compileBlocks(blocks)).toEqual([]);
  }, 120_000);

  it.each(all.map((snippet) => [snippet.prefix, snippet] as const))('%s has no finding', (prefix, snippet) => {
    for (const [index, text] of texts(snippet).entries()) expect(rulesOn(`${prefix}-${index}.ts`, text)).toEqual([]);
  });

  it.each(Object.values(javascript).map((snippet) => [snippet.prefix, snippet] as const))(
    '%s is JavaScript without a finding',
    (prefix, { body }) => {
      for (const [index, text] of expand(body.join('\n')).entries())
        expect(rulesOn(`${prefix}-${index}.mjs`, text)).toEqual([]);
    },
  );

  it('are the same in both languages but for types', () => {
    expect(Object.keys(javascript)).toEqual(Object.keys(typescript));
    const untyped = (body: readonly string[]): string =>
      body.join('\n').replace(/: Record<string, string>|: \$\{4:number\}/g, '');
    for (const [title, { prefix, body }] of Object.entries(typescript))
      expect([javascript[title]?.prefix, javascript[title]?.body.join('\n')]).toEqual([prefix, untyped(body)]);
  });

  it('are found wrong when they are', () => {
    const counter = typescript['Counter']?.body.join('\n') ?? '';
    const [text = ''] = expand(counter);
    const use = `${PRELUDES['tel-counter'] ?? ''}\n${text}\nexport const count = (id: string) => { orders.inc({ outcome: crypto.randomUUID() + id }); };\n`;
    expect(rulesOn('wrong.ts', use)).toEqual(['telint/no-unbounded-metric-labels']);
  });

  it('have prefixes that begin alike, so that one word lists them', () => {
    for (const { prefix, description } of all) {
      expect(prefix).toMatch(/^tel-[a-z-]+$/);
      expect(description).toMatch(/^\S.{10,90}[^.]$/);
      expect(PRELUDES).toHaveProperty(prefix);
    }
    expect(new Set(all.map(({ prefix }) => prefix)).size).toBe(all.length);
  });
});
