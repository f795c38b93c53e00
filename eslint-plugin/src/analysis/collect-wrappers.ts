import { enclosingFunction, rangeOf, unwrap, walk, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import { AcrossFiles } from './epoch.ts';
import { labelEntries, labelFact, metricName, storedLabel, type RawEntry } from './collect-labels.ts';
import { writeFact, writeParts } from './collect-writes.ts';
import { COMMON_METHODS } from './callers.ts';
import { definitionOf } from './collect-metrics.ts';
import { bindParameters, paramBindings } from './frame.ts';
import type { Evaluator } from './evaluate.ts';
import { lazy } from './expressions.ts';
import type { EmissionFact, WriteFact } from './facts.ts';
import type { SinkKind } from './judge-sensitive.ts';
import type { Module } from './module.ts';
import { callsAny } from './relevance.ts';
import { sinkSites, type SinkSite } from './sinks.ts';
import { alternatives, type Env, type FunctionValue, type Step, type Value } from './value.ts';
import { TreeMemoryAcrossFiles, treeOfModule } from './tree-memory.ts';

/** A call of a workspace function of another file that writes telemetry from its parameters. */
interface WrapperCall {
  readonly call: TSESTree.CallExpression;
  readonly target: FunctionValue;
  readonly sites: readonly SinkSite[];
  readonly env: Env;
  readonly name: string;
}

const cache = new TreeMemoryAcrossFiles<Module, readonly WrapperCall[]>(treeOfModule);

/** Names of functions and methods of the workspace that write telemetry, so that other calls need not be looked at. */
const namesCache = new AcrossFiles<Evaluator, Readonly<Record<WrapperKind, WrapperNames>>>();

/** Strings of which a file that writes metrics or spans itself contains one. */
export const TELEMETRY_MODULES = [
  'prom-client',
  '@opentelemetry/',
  '@prometheus-io/client',
  'nestjs-prometheus',
  '@telint/runtime/metrics',
] as const;

/** What a wrapper writes: labels of metrics, or attributes of spans, baggage and trackers. */
export type WrapperKind = 'metrics' | 'attributes';

/** Names under which telemetry-writing functions of the workspace can be called, by what they write. */
interface WrapperNames {
  readonly all: ReadonlySet<string>;
  /** Names that not much else has. */
  readonly telling: ReadonlySet<string>;
}

function kindOf(site: SinkSite): WrapperKind {
  return site.sink.kind === 'metric-emit' || site.sink.kind === 'metric-define' ? 'metrics' : 'attributes';
}

function wrapperNames(ev: Evaluator, kind: WrapperKind): WrapperNames {
  const known = namesCache.get(ev);
  if (known) return known[kind];
  const found: Record<WrapperKind, Set<string>> = { metrics: new Set(), attributes: new Set() };
  const telling: Record<WrapperKind, Set<string>> = { metrics: new Set(), attributes: new Set() };
  const names = {
    metrics: { all: found.metrics, telling: telling.metrics },
    attributes: { all: found.attributes, telling: telling.attributes },
  };
  namesCache.set(ev, names);
  for (const path of telemetryPaths(ev)) {
    const module = ev.graph.moduleAt(path);
    if (!module) continue;
    for (const [fn, sites] of sinkFunctions(ev, module)) {
      for (const k of ['metrics', 'attributes'] as const) {
        if (sites.some((s) => kindOf(s) === k && takesParameter(s, fn, module))) addName(fn, found[k]);
      }
    }
  }
  for (const k of ['metrics', 'attributes'] as const) {
    for (const n of found[k]) if (n.length > 2 && !COMMON_METHODS.has(n)) telling[k].add(n);
  }
  return names[kind];
}

function telemetryPaths({ host, settings }: Evaluator): ReadonlySet<string> {
  return new Set(settings.crossFile === 'off' ? [] : TELEMETRY_MODULES.flatMap((text) => host.mentioning([text])));
}

/** Looks for functions that write telemetry, a file in each step: what is asked about any file afterwards needs them. */
export function* wrapperSteps(ev: Evaluator): Generator<void> {
  for (const path of telemetryPaths(ev)) {
    const module = ev.graph.moduleAt(path);
    if (module) sinkFunctions(ev, module);
    yield;
  }
}

/** Can a file call a function that writes telemetry? Common names count only in files that write such telemetry themselves. */
export function reachesTelemetry(ev: Evaluator, text: string, kind: WrapperKind, writes: boolean): boolean {
  const { all, telling } = wrapperNames(ev, kind);
  return callsAny(text, writes ? all : telling);
}

/** Does a write use a parameter of a function, directly or through a variable of its body? */
function takesParameter(site: SinkSite, fn: FunctionNode, module: Module): boolean {
  const params = new Set(paramBindings(fn, module));
  if (params.size === 0) return false;
  let found = false;
  let left = 400;
  const look = (root: Node, depth: number): void => {
    walk(root, (n) => {
      if (found || --left < 0) return false;
      if (n.type !== 'Identifier') return true;
      const binding = module.scopes.resolve(n);
      if (!binding) return true;
      if (params.has(binding)) found = true;
      else if (depth < 3 && binding.declaration.type === 'VariableDeclarator' && binding.declaration.init)
        look(binding.declaration.init, depth + 1);
      return true;
    });
  };
  for (const a of site.call.arguments) look(a, 0);
  // `this.x` of an object that the function made from its parameters is not followed.
  return found;
}

function addName(fn: FunctionNode, names: Set<string>): void {
  if ('id' in fn && fn.id) names.add(fn.id.name);
  const parent = fn.parent as Node | undefined;
  const holder =
    parent?.type === 'VariableDeclarator'
      ? parent.id
      : parent?.type === 'Property' || parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition'
        ? parent.key
        : undefined;
  if (holder?.type === 'Identifier') names.add(holder.name);
}

const functionsCache = new TreeMemoryAcrossFiles<Module, ReadonlyMap<FunctionNode, readonly SinkSite[]>>(treeOfModule);

/** Functions of a file that write telemetry in their own body or in callbacks inside it. */
function sinkFunctions(ev: Evaluator, module: Module): ReadonlyMap<FunctionNode, readonly SinkSite[]> {
  let map = functionsCache.get(module);
  if (!map) {
    const byFunction = new Map<FunctionNode, SinkSite[]>();
    for (const site of sinkSites(ev, module)) {
      for (let fn = site.fn; fn; fn = enclosingFunction(fn)) {
        const list = byFunction.get(fn);
        if (list) list.push(site);
        else byFunction.set(fn, [site]);
      }
    }
    map = byFunction;
    functionsCache.set(module, map);
  }
  return map;
}

const MAX_SITES = 12;

function wrapperCalls(ev: Evaluator, module: Module): readonly WrapperCall[] {
  const known = cache.get(module);
  if (known) return known;
  const out: WrapperCall[] = [];
  cache.set(module, out);
  const metrics = wrapperNames(ev, 'metrics').all;
  const attributes = wrapperNames(ev, 'attributes').all;
  for (const call of module.scopes.nodes('CallExpression')) {
    const callee = unwrap(call.callee);
    const name =
      callee.type === 'Identifier'
        ? callee.name
        : callee.type === 'MemberExpression' && callee.property.type === 'Identifier'
          ? callee.property.name
          : undefined;
    if (name === undefined || !(metrics.has(name) || attributes.has(name))) continue;
    for (const value of alternatives(ev.ask(callee, module))) {
      if (value.type !== 'function' || value.module === module) continue;
      const sites = sinkFunctions(ev, value.module).get(value.node);
      if (!sites) continue;
      const args = call.arguments.map((a) =>
        lazy(() =>
          a.type === 'SpreadElement'
            ? ev.elementOf(ev.evaluate(a.argument, module, undefined))
            : ev.evaluate(a, module, undefined),
        ),
      );
      out.push({
        call,
        target: value,
        sites: sites.slice(0, MAX_SITES),
        env: bindParameters(ev, value.node, value.module, args, value.env?.self, value.env, 1),
        name,
      });
    }
  }
  return out;
}

/** Metric writes that calls in this file reach in other files. */
export function wrapperEmissions(ev: Evaluator, module: Module): readonly EmissionFact[] {
  const out: EmissionFact[] = [];
  for (const w of wrapperCalls(ev, module)) {
    const seen = new Set<string>();
    for (const site of w.sites) {
      if (site.sink.kind !== 'metric-emit') continue;
      const labels = labelEntries(ev, site, w.target.module, w.env)
        .map((e) => relocate(ev, e, w, module))
        .filter((e): e is RawEntry => e !== undefined)
        .map((e) => storedLabel(labelFact(ev, e, module), site, definitionOf(ev, site, w.target.module)))
        .filter((l) => !seen.has(`${l.key} ${l.range.start}`) && seen.add(`${l.key} ${l.range.start}`));
      if (labels.length > 0)
        out.push({
          range: labels[0]?.range ?? { start: 0, end: 0 },
          metric: metricName(ev, site, w.target.module),
          shape: site.shape,
          method: site.method,
          labels,
          through: w.name,
        });
    }
  }
  return out;
}

/** Attributes that calls in this file write to spans, baggage and trackers through functions of other files. */
export function wrapperWrites(ev: Evaluator, module: Module): readonly WriteFact[] {
  const out: WriteFact[] = [];
  for (const w of wrapperCalls(ev, module)) {
    const seen = new Set<number>();
    for (const site of w.sites) {
      if (site.sink.kind === 'metric-emit' || site.sink.kind === 'metric-define') continue;
      const sink: SinkKind = site.sink.kind.startsWith('baggage')
        ? 'baggage'
        : site.sink.kind === 'tracker'
          ? 'tracker'
          : 'span';
      for (const { part, entry } of writeParts(ev, site, w.target.module, w.env)) {
        const here = relocate(ev, entry, w, module);
        if (!here || seen.has(rangeOf(here.node)[0])) continue;
        const fact = writeFact(ev, sink, part, here, module, w.name);
        if (!fact.sensitive) continue;
        seen.add(rangeOf(here.node)[0]);
        out.push(fact);
      }
    }
  }
  return out;
}

/** An entry that comes from an argument of the call is reported at that argument; others belong to the wrapper's own file. */
function relocate(ev: Evaluator, entry: RawEntry, w: WrapperCall, module: Module): RawEntry | undefined {
  if (entry.module === module && inside(entry.node, w.call)) return entry;
  if (entry.source?.module === module && inside(entry.source.node, w.call))
    return { key: entry.key, node: entry.source.node, module, get: entry.get, form: entry.source.form };
  const value = entry.get();
  const inner = stepIn(value, module, w.call) ?? argumentOf(ev, value, w, module);
  const node = inner && argumentAround(inner, w.call);
  return node
    ? {
        key: entry.key,
        node,
        module,
        get: () => value,
        form: node.type === 'Property' ? (node.shorthand ? 'shorthand' : 'property') : 'argument',
      }
    : undefined;
}

/** The argument, or the property of an object argument, that a node belongs to. */
function argumentAround(node: Node, call: TSESTree.CallExpression): Node {
  let child: Node = node;
  for (let p: Node | undefined = node.parent ?? undefined; p && p !== call; child = p, p = p.parent ?? undefined) {
    if (child.type === 'Property' && p.type === 'ObjectExpression' && p.parent === call) return child;
  }
  return child;
}

function stepIn(value: Value, module: Module, call: Node): Node | undefined {
  for (const v of [value, ...alternatives(value)]) {
    for (let s: Step | undefined = v.step; s; s = s.next)
      if (s.module === module && inside(s.node, call)) return s.node;
    if (v.type === 'derived')
      for (const part of v.of) {
        const node = stepIn(part, module, call);
        if (node) return node;
      }
  }
  return undefined;
}

/** The argument whose value this is. */
function argumentOf(ev: Evaluator, value: Value, w: WrapperCall, module: Module): Node | undefined {
  const wanted = new Set<Value>(alternatives(value));
  for (const a of w.call.arguments) {
    if (a.type === 'SpreadElement') continue;
    const v = ev.evaluate(a, module, undefined);
    if (v.type !== 'literal' && alternatives(v).some((x) => wanted.has(x) || sameSource(x, value))) return a;
    if (v.type === 'object')
      for (const p of v.props.values())
        if (
          p.module === module &&
          alternatives(p.get()).some((x) => x.type !== 'literal' && (wanted.has(x) || sameSource(x, value)))
        )
          // an object that was put together before the call is reported where it is handed over
          return inside(p.node, w.call) ? p.node : a;
  }
  return undefined;
}

function sameSource(a: Value, b: Value): boolean {
  for (const v of alternatives(b)) {
    if (a.type === 'source' && v.type === 'source' && a.kind === v.kind && a.names.join('.') === v.names.join('.'))
      return true;
    if (a.type === 'unknown' && v.type === 'unknown' && a.names.length > 0 && a.names.join('.') === v.names.join('.'))
      return true;
  }
  return false;
}

function inside(node: Node, ancestor: Node): boolean {
  for (let n: Node | undefined = node; n; n = n.parent ?? undefined) if (n === ancestor) return true;
  return false;
}
