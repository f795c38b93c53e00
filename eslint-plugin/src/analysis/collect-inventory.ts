import { argumentAt, calleeName, propertyName, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import { emissionFact } from './collect-labels.ts';
import { definitionAt, isCreator, OTEL_CREATORS } from './collect-metrics.ts';
import { isDefinition, perLabelSet } from './collect-series.ts';
import type { Evaluator } from './evaluate.ts';
import type { LabelFact, Range } from './facts.ts';
import { GuardedPattern } from './guarded-pattern.ts';
import type { DeclaredLabels } from './label-domains.ts';
import type { Module } from './module.ts';
import { sinkSites } from './sinks.ts';
import { alternatives, type Value } from './value.ts';

/** Where a definition is: file and offset of the call that makes the metric. */
export interface DefinitionPlace {
  readonly path: string;
  readonly start: number;
}

/** A metric as its definition says it is. */
export interface DefinedMetric {
  readonly range: Range;
  /** Short range to point at: the name, or the callee where the name is no literal. */
  readonly nameRange: Range;
  readonly name: string | undefined;
  readonly instrument: string;
  readonly library: 'prom' | 'otel';
  readonly labelNames: readonly string[] | undefined;
  /** What the labels may hold, where the definition declares it and the registry keeps to it. */
  readonly declared?: DeclaredLabels | undefined;
  /** Help text or description, where it is a constant. */
  readonly help: string | undefined;
  /** Unit that the definition names, as exporters put it into names; `undefined` where it is no constant. */
  readonly unit: string | undefined;
  /** Series of one set of labels: buckets, quantiles, sum and count. */
  readonly perSet: number;
  /** Source text of the registers or the meter, or where the set was made: metrics of different ones do not meet. */
  readonly registry: string | undefined;
  /** It computes its own values when it is scraped. */
  readonly observed: boolean;
  /** What keeps it; undefined where it goes somewhere that is not followed. */
  readonly holder: { readonly kind: 'variable' | 'field'; readonly name: string } | undefined;
}

/** A write to a metric that is traced to its definitions. */
export interface MetricUse {
  readonly range: Range;
  readonly method: string;
  readonly definitions: readonly DefinitionPlace[];
  readonly labels: readonly LabelFact[];
  /** Labels given here are all labels of the sample: not those of a timer, which can get more when it ends. */
  readonly complete: boolean;
}

/** Metrics of one file. */
export interface InventoryFact {
  readonly metrics: readonly DefinedMetric[];
  readonly uses: readonly MetricUse[];
}

/** What defines metrics, with the words that it needs. */
export const DEFINES = new GuardedPattern(
  new RegExp(
    `\\b(?:${Object.keys(OTEL_CREATORS).join('|')})\\b|prom-client|@prometheus-io/client|@telint/runtime/metrics|\\.(?:counter|gauge|histogram)\\(\\s*\\{|\\bnew\\s+(?:\\w+\\.)*(?:Counter|Gauge|Histogram|Summary)\\b`,
  ),
  [...Object.keys(OTEL_CREATORS), 'counter', 'gauge', 'histogram', 'Counter', 'Gauge', 'Histogram', 'Summary'],
  ['prom-client', '@prometheus-io/client', '@telint/runtime/metrics'],
);

/** Inventory of a file without metrics. */
export const NO_METRICS: InventoryFact = { metrics: [], uses: [] };

/** Can a text define a metric? */
export function mayDefine(text: string): boolean {
  return DEFINES.test(text);
}

/** Definitions and writes of a file. */
export function collectInventory(ev: Evaluator, module: Module): InventoryFact {
  return { metrics: mayDefine(module.text) ? metricsOf(ev, module) : [], uses: usesOf(ev, module) };
}

function metricsOf(ev: Evaluator, module: Module): readonly DefinedMetric[] {
  const calls = [...module.scopes.nodes('NewExpression'), ...module.scopes.nodes('CallExpression').filter(isCreator)];
  return calls.flatMap((call) => metricOf(ev, call, module) ?? []);
}

function metricOf(
  ev: Evaluator,
  call: TSESTree.NewExpression | TSESTree.CallExpression,
  module: Module,
): DefinedMetric | undefined {
  const definition = isDefinition(ev, call, module) ? definitionAt(ev, call, module) : undefined;
  if (!definition) return undefined;
  const { name, instrument, labelNames, library, declared, set } = definition;
  const isProm = library === 'prom';
  const config = argumentAt(call, isProm ? 0 : 1);
  const value = config ? ev.ask(config, module) : undefined;
  const props = value?.type === 'object' ? value.props : undefined;
  const help = props?.get(isProm ? 'help' : 'description')?.get();
  const unit = isProm ? undefined : unitOf(config, value);
  const registers = props?.get('registers');
  const callee = unwrap(call.callee);
  return {
    range: rangeOfNode(call),
    nameRange: rangeOfNode(nameNode(props?.get('name')?.node, call, module) ?? callee),
    name,
    instrument,
    library,
    labelNames: isExtended(props?.get('labelNames')) ? undefined : labelNames,
    ...(declared && { declared }),
    help: help?.type === 'literal' && typeof help.value === 'string' ? help.value : undefined,
    unit,
    perSet: perLabelSet(ev, call, definition, module),
    registry:
      set ??
      (isProm
        ? registers && registers.module.text.slice(...rangeOf(registers.node))
        : callee.type === 'MemberExpression'
          ? module.text.slice(...rangeOf(callee.object))
          : undefined),
    observed: props?.has('collect') === true || /^createObservable/.test(calleeName(call) ?? ''),
    holder: holderOf(call),
  };
}

/** Unit of an instrument; empty where its options name none. */
function unitOf(config: Node | undefined, options: Value | undefined): string | undefined {
  if (config === undefined) return '';
  if (options?.type !== 'object') return undefined;
  const unit = options.props.get('unit')?.get();
  if (unit === undefined) return options.rest.length === 0 ? '' : undefined;
  return unit.type === 'literal' && typeof unit.value === 'string' ? unit.value : undefined;
}

/** A list in a variable that is added to later: what it holds in the end is not known. */
function isExtended(property: { readonly node: Node; readonly module: Module } | undefined): boolean {
  const value = property?.node.type === 'Property' ? unwrap(property.node.value) : undefined;
  if (value?.type !== 'Identifier' || !property) return false;
  return new RegExp(`(?<![\\w$.])${value.name}\\s*\\.\\s*(?:push|unshift|splice)\\(`).test(property.module.text);
}

/** The literal that names the metric, when it stands in the call. */
function nameNode(property: Node | undefined, call: Node, module: Module): Node | undefined {
  const node =
    property?.type === 'Property' ? property.value : call.type === 'CallExpression' ? call.arguments[0] : undefined;
  if (!node) return undefined;
  const [start, end] = rangeOf(node);
  const [from, to] = rangeOf(call);
  return start >= from && end <= to && module.text.slice(start, end).length < 120 ? node : undefined;
}

function holderOf(call: Node): DefinedMetric['holder'] {
  let node = call;
  let parent = node.parent;
  while (parent?.type === 'TSAsExpression' || parent?.type === 'TSSatisfiesExpression') {
    node = parent;
    parent = node.parent;
  }
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier')
    return { kind: 'variable', name: parent.id.name };
  if (parent?.type === 'PropertyDefinition') {
    const name = propertyName(parent);
    return name === undefined ? undefined : { kind: 'field', name };
  }
  if (parent?.type === 'AssignmentExpression' && parent.right === node && parent.left.type === 'MemberExpression') {
    const name = propertyName(parent.left);
    const isThis = parent.left.object.type === 'ThisExpression' && parent.parent.type === 'ExpressionStatement';
    return isThis && name !== undefined ? { kind: 'field', name } : undefined;
  }
  return undefined;
}

const PLAIN_WRITES = new Set(['observe', 'set', 'record', 'add']);

/** `sizes.observe(n)`: writes without labels, which no rule is about, to metrics of this file or of another. */
function plainUses(ev: Evaluator, module: Module, known: ReadonlySet<Node>): readonly MetricUse[] {
  const out: MetricUse[] = [];
  for (const call of module.scopes.nodes('CallExpression')) {
    const callee = unwrap(call.callee);
    const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    if (callee.type !== 'MemberExpression' || method === undefined || !PLAIN_WRITES.has(method)) continue;
    if (known.has(call) || call.arguments.length !== 1 || !mayHold(callee.object, module)) continue;
    const definitions = definitionsOf(ev, callee.object, module);
    if (definitions.length > 0) out.push({ range: rangeOfNode(call), method, definitions, labels: [], complete: true });
  }
  return out;
}

/** An import, a constant of the module, or a member: what else has these methods are local maps and sets. */
function mayHold(receiver: Node, module: Module): boolean {
  const node = unwrap(receiver);
  if (node.type === 'MemberExpression') return propertyName(node) !== undefined;
  if (node.type !== 'Identifier') return false;
  const binding = module.scopes.resolve(node);
  if (binding?.kind === 'import') return true;
  const init = binding?.declaration.type === 'VariableDeclarator' ? binding.declaration.init : undefined;
  return init?.type === 'NewExpression' || (init?.type === 'CallExpression' && isCreator(init));
}

function usesOf(ev: Evaluator, module: Module): readonly MetricUse[] {
  const out: MetricUse[] = [];
  const known = new Set<Node>();
  for (const site of sinkSites(ev, module)) {
    if (site.sink.kind !== 'metric-emit' || !site.receiver) continue;
    const definitions = definitionsOf(ev, site.receiver, module);
    if (definitions.length === 0) continue;
    known.add(site.call);
    out.push({
      range: rangeOfNode(site.call),
      method: site.method,
      definitions,
      labels: emissionFact(ev, site, module).labels,
      complete: site.method !== 'startTimer' && !site.shape.endsWith('.EndTimer'),
    });
  }
  return [...out, ...plainUses(ev, module, known)];
}

/** Definitions that a receiver can come from; a timer leads on to the metric that started it. */
function definitionsOf(ev: Evaluator, receiver: Node, module: Module, depth = 0): readonly DefinitionPlace[] {
  return alternatives(ev.ask(receiver, module)).flatMap((value) => {
    if (value.type !== 'shape' || !value.origin || !value.module) return [];
    const { origin } = value;
    if (definitionAt(ev, origin, value.module)) return [{ path: value.module.path, start: rangeOf(origin)[0] }];
    const callee = origin.type === 'CallExpression' ? unwrap(origin.callee) : undefined;
    return depth < 2 && callee?.type === 'MemberExpression' && propertyName(callee) === 'startTimer'
      ? definitionsOf(ev, callee.object, value.module, depth + 1)
      : [];
  });
}

function rangeOfNode(node: Node): Range {
  const [start, end] = rangeOf(node);
  return { start, end };
}
