import { inspect } from 'node:util';
import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import * as prometheusClient from '@prometheus-io/client';
import * as promClient from 'prom-client';
import ts from 'typescript';
import * as runtime from '../../../../runtime/src/index.ts';
import * as runtimeMetrics from '../../../../runtime/src/metrics.ts';
import * as kit from '../table/kit.ts';
import type { Version } from './apply.ts';

const exporter = new InMemorySpanExporter();
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
api.trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** What came of an expression, in a form that can be compared. */
export interface Outcome {
  readonly how: 'returned' | 'threw' | 'resolved' | 'rejected';
  readonly what: string;
  /** The value thrown. */
  readonly error?: unknown;
}

/** What a version of a file did. */
export interface Observation {
  readonly outcomes: readonly Outcome[];
  /** Ended spans of each expression; the first span is that of the caller and named `parent`. */
  readonly spans: readonly (readonly ReadableSpan[])[];
  /** Sum of counters and number of observations, by name and outcome. */
  readonly metrics: Readonly<Record<string, number>>;
}

function load({ path, text }: Version): Record<string, unknown> {
  const { outputText } = ts.transpileModule(text.replace(/^#!.*/, ''), {
    fileName: `file${(/\.[cm]?([jt]sx?)$/.exec(path)?.[0] ?? '.ts').replace(/\.[cm]/, '.')}`,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.React,
      jsxFactory: 'h',
      allowJs: true,
      esModuleInterop: true,
    },
  });
  const known: Record<string, unknown> = {
    '@opentelemetry/api': api,
    'prom-client': promClient,
    '@prometheus-io/client': prometheusClient,
    '@telint/runtime': runtime,
    '@telint/runtime/metrics': runtimeMetrics,
  };
  const require = (name: string): unknown => {
    if (name.endsWith('/kit')) return kit;
    if (name.endsWith('.json')) return { size: 3 };
    if (!(name in known)) throw new Error(`module ${name} is not known here`);
    return known[name];
  };
  const module = { exports: {} as Record<string, unknown> };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running what the actions write is what is tested
  const run = new Function('require', 'module', 'exports', outputText) as (...args: unknown[]) => void;
  run(require, module, module.exports);
  return module.exports;
}

async function drain(iterable: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const value of iterable) all.push(value);
  return all;
}

function shown(value: unknown, exports: Readonly<Record<string, unknown>>): string {
  const name = Object.keys(exports).find(
    (key) => exports[key] === value && typeof value === 'object' && value !== null,
  );
  if (name !== undefined) return `the same \`${name}\``;
  if (value instanceof Error) return `${value.constructor.name}: ${value.message} ${inspect(Object.entries(value))}`;
  return inspect(value, { depth: 6 }).replace(/\n\s+at [^\n]*/g, '');
}

async function outcomeOf(expression: string, exports: Record<string, unknown>): Promise<Outcome> {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- expressions of the table
  const run = new Function('m', 'drain', `return (${expression});`) as (m: unknown, d: typeof drain) => unknown;
  let result: unknown;
  try {
    result = run(exports, drain);
  } catch (error) {
    return { how: 'threw', what: shown(error, exports), error };
  }
  if (!(result instanceof Promise)) return { how: 'returned', what: shown(result, exports) };
  try {
    return { how: 'resolved', what: shown(await result, exports) };
  } catch (error) {
    return { how: 'rejected', what: shown(error, exports), error };
  }
}

/** Loads a version of a file and evaluates the expressions, each below a span of its own. */
export async function execute(version: Version, calls: readonly string[]): Promise<Observation> {
  promClient.register.clear();
  prometheusClient.register.clear();
  api.metrics.disable();
  const reader = new Reader();
  api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const exports = load(version);
  const outcomes: Outcome[] = [];
  const spans: ReadableSpan[][] = [];
  for (const call of calls) {
    exporter.reset();
    outcomes.push(
      await api.trace.getTracer('test').startActiveSpan('parent', async (parent) => {
        const outcome = await outcomeOf(call, exports);
        parent.end();
        return outcome;
      }),
    );
    spans.push(exporter.getFinishedSpans().slice());
  }
  const metrics: Record<string, number> = {};
  const registries = [promClient.register, prometheusClient.register, exports['registry']];
  for (const registry of registries) if (registry) await readRegistry(registry as Registry, metrics);
  for (const scope of (await reader.collect()).resourceMetrics.scopeMetrics)
    for (const { descriptor, dataPoints } of scope.metrics)
      for (const { value, attributes } of dataPoints)
        metrics[`${descriptor.name} ${typeof attributes['outcome'] === 'string' ? attributes['outcome'] : ''}`] =
          typeof value === 'number' ? value : (value as { count: number }).count;
  return { outcomes, spans, metrics };
}

/** A registry of prom-client or of its successor. */
interface Registry {
  getMetricsAsJSON(): Promise<{ name: string; values: unknown[] }[]>;
}

async function readRegistry(registry: Registry, metrics: Record<string, number>): Promise<void> {
  for (const { name, values } of await registry.getMetricsAsJSON())
    for (const { value, labels, metricName } of values as promClient.MetricValueWithName<string>[]) {
      if (metricName !== undefined && /_(?:bucket|sum|created)$/.test(metricName)) continue;
      if (metricName === undefined && labels['le'] !== undefined) continue;
      metrics[`${name} ${String(labels['outcome'] ?? '')}`] = value;
    }
}
