import type { Node, TSESTree } from './ast.ts';
import type { MetricDefinition } from './collect-metrics.ts';
import type { Evaluator } from './evaluate.ts';
import type { LabelFact } from './facts.ts';
import { declaredDomain, type DeclaredDomain, type DeclaredLabels } from './label-domains.ts';
import type { Module } from './module.ts';

/** Buckets of prom-client's and OpenTelemetry's histograms where the code names none (prom-client 15: 11, OTel SDK 2: 15). */
const DEFAULT_BUCKETS = { prom: 11, otel: 15 } as const;
/** Default percentiles of prom-client's summary. */
const DEFAULT_QUANTILES = 7;

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

/** How many values a label has: a number, or why there is none. */
export type LabelDomain =
  { readonly count: number; readonly why: string } | { readonly unbounded: string } | { readonly unknown: string };

/** Estimated number of time series, or why there is none. */
export type Series = { readonly count: number } | { readonly unbounded: string } | { readonly unknown: string };

/** Domains by label, in the order of the definition and then of the writes. */
export function labelDomains(
  { labelNames, declared }: Pick<MetricDefinition, 'labelNames' | 'declared'>,
  writes: readonly { readonly labels: readonly LabelFact[] }[],
): ReadonlyMap<string, LabelDomain> {
  const written = new Map<string, LabelFact[]>();
  for (const name of labelNames ?? []) written.set(name, []);
  for (const { labels } of writes)
    for (const label of labels) {
      const list = written.get(label.key);
      if (list) list.push(label);
      // A label that the definition does not declare is not stored.
      else if (!declared) written.set(label.key, [label]);
    }
  return new Map([...written].map(([key, labels]) => [key, domainOf(labels, declaredDomain(declared, key))]));
}

function domainOf(labels: readonly LabelFact[], declared: DeclaredDomain | undefined): LabelDomain {
  if (declared?.count !== undefined) return { count: declared.count, why: declared.text };
  const open = labels.find((l) => l.bound.bound === 'unbounded');
  if (open) return { unbounded: open.bound.why };
  const unclear = labels.find((l) => l.bound.count === undefined);
  if (unclear) return { unknown: unclear.bound.why };
  // The same constant in two writes is one value; a set that several writes share is counted once.
  const constants = new Set(labels.filter((l) => l.bound.count === 1).map((l) => l.valueText));
  const largest = labels.reduce((n, l) => Math.max(n, l.bound.count ?? 0), 0);
  const values = new Set(labels.flatMap((l) => l.bound.values ?? []));
  // Sets that share no value add up, where all of them are known.
  if (values.size > Math.max(constants.size, largest) && labels.every((l) => l.bound.values !== undefined))
    return { count: values.size, why: [...values].slice(0, 6).join(', ') };
  const count = Math.max(1, constants.size, largest);
  const why = labels.find((l) => l.bound.count === largest)?.bound.why ?? 'not set by any write';
  return { count, why: constants.size >= largest && constants.size > 0 ? [...constants].slice(0, 6).join(', ') : why };
}

/** Product of the label domains times the series of one label set; or the label that has no bound. */
export function seriesOf(
  { declared, perSet }: { readonly declared?: DeclaredLabels | undefined; readonly perSet: number },
  domains: ReadonlyMap<string, LabelDomain>,
  isWritten: boolean,
): Series {
  let sets = 1;
  let unknown: string | undefined;
  for (const [key, domain] of domains) {
    if ('unbounded' in domain) return { unbounded: `label \`${key}\` takes ${domain.unbounded}` };
    if ('unknown' in domain) unknown ??= key === '*' ? domain.unknown : `label \`${key}\`: ${domain.unknown}`;
    else sets *= domain.count;
  }
  if (unknown !== undefined) return { unknown };
  if (!isWritten && [...domains.keys()].some((key) => declaredDomain(declared, key)?.count === undefined))
    return { unknown: 'no write was found' };
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
