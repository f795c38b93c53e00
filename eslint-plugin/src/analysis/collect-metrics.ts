import { argumentAt, calleeName, propertyName, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import { declaredLabels, limitsOf, type DeclaredLabels } from './label-domains.ts';
import { libraryExport, shapeMember } from './libraries.ts';
import type { Module } from './module.ts';
import type { SinkSite } from './sinks.ts';
import { alternatives, type Value } from './value.ts';
import { TreeMemoryAcrossFiles, treeOfNode } from './tree-memory.ts';

/** Where a metric is defined and what the definition says. */
export interface MetricDefinition {
  readonly node: Node;
  readonly name: string | undefined;
  readonly labelNames: readonly string[] | undefined;
  readonly instrument: string;
  /** Whose rules the names follow: prom-client's or OpenTelemetry's. */
  readonly library: 'prom' | 'otel';
  /** What the labels may hold, where the definition says it and the registry keeps to it. */
  readonly declared?: DeclaredLabels | undefined;
  /** Source text of the registers or the meter, or where the set of metrics was made. */
  readonly set?: string | undefined;
}

const cache = new TreeMemoryAcrossFiles<Node, MetricDefinition | null>(treeOfNode);

/** Definition of the metric that a site writes to, where it can be traced. */
export function definitionOf(ev: Evaluator, site: SinkSite, module: Module): MetricDefinition | undefined {
  if (!site.receiver) return undefined;
  for (const value of alternatives(ev.ask(site.receiver, module))) {
    if (value.type === 'shape' && value.origin && value.module) {
      const found = definitionAt(ev, value.origin, value.module);
      if (found) return found;
    }
  }
  return undefined;
}

/** Reads a definition call: `new Counter({ name, help, labelNames })`, `meter.createCounter(name, options)`. */
export function definitionAt(ev: Evaluator, node: Node, module: Module): MetricDefinition | undefined {
  const known = cache.get(node);
  if (known !== undefined) return known ?? undefined;
  const definition = read(ev, node, module);
  cache.set(node, definition ?? null);
  return definition;
}

function read(ev: Evaluator, node: Node, module: Module): MetricDefinition | undefined {
  if (node.type === 'NewExpression') {
    const callee = ev.ask(node.callee, module);
    const sink =
      callee.type === 'external'
        ? libraryExport(callee.path[0] ?? '', callee.path.at(-1) ?? '')?.construct?.sink
        : undefined;
    return sink?.kind === 'metric-define' ? fromConfig(ev, node, module, sink.instrument) : undefined;
  }
  if (node.type !== 'CallExpression' || !isCreator(node)) return undefined;
  const callee = unwrap(node.callee);
  const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
  if (callee.type !== 'MemberExpression' || method === undefined) return undefined;
  const instrument = OTEL_CREATORS[method];
  if (!instrument) return inSet(ev, node, callee.object, method, module);
  const name = text(ev, argumentAt(node, 0), module);
  return { node, name, labelNames: undefined, instrument, library: 'otel' };
}

/** `metrics.counter({ name, help, labels: { route: template() } })`: the metric of a set that keeps to declared domains. */
function inSet(
  ev: Evaluator,
  node: TSESTree.CallExpression,
  receiver: Node,
  method: string,
  module: Module,
): MetricDefinition | undefined {
  const made = alternatives(ev.ask(receiver, module)).find((value) => value.type === 'shape');
  const sink = made && shapeMember(made.shape, method)?.call?.sink;
  if (sink?.kind !== 'metric-define' || sink.config === undefined) return undefined;
  const definition = fromConfig(ev, node, module, sink.instrument);
  const config = argumentAt(node, sink.config);
  const value = config ? ev.ask(config, module) : undefined;
  const declared =
    value?.type === 'object'
      ? declaredLabels(ev, value, { call: node, module }, limitsOf(ev, made?.origin, made?.module))
      : undefined;
  const place = made?.origin && made.module ? `${made.module.path}:${rangeOf(made.origin)[0]}` : module.path;
  return { ...definition, labelNames: declared && Object.keys(declared.domains), declared, set: place };
}

const SET_METHODS = new Set(['counter', 'gauge', 'histogram']);

/** Can a call make a metric, by the name of its method? */
export function isCreator(call: TSESTree.CallExpression): boolean {
  const name = calleeName(call) ?? '';
  return Object.hasOwn(OTEL_CREATORS, name) || (SET_METHODS.has(name) && call.arguments.length === 1);
}

/** Methods of an OpenTelemetry meter that make an instrument. */
export const OTEL_CREATORS: Readonly<Record<string, string>> = {
  createCounter: 'counter',
  createUpDownCounter: 'updown-counter',
  createHistogram: 'histogram',
  createGauge: 'gauge',
  createObservableCounter: 'counter',
  createObservableGauge: 'gauge',
  createObservableUpDownCounter: 'updown-counter',
};

function fromConfig(
  ev: Evaluator,
  node: TSESTree.NewExpression | TSESTree.CallExpression,
  module: Module,
  instrument: string,
): MetricDefinition {
  const config = argumentAt(node, 0);
  const value = config ? ev.ask(config, module) : undefined;
  if (value?.type !== 'object') return { node, name: undefined, labelNames: undefined, instrument, library: 'prom' };
  const name = value.props.get('name')?.get();
  const labels = value.props.get('labelNames')?.get();
  const complete = value.rest.length === 0;
  return {
    node,
    name: name?.type === 'literal' && typeof name.value === 'string' ? name.value : undefined,
    labelNames: labels ? literals(labels) : complete ? [] : undefined,
    instrument,
    library: 'prom',
  };
}

function literals(value: Value): readonly string[] | undefined {
  if (value.type !== 'array' || !value.exact) return undefined;
  const items = value.items.map((i) => i());
  return items.every((i) => i.type === 'literal') ? items.map((i) => String(i.value)) : undefined;
}

function text(ev: Evaluator, node: Node | undefined, module: Module): string | undefined {
  const value = node ? ev.ask(node, module) : undefined;
  return value?.type === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

/** An object literal that describes a metric together with the label objects that it will be written with. */
export interface ConfiguredEmission {
  readonly config: TSESTree.ObjectExpression;
  readonly labels: TSESTree.ObjectExpression;
  readonly name: string | undefined;
}

/** `register({ name, labelNames: […], map: (row) => ({ labels: { … } }) })`: a definition with its writes in one object. */
export function configuredEmissions(ev: Evaluator, module: Module): readonly ConfiguredEmission[] {
  const out: ConfiguredEmission[] = [];
  for (const property of module.scopes.nodes('Property')) {
    if (propertyName(property) !== 'labels' || property.value.type !== 'ObjectExpression') continue;
    const config = configAround(property);
    if (!config) continue;
    const names = labelNamesOf(config);
    const keys = property.value.properties.map((p) => (p.type === 'Property' ? propertyName(p) : undefined));
    if (!names || !keys.every((k) => k !== undefined && names.includes(k))) continue;
    const name = config.properties.find((p) => p.type === 'Property' && propertyName(p) === 'name');
    out.push({
      config,
      labels: property.value,
      name: name?.type === 'Property' ? text(ev, name.value, module) : undefined,
    });
  }
  return out;
}

function configAround(node: Node): TSESTree.ObjectExpression | undefined {
  for (let n = node.parent?.parent, i = 0; n && i < 30; n = n.parent, i++) {
    if (n.type === 'ObjectExpression' && labelNamesOf(n) && n.parent.type === 'CallExpression') return n;
  }
  return undefined;
}

function labelNamesOf(config: TSESTree.ObjectExpression): readonly string[] | undefined {
  const p = config.properties.find((q) => q.type === 'Property' && propertyName(q) === 'labelNames');
  if (p?.type !== 'Property' || p.value.type !== 'ArrayExpression') return undefined;
  return p.value.elements.flatMap((e) => (e?.type === 'Literal' && typeof e.value === 'string' ? [e.value] : []));
}
