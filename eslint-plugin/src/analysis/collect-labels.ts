import { argumentAt, propertyName, rangeOf, unwrap, type Node } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import { lazy, snippet } from './expressions.ts';
import type { BoundFact, EmissionFact, LabelFact, Range, SensitiveFact } from './facts.ts';
import { boundOf, type Bound } from './judge-bound.ts';
import { canHold, sensitiveOf, type Sensitive, type SinkKind } from './judge-sensitive.ts';
import { classifyAttributeKey } from './sensitivity.ts';
import type { Module } from './module.ts';
import type { SinkSite } from './sinks.ts';
import { traceOf } from './trace.ts';
import { vocabularyOf, counts } from './judge-sensitive.ts';
import { configuredEmissions, definitionOf, type MetricDefinition } from './collect-metrics.ts';
import { declaredDomain, withinDomain } from './label-domains.ts';
import { alternatives, type Env, type Thunk, type Value } from './value.ts';

/** Range of a node. */
export function range(node: Node): Range {
  const [start, end] = rangeOf(node);
  return { start, end };
}

/** One label or attribute before it is judged. */
export interface RawEntry {
  readonly key: string | undefined;
  readonly node: Node;
  readonly module: Module;
  readonly get: Thunk;
  readonly form: LabelFact['form'];
  /** Where the entry is written, when that is not in the argument itself. */
  readonly source?: { readonly node: Node; readonly module: Module; readonly form: LabelFact['form'] };
}

/** Entries of an object argument: properties, spreads, later assignments. `at` stands for entries written elsewhere. */
export function entriesOf(ev: Evaluator, argument: Node, module: Module, env: Env | undefined): readonly RawEntry[] {
  const value = env ? ev.evaluate(argument, module, env) : ev.ask(argument, module);
  const entries: RawEntry[] = [];
  // What callers of other files pass in is reported where they pass it.
  const given = !env && isParameter(argument, module);
  for (const v of alternatives(value)) {
    if (v.type === 'object') {
      if (given && v.module !== module) continue;
      for (const [key, p] of v.props) entries.push(placed(key, p.node, p.module, p.get, argument, module, p.via));
      for (const r of v.rest) {
        const copied = r.kind === 'computed' ? copiedFrom(r.key?.()) : undefined;
        if (copied)
          for (const [key, p] of copied.props)
            entries.push(placed(key, p.node, p.module, p.get, argument, module, p.via));
        else if (r.kind === 'computed')
          entries.push({ ...placed('', r.node, r.module, r.get, argument, module), key: computedKey(r.key?.()) });
        else entries.push({ ...placed('*', r.node, r.module, r.get, argument, module), key: '*', form: 'spread' });
      }
    } else if (v.type === 'unknown' || v.type === 'source' || v.type === 'derived') {
      entries.push({ key: '*', node: argument, module, get: () => v, form: 'object' });
    }
  }
  return entries;
}

function isParameter(argument: Node, module: Module): boolean {
  const n = unwrap(argument);
  return n.type === 'Identifier' && module.scopes.resolve(n)?.kind === 'param';
}

/** `for (const [k, v] of Object.entries(source)) out[k] = v`: the object that the keys come from. */
function copiedFrom(key: Value | undefined): Extract<Value, { type: 'object' }> | undefined {
  const source = key?.type === 'derived' && key.how === 'key' ? key.of[0] : undefined;
  return source?.type === 'object' ? source : undefined;
}

function computedKey(key: Value | undefined): string {
  return key?.type === 'literal' ? String(key.value) : '*';
}

/**
 * An entry of the argument's own literal is reported where it is written; one of an object that was made elsewhere at the
 * part of the argument that brings it in, with `source` as the place to edit.
 */
function placed(
  key: string,
  node: Node,
  owner: Module,
  get: Thunk,
  argument: Node,
  module: Module,
  via?: Node,
): RawEntry {
  const form =
    node.type === 'Property'
      ? node.shorthand
        ? 'shorthand'
        : 'property'
      : node.type === 'AssignmentExpression'
        ? 'assignment'
        : 'object';
  if (owner === module && isWithin(node, argument)) return { key, node, module, get, form };
  const spread = via?.parent?.type === 'SpreadElement' && isWithin(via, argument) ? via.parent : spreadIn(argument);
  return {
    key,
    node: spread ?? argument,
    module,
    get,
    form: spread ? 'spread' : 'object',
    source: { node, module: owner, form },
  };
}

function isWithin(node: Node, ancestor: Node): boolean {
  const [start, end] = rangeOf(ancestor);
  const [s, e] = rangeOf(node);
  return s >= start && e <= end;
}

function spreadIn(argument: Node): Node | undefined {
  const n = unwrap(argument);
  return n.type === 'ObjectExpression' ? n.properties.find((p) => p.type === 'SpreadElement') : undefined;
}

/** The labels of one metric write, in an environment when the write is reached through a call. */
export function labelEntries(ev: Evaluator, site: SinkSite, module: Module, env: Env | undefined): readonly RawEntry[] {
  const { sink, call } = site;
  if (sink.kind !== 'metric-emit') return [];
  const first = argumentAt(call, sink.labels);
  if (!first) return [];
  if (sink.positional && unwrap(first).type !== 'ObjectExpression') {
    const value = env ? ev.evaluate(first, module, env) : ev.ask(first, module);
    if (!alternatives(value).some((v) => v.type === 'object')) {
      const names = definitionOf(ev, site, module)?.labelNames;
      return call.arguments.flatMap((a, i) =>
        a.type === 'SpreadElement'
          ? []
          : [
              {
                key: names?.[i] ?? `#${i + 1}`,
                node: a,
                module,
                get: lazy(() => (env ? ev.evaluate(a, module, env) : ev.ask(a, module))),
                form: 'positional' as const,
              },
            ],
      );
    }
  }
  if (sink.value !== undefined && call.arguments.length === 1 && sink.labels === 0) {
    const value = env ? ev.evaluate(first, module, env) : ev.ask(first, module);
    if (!alternatives(value).some((v) => v.type === 'object' || (v.type === 'unknown' && isObjectArgument(first, v))))
      return [];
  }
  return entriesOf(ev, first, module, env);
}

/** `inc(labels)` and `inc(5)` look alike: only a name or type that says "labels" makes an unknown argument a label object. */
function isObjectArgument(node: Node, value: Extract<Value, { type: 'unknown' }>): boolean {
  const n = unwrap(node);
  const name = n.type === 'Identifier' ? n.name : n.type === 'MemberExpression' ? propertyName(n) : undefined;
  return value.declared?.node.type === 'TSTypeReference' || /label|attr|tag|dimension/i.test(name ?? '');
}

/** Judged facts of one metric write. */
export function emissionFact(ev: Evaluator, site: SinkSite, module: Module): EmissionFact {
  const metric = metricName(ev, site, module);
  const definition = definitionOf(ev, site, module);
  const labels = labelEntries(ev, site, module, undefined).map((e) =>
    storedLabel(labelFact(ev, e, module), site, definition),
  );
  return { range: range(site.call), metric, shape: site.shape, method: site.method, labels, through: undefined };
}

/** A label as it is stored: a registry that keeps to declared domains lets nothing else through. */
export function storedLabel(label: LabelFact, site: SinkSite, definition: MetricDefinition | undefined): LabelFact {
  return site.sink.kind === 'metric-emit' && site.sink.declared === true
    ? withinDomain(label, declaredDomain(definition?.declared, label.key))
    : label;
}

/** Judged facts of label objects that stand inside a metric's definition. */
export function configuredFacts(ev: Evaluator, module: Module): readonly EmissionFact[] {
  return configuredEmissions(ev, module).map(({ labels, name }) => ({
    range: range(labels),
    metric: name ?? 'the metric',
    shape: 'prom.Metric',
    method: 'labels',
    labels: entriesOf(ev, labels, module, undefined).map((e) => labelFact(ev, e, module)),
    through: undefined,
  }));
}

/** Name of the metric of a site: from its definition, else the receiver's text. */
export function metricName(ev: Evaluator, site: SinkSite, module: Module): string {
  return definitionOf(ev, site, module)?.name ?? (site.receiver ? snippet(site.receiver, module, 40) : site.method);
}

/** Judges one entry as a label. */
export function labelFact(ev: Evaluator, entry: RawEntry, home: Module): LabelFact {
  const value = ev.fresh(entry.get);
  const key = entry.key ?? '*';
  const valueNode = valueNodeOf(entry.node);
  const bound = typedBound(ev, wholeObject(value, key) ?? boundOf(value, key), entry, valueNode, home);
  return {
    key,
    range: range(entry.node),
    valueRange: range(valueNode),
    valueText: snippet(entry.node.type === 'SpreadElement' ? entry.node : valueNode, entry.module, 60),
    bound: boundFact(bound, home),
    sensitive: sensitiveEntry(ev, key, value, 'label', home),
    form: entry.form,
    ...originOf(entry, home),
  };
}

/** Types are asked last, and only where values and names leave it open. */
function typedBound(ev: Evaluator, bound: Bound, entry: RawEntry, node: Node, home: Module): Bound {
  const { types } = ev.host;
  if (!types || entry.module !== home || (bound.bound !== 'unknown' && bound.evidence !== 'named')) return bound;
  const answer = types.typeOf(node);
  if (answer?.kind !== 'union' && answer?.kind !== 'boolean') return bound;
  return { bound: 'bounded', count: answer.count, why: 'its type', evidence: 'typed', step: bound.step };
}

/** The place to edit and the identity of a defect that several writes share. */
export function originOf(entry: RawEntry, home: Module): Pick<LabelFact, 'editRange' | 'editForm' | 'origin'> {
  const { source } = entry;
  if (!source) return {};
  // An object of this file feeds different metrics: each is reported. A helper of another file is one defect, reported once per file.
  return source.module === home
    ? { editRange: range(source.node), editForm: source.form }
    : { origin: `${source.module.path}:${rangeOf(source.node)[0]}` };
}

/** An object whose keys a client chooses makes every label unbounded. */
function wholeObject(value: Value, key: string): Bound | undefined {
  if (key !== '*') return undefined;
  for (const v of alternatives(value)) {
    if (v.type === 'source' && (v.kind.startsWith('http.') || v.kind.startsWith('message.')))
      return {
        bound: 'unbounded',
        why: `${boundOf(v).why}, whose keys a client chooses`,
        evidence: v.evidence,
        step: v.step,
      };
  }
  return undefined;
}

/** The value part of a property, assignment or argument. */
export function valueNodeOf(node: Node): Node {
  if (node.type === 'Property') return node.value;
  if (node.type === 'AssignmentExpression') return node.right;
  if (node.type === 'SpreadElement') return node.argument;
  return node;
}

/** Plain form of a bound. */
export function boundFact(bound: Bound, home: Module): BoundFact {
  return {
    bound: bound.bound,
    count: bound.count,
    ...(bound.values ? { values: bound.values } : {}),
    why: bound.why,
    evidence: bound.evidence,
    trace: traceOf(bound.step, home),
  };
}

/** Plain form of a sensitive value. */
export function sensitiveFact(s: Sensitive, home: Module): SensitiveFact {
  return { match: s.match, what: s.what, evidence: s.evidence, trace: traceOf(s.step, home) };
}

/** Categories of keys that need more than the key: the value must be able to hold what the key says. */
const KEY_NEEDS_VALUE = new Set(['url', 'query', 'message', 'headers', 'online', 'device']);

/** Personal data or secrets in an entry, by value first, then by key. */
export function sensitiveEntry(
  ev: Evaluator,
  key: string | undefined,
  value: Value,
  sink: SinkKind,
  home: Module,
): SensitiveFact | undefined {
  const own = sensitiveOf(value, sink, ev.settings);
  const vocabulary = vocabularyOf(ev.settings);
  if (own && !(key !== undefined && vocabulary.allowKeys?.includes(key))) return sensitiveFact(own, home);
  if (key === undefined || key === '*' || !canHold(value)) return undefined;
  const match = classifyAttributeKey(key, vocabulary);
  if (!match || !counts(match, sink, ev.settings)) return undefined;
  if (KEY_NEEDS_VALUE.has(match.category) && !supportsKey(value, match.category)) return undefined;
  if (match.strength === 'weak' && sink === 'log') return undefined;
  return sensitiveFact({ match, what: `\`${key}\``, evidence: 'named', step: value.step }, home);
}

/** Does what is known of the value agree with a key that has harmless uses too? */
function supportsKey(value: Value, category: string): boolean {
  for (const v of alternatives(value)) {
    if (v.type === 'unknown' || v.type === 'external') {
      const last = (v.type === 'unknown' ? v.names : v.path).at(-1)?.toLowerCase() ?? '';
      if (category === 'url' && /url|uri|href|endpoint|link/.test(last)) return true;
      if (category === 'headers' || category === 'online' || category === 'device') return true;
      if (category === 'query' && /query|search|param|variable|arg|command|statement/.test(last)) return true;
    }
    if (v.type === 'shape' && category === 'url' && v.shape.endsWith('Url')) return true;
    if (v.type === 'array' && v.items.some((i) => supportsKey(i(), category))) return true;
    if (v.type === 'derived' && v.how !== 'protected' && v.of.some((p) => supportsKey(p, category))) return true;
  }
  return false;
}
