import type { Head } from './head.ts';
import type { InstrumentContext } from './index.ts';
import { stemOf, wordsOf } from './name.ts';
import type { Sheet } from './sheet.ts';
import { literal } from './span-actions.ts';
import type { Target } from './target.ts';

/** A package that counters and histograms are written with. */
export type Library =
  | 'prom-client'
  | '@prometheus-io/client'
  | '@platformatic/prom-client'
  | '@opentelemetry/api'
  | '@telint/runtime/metrics';

/** The name of a new metric's constant, and the definition that it refers to. */
export interface Defined {
  readonly name: string;
  readonly after: string | undefined;
}

const PROMETHEUS = ['prom-client', '@prometheus-io/client', '@platformatic/prom-client'] as const;

/** The library of a file: what it imports already, what its package depends on, else prom-client. */
export function libraryOf(sheet: Sheet, context: InstrumentContext): Library {
  if (context.flavour === 'runtime') return '@telint/runtime/metrics';
  const imported = PROMETHEUS.find((name) => new RegExp(`(?:from|require\\()\\s*['"]${name}['"]`).test(sheet.text));
  if (imported) return imported;
  const dependencies = context.project?.dependencies;
  const known = PROMETHEUS.find((name) => dependencies?.has(name));
  if (known) return known;
  if (dependencies && [...dependencies.keys()].some((name) => name.startsWith('@opentelemetry/')))
    return '@opentelemetry/api';
  return /\bgetMeter\(/.test(sheet.text) ? '@opentelemetry/api' : 'prom-client';
}

/** Defines a counter of a function's calls by outcome. */
export function counterOf(
  sheet: Sheet,
  head: Head,
  target: Target,
  library: Library,
  context: InstrumentContext,
): Defined {
  const { quote } = sheet.style;
  const words = metricWords(sheet, target, 'calls_total', context);
  const help = literal(`Calls of ${target.name} by outcome`, quote);
  const constant = head.names.free(camel([...target.words, 'calls']), camel([...target.words, 'call', 'counter']));
  const text = (s: string): string => literal(s, quote);
  switch (library) {
    case '@opentelemetry/api':
      return define(sheet, head, constant, meterOf(sheet, head, context), (meter) => [
        `${meter}.createCounter(${text([...words, 'calls'].join('.'))}, `,
        [`description: ${help}`],
        ')',
      ]);
    case '@telint/runtime/metrics': {
      const oneOf = head.import(library, 'oneOf', 'oneValueOf');
      const labels = `labels: { outcome: ${oneOf}(${text('success')}, ${text('error')}) }`;
      return define(sheet, head, constant, metricsOf(sheet, head, context), (metrics) => [
        `${metrics}.counter(`,
        [`name: ${text([...words, 'calls_total'].join('_'))}`, `help: ${help}`, labels],
        ')',
      ]);
    }
    default: {
      const type = head.import(library, 'Counter', 'PromCounter');
      return define(sheet, head, constant, registryOf(sheet, head), (registry) => [
        `new ${type}(`,
        [
          `name: ${text([...words, 'calls_total'].join('_'))}`,
          `help: ${help}`,
          `labelNames: [${text('outcome')}]`,
          ...(registry === undefined ? [] : [`registers: [${registry}]`]),
        ],
        ')',
      ]);
    }
  }
}

/** Defines a histogram of a function's duration in seconds. */
export function histogramOf(
  sheet: Sheet,
  head: Head,
  target: Target,
  library: Library,
  context: InstrumentContext,
): Defined {
  const { quote } = sheet.style;
  const words = metricWords(sheet, target, 'duration_seconds', context);
  const help = literal(`Duration of ${target.name} in seconds`, quote);
  const constant = head.names.free(
    camel([...target.words, 'duration']),
    camel([...target.words, 'duration', 'histogram']),
  );
  const text = (s: string): string => literal(s, quote);
  const name = `name: ${text([...words, 'duration_seconds'].join('_'))}`;
  switch (library) {
    case '@opentelemetry/api':
      return define(sheet, head, constant, meterOf(sheet, head, context), (meter) => [
        `${meter}.createHistogram(${text([...words, 'duration'].join('.'))}, `,
        [`description: ${help}`, `unit: ${text('s')}`],
        ')',
      ]);
    case '@telint/runtime/metrics':
      return define(sheet, head, constant, metricsOf(sheet, head, context), (metrics) => [
        `${metrics}.histogram(`,
        [name, `help: ${help}`],
        ')',
      ]);
    default: {
      const type = head.import(library, 'Histogram', 'PromHistogram');
      return define(sheet, head, constant, registryOf(sheet, head), (registry) => [
        `new ${type}(`,
        [name, `help: ${help}`, ...(registry === undefined ? [] : [`registers: [${registry}]`])],
        ')',
      ]);
    }
  }
}

function define(
  { style }: Sheet,
  head: Head,
  name: string,
  needs: string | undefined,
  make: (needs: string | undefined) => readonly [string, readonly string[], string],
): Defined {
  const [open, entries, close] = make(needs);
  const { eol, unit, comma, semi } = style;
  const lines = entries.map((entry, i) => `${unit}${entry}${i < entries.length - 1 ? ',' : comma}${eol}`);
  head.define(`const ${name} = ${open}{${eol}${lines.join('')}}${close}${semi}`);
  return { name, after: needs };
}

/** Words of the metric's name: of the file and of the function, so that functions of one name in two files differ. */
function metricWords(sheet: Sheet, target: Target, suffix: string, context: InstrumentContext): readonly string[] {
  const stem = plainWords(wordsOf(stemOf(sheet.path).replace(/[^\x20-\x7e]/g, '')));
  const own = plainWords(target.words);
  const joined = own.join('_');
  const words = joined.startsWith(stem.join('_')) || stem.join('_') === joined ? [...own] : [...stem, ...own];
  if (/^\d/.test(words[0] ?? '')) words.unshift('call');
  const isTaken = (candidate: readonly string[]): boolean => {
    const name = [...candidate, suffix].join('_');
    const dotted = [...candidate, suffix.split('_')[0]].join('.');
    return (
      (context.isMetricName?.(name) ?? false) ||
      [name, dotted].some((n) => new RegExp(`['"\`]${n}['"\`]`).test(sheet.text))
    );
  };
  let result: readonly string[] = words;
  for (let i = 2; isTaken(result); i++) result = [...words, String(i)];
  return result;
}

/** Words that registries with strict names refuse: types of metrics, and units that are not the base unit. */
const REFUSED = new Set(
  'counter gauge histogram summary s ms us ns sec secs mins minutes hours days weeks millis milliseconds microseconds nanoseconds kb mb gb kib mib gib kilobytes megabytes gigabytes percent percentage pct fahrenheit kelvin kilometers centimeters millimeters kilograms milligrams'.split(
    ' ',
  ),
);

function plainWords(words: readonly string[]): readonly string[] {
  const kept = words.filter((word) => !REFUSED.has(word));
  return kept.length > 0 || words.length === 0 ? kept : ['work'];
}

function camel(words: readonly string[]): string {
  const name = words.map((w, i) => (i === 0 ? w : w.charAt(0).toUpperCase() + w.slice(1))).join('');
  return /^\d/.test(name) ? `call${name}` : name;
}

function meterOf(sheet: Sheet, head: Head, context: InstrumentContext): string {
  const { ts, style } = sheet;
  const own = head.defined(
    (init) =>
      ts.isCallExpression(init) &&
      ts.isPropertyAccessExpression(init.expression) &&
      init.expression.name.text === 'getMeter',
  );
  if (own !== undefined) return own;
  const metrics = head.import('@opentelemetry/api', 'metrics');
  const name = head.names.free('meter', 'otelMeter');
  const scope = literal(context.project?.packageName ?? stemOf(sheet.path), style.quote);
  head.define(`const ${name} = ${metrics}.getMeter(${scope})${style.semi}`);
  return name;
}

function metricsOf(sheet: Sheet, head: Head, context: InstrumentContext): string {
  const { ts, style, text } = sheet;
  const own =
    head.defined(
      (init) => ts.isCallExpression(init) && /(?:^|\.)createMetrics$/.test(init.expression.getText(sheet.source)),
    ) ??
    head.imported((name) =>
      new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}\\.(?:counter|histogram|gauge)\\(\\{`).test(text),
    );
  if (own !== undefined) return own;
  const create = head.import('@telint/runtime/metrics', 'createMetrics', 'createTelintMetrics');
  const client = PROMETHEUS.find((name) => context.project?.dependencies.has(name));
  const registry = client ? `{ registry: ${head.import(client, 'register', 'promRegister')} }` : '';
  const name = head.names.free('metrics', 'telintMetrics');
  head.define(`const ${name} = ${create}(${registry})${style.semi}`);
  return name;
}

/** The registry that other metrics of the file are in. */
function registryOf(sheet: Sheet, head: Head): string | undefined {
  const { ts, text } = sheet;
  const name = /\bregisters:\s*\[\s*([A-Za-z_$][\w$]*)\s*\]/.exec(text)?.[1];
  const isRegistry = (local: string): boolean => local === name;
  const own = head.defined(
    (init) => ts.isNewExpression(init) && /(?:^|\.)Registry$/.test(init.expression.getText(sheet.source)),
  );
  if (own !== undefined && (name === undefined || own === name)) return own;
  return name === undefined ? undefined : head.imported(isRegistry);
}
