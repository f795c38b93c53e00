import { argumentAt, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import { snippet } from './expressions.ts';
import type { LabelFact, Range } from './facts.ts';
import { shapeOf } from './libraries.ts';
import type { Module } from './module.ts';
import { FOLDED_VALUE, RUNTIME_LIMITS } from '../knowledge/libraries/telint-runtime.ts';
import type { Value } from './value.ts';

/** What the definition of a metric lets a label hold. */
export interface DeclaredDomain {
  /** Source text: "`oneOf('a', 'b')`". */
  readonly text: string;
  /** Most different values; undefined where the code does not say. */
  readonly count: number | undefined;
  /** The values, where they are constants. */
  readonly values: readonly string[] | undefined;
  /** Values are stored as they were written. */
  readonly keepsText: boolean;
  /** The name of the label in the call that makes the metric, without quotes. */
  readonly keyRange?: Range | undefined;
}

/** Domains by label, and how many sets of labels the registry keeps. */
export interface DeclaredLabels {
  readonly domains: Readonly<Record<string, DeclaredDomain>>;
  readonly maxSets: number | undefined;
}

/** Domain of a label, where the definition declares one. */
export function declaredDomain(declared: DeclaredLabels | undefined, label: string): DeclaredDomain | undefined {
  return declared && Object.hasOwn(declared.domains, label) ? declared.domains[label] : undefined;
}

/** Limits that the set of metrics behind a receiver was made with. */
export interface RuntimeLimits {
  readonly valuesPerLabel: number | undefined;
  readonly seriesPerMetric: number | undefined;
}

/** Reads the limits in the call that made a set of metrics. */
export function limitsOf(ev: Evaluator, call: Node | undefined, module: Module | undefined): RuntimeLimits {
  if (call?.type !== 'CallExpression' || !module) return { valuesPerLabel: undefined, seriesPerMetric: undefined };
  const argument = argumentAt(call, 0);
  if (argument === undefined && call.arguments.length === 0) return RUNTIME_LIMITS;
  const options = argument ? ev.ask(argument, module) : undefined;
  const limits = propertyOf(options, 'limits');
  const limit = (name: keyof RuntimeLimits): number | undefined =>
    limits === 'absent' ? RUNTIME_LIMITS[name] : numberAt(limits, name, RUNTIME_LIMITS[name]);
  return { valuesPerLabel: limit('valuesPerLabel'), seriesPerMetric: limit('seriesPerMetric') };
}

/** Reads the label domains of a definition; undefined where its labels are not all known. */
export function declaredLabels(
  ev: Evaluator,
  config: Extract<Value, { type: 'object' }>,
  home: { readonly call: Node; readonly module: Module },
  limits: RuntimeLimits,
): DeclaredLabels | undefined {
  const labels = propertyOf(config, 'labels');
  const maxSets = numberAt(config, 'maxSeries', limits.seriesPerMetric);
  if (labels === 'absent') return { domains: {}, maxSets };
  if (labels?.type !== 'object' || labels.rest.length > 0) return undefined;
  const domains = [...labels.props].map(([key, { get, node, module }]) => [
    key,
    {
      ...domainOf(ev, get(), snippet(node.type === 'Property' ? node.value : node, module, 60), limits),
      ...(module === home.module && { keyRange: keyIn(home.call, node) }),
    },
  ]);
  return { domains: Object.fromEntries(domains) as Record<string, DeclaredDomain>, maxSets };
}

/** Key of a property that stands inside of a call; a shorthand is a variable too. */
function keyIn(call: Node, property: Node): Range | undefined {
  const [from, to] = rangeOf(call);
  if (property.type !== 'Property' || property.shorthand || property.computed) return undefined;
  const [start, end] = rangeOf(property.key);
  const quote = property.key.type === 'Literal' ? 1 : 0;
  return start >= from && end <= to ? { start: start + quote, end: end - quote } : undefined;
}

function domainOf(ev: Evaluator, value: Value, text: string, limits: RuntimeLimits): DeclaredDomain {
  const facts = value.type === 'shape' ? shapeOf(value.shape)?.domain : undefined;
  const call = value.type === 'shape' ? value.origin : undefined;
  const made = value.type === 'shape' ? value.module : undefined;
  if (!facts || call?.type !== 'CallExpression' || !made)
    return { text, count: undefined, values: undefined, keepsText: false };
  if (facts.is === 'count') {
    const fallback = facts.fallback === 'limit' ? limits.valuesPerLabel : facts.fallback;
    const count = countIn(ev, call, made, facts.property, fallback);
    return {
      text,
      count: count === undefined ? undefined : count * (facts.times ?? 1),
      values: undefined,
      keepsText: facts.keepsText === true,
    };
  }
  const values = facts.is === 'values' ? facts.values : constantsOf(ev, call, made);
  return { text, count: values?.length, values, keepsText: false };
}

function countIn(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  module: Module,
  property: string | undefined,
  fallback: number | undefined,
): number | undefined {
  if (call.arguments.length === 0) return fallback;
  const argument = argumentAt(call, 0);
  const value = argument ? ev.ask(argument, module) : undefined;
  if (property !== undefined) return numberAt(value, property, fallback);
  return value?.type === 'literal' && typeof value.value === 'number' ? value.value : undefined;
}

/** Constant arguments of a call, lists that are spread among them. */
function constantsOf(ev: Evaluator, call: TSESTree.CallExpression, module: Module): readonly string[] | undefined {
  const values: string[] = [];
  for (const argument of call.arguments) {
    const value = ev.ask(unwrap(argument.type === 'SpreadElement' ? argument.argument : argument), module);
    const parts = argument.type !== 'SpreadElement' ? [value] : itemsOf(value);
    for (const part of parts ?? [undefined]) {
      if (part?.type !== 'literal') return undefined;
      values.push(String(part.value));
    }
  }
  return [...new Set(values)];
}

function itemsOf(value: Value): readonly Value[] | undefined {
  return value.type === 'array' && value.exact ? value.items.map((item) => item()) : undefined;
}

function propertyOf(value: Value | undefined, name: string): Value | 'absent' | undefined {
  if (value?.type !== 'object') return undefined;
  return value.props.get(name)?.get() ?? (value.rest.length === 0 ? 'absent' : undefined);
}

function numberAt(value: Value | undefined, name: string, fallback: number | undefined): number | undefined {
  const found = propertyOf(value, name);
  if (found === 'absent') return fallback;
  return found?.type === 'literal' && typeof found.value === 'number' ? found.value : undefined;
}

/**
 * A label as the registry stores it: never more values than its domain has, and personal data only where the domain
 * keeps texts.
 */
export function withinDomain(label: LabelFact, domain: DeclaredDomain | undefined): LabelFact {
  return {
    ...label,
    bound: storedBound(label.bound, domain),
    sensitive: domain?.keepsText === true ? label.sensitive : undefined,
  };
}

function storedBound(bound: LabelFact['bound'], domain: DeclaredDomain | undefined): LabelFact['bound'] {
  const { values, count } = domain ?? {};
  const written = bound.bound === 'bounded' ? bound.values : undefined;
  if (values && written?.every((value) => values.includes(value)) === true)
    return { ...bound, values: [...written, FOLDED_VALUE] };
  return {
    bound: 'bounded',
    count,
    ...(values ? { values: [...values, FOLDED_VALUE] } : {}),
    why: domain ? `its domain \`${domain.text}\`` : 'a domain that its definition declares',
    evidence: 'proved',
    trace: [],
  };
}
