import { rangeOf, type Node, type TSESTree } from './ast.ts';
import { emissionFact } from './collect-labels.ts';
import { definitionAt, definitionOf, isCreator, type MetricDefinition } from './collect-metrics.ts';
import type { Evaluator } from './evaluate.ts';
import type { EmissionFact, MetricFact } from './facts.ts';
import type { Module } from './module.ts';
import { sinkSites } from './sinks.ts';

/** Buckets of prom-client's and OpenTelemetry's histograms where the code names none (prom-client 15: 11, OTel SDK 2: 15). */
const DEFAULT_BUCKETS = { prom: 11, otel: 15 } as const;
/** Default percentiles of prom-client's summary. */
const DEFAULT_QUANTILES = 7;
const MAX_FILES = 12;

/** Metrics that a file defines, each with the number of time series that the writes to it in the workspace can make. */
export function metricFacts(ev: Evaluator, module: Module): readonly MetricFact[] {
  const out: MetricFact[] = [];
  const calls: readonly (TSESTree.NewExpression | TSESTree.CallExpression)[] = [
    ...module.scopes.nodes('NewExpression'),
    ...module.scopes.nodes('CallExpression').filter(isCreator),
  ];
  for (const call of calls) {
    const definition = isDefinition(ev, call, module) ? definitionAt(ev, call, module) : undefined;
    if (!definition) continue;
    const [start, end] = rangeOf(call);
    const { name, instrument, labelNames, help } = definition;
    out.push({
      range: { start, end },
      name,
      instrument,
      labelNames,
      help,
      series: seriesOf(definition, emissionsOf(ev, definition, module), perLabelSet(ev, call, definition, module)),
    });
  }
  return out;
}

/** Does a call make a metric, rather than lead to one? */
export function isDefinition(
  ev: Evaluator,
  call: TSESTree.NewExpression | TSESTree.CallExpression,
  module: Module,
): boolean {
  const value = ev.ask(call, module);
  return (
    value.type === 'shape' &&
    value.origin === call &&
    /^(?:(?:prom|telint)\.(?:Counter|Gauge|Histogram|Summary)|otel\.(?:Counter|Histogram|Observable))$/.test(
      value.shape,
    )
  );
}

/** Writes to a metric in its own file and in files that import it. */
function emissionsOf(ev: Evaluator, definition: MetricDefinition, module: Module): readonly EmissionFact[] {
  const modules = [
    module,
    ...ev.host
      .mentioning([], { importing: module.path })
      .slice(0, MAX_FILES)
      .flatMap((p) => (p === module.path ? [] : (ev.graph.moduleAt(p) ?? []))),
  ];
  const out: EmissionFact[] = [];
  for (const m of modules) {
    for (const site of sinkSites(ev, m)) {
      if (site.sink.kind !== 'metric-emit') continue;
      const found = definitionOf(ev, site, m);
      if (found && sameDefinition(found, definition)) out.push(emissionFact(ev, site, m));
    }
  }
  return out;
}

/** The host may parse a file again under another tree: a definition is the same when its name and place are. */
function sameDefinition(a: MetricDefinition, b: MetricDefinition): boolean {
  return a.node === b.node || (a.name !== undefined && a.name === b.name && rangeOf(a.node)[0] === rangeOf(b.node)[0]);
}

/** Product of the label domains times the series of one label set; or the label that has no bound. */
export function seriesOf(
  definition: Pick<MetricDefinition, 'labelNames' | 'declared'>,
  emissions: readonly EmissionFact[],
  perSet: number,
): MetricFact['series'] {
  const { declared } = definition;
  const domains = new Map<string, number>();
  for (const [key, { count }] of Object.entries(declared?.domains ?? {}))
    if (count !== undefined) domains.set(key, count);
  const fixed = new Set(domains.keys());
  let open: string | undefined;
  for (const { labels } of emissions) {
    for (const { key, bound } of labels) {
      // What the definition does not declare is not stored.
      if (fixed.has(key) || (declared && !Object.hasOwn(declared.domains, key))) continue;
      if (bound.bound === 'unbounded') return { unbounded: `label \`${key}\` takes ${bound.why}` };
      if (bound.count === undefined) open ??= `label \`${key}\`: ${bound.why}`;
      // Constants of different writes are different values; a set that several writes share is counted once.
      else
        domains.set(
          key,
          bound.count === 1 ? (domains.get(key) ?? 0) + 1 : Math.max(domains.get(key) ?? 0, bound.count),
        );
    }
  }
  if (open !== undefined) return { unknown: open };
  if (emissions.length === 0 && (definition.labelNames?.length ?? 0) > fixed.size)
    return { unknown: 'no write was found' };
  const sets = [...domains.values()].reduce((a, b) => a * b, 1);
  return { count: Math.min(sets, declared?.maxSets ?? Infinity) * perSet };
}

/** Series of one set of labels: one for each bucket or quantile, the sum and the count. */
export function perLabelSet(
  ev: Evaluator,
  call: TSESTree.NewExpression | TSESTree.CallExpression,
  { instrument, library, declared }: Pick<MetricDefinition, 'instrument' | 'library' | 'declared'>,
  module: Module,
): number {
  const config = call.arguments[library === 'prom' ? 0 : 1];
  if (instrument === 'summary') return listLength(ev, config, 'percentiles', module, DEFAULT_QUANTILES) + 2;
  if (instrument !== 'histogram') return 1;
  const generated = declared ? generatedBuckets(ev, config, module) : undefined;
  const buckets =
    library === 'prom'
      ? (generated ?? listLength(ev, config, 'buckets', module, DEFAULT_BUCKETS.prom))
      : DEFAULT_BUCKETS.otel;
  // Every bucket, +Inf, the sum and the count.
  return buckets + 3;
}

/** `exponential: { start, factor, count }`, `linear: { start, width, count }`. */
function generatedBuckets(ev: Evaluator, config: Node | undefined, module: Module): number | undefined {
  const value = config ? ev.ask(config, module) : undefined;
  const props = value?.type === 'object' ? value.props : undefined;
  const shape = (props?.get('exponential') ?? props?.get('linear'))?.get();
  const count = shape?.type === 'object' ? shape.props.get('count')?.get() : undefined;
  return count?.type === 'literal' && typeof count.value === 'number' ? count.value : undefined;
}

function listLength(ev: Evaluator, config: Node | undefined, key: string, module: Module, fallback: number): number {
  const value = config && config.type !== 'SpreadElement' ? ev.ask(config, module) : undefined;
  const list = value?.type === 'object' ? value.props.get(key)?.get() : undefined;
  return list?.type === 'array' && list.exact ? list.items.length : fallback;
}
