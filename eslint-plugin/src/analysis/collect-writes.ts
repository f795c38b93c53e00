import { argumentAt, calleeName, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import { callSitesOf } from './callers.ts';
import { entriesOf, originOf, range, valueNodeOf, type RawEntry } from './collect-labels.ts';
import type { Evaluator } from './evaluate.ts';
import { snippet } from './expressions.ts';
import type { WriteFact } from './facts.ts';
import type { SinkKind } from './judge-sensitive.ts';
import { judgeWrite } from './judge-write.ts';
import { isOutsideProduction } from './log-conditions.ts';
import type { Module } from './module.ts';
import type { SinkSite } from './sinks.ts';
import { alternatives, join, type Env, type Value } from './value.ts';

interface Part {
  readonly part: WriteFact['part'];
  readonly entry: RawEntry;
  /** Where the method is named, for calls that write one attribute. */
  readonly at?: number | undefined;
  /** Source text of a key that is not a literal. */
  readonly keyText?: string | undefined;
}

function callStart(call: TSESTree.CallExpression): number | undefined {
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression' ? rangeOf(callee.property)[0] : undefined;
}

/** `ATTR_URL_FULL` and `KEYS.EMAIL` stay visible beside what they stand for. */
function keyText(key: Node | undefined, module: Module): string | undefined {
  return key && key.type !== 'Literal' ? snippet(key, module, 60) : undefined;
}

/** What a call writes to a span, baggage or an error tracker: every attribute, name and text on its own. */
export function writeParts(ev: Evaluator, site: SinkSite, module: Module, env: Env | undefined): readonly Part[] {
  const { sink, call } = site;
  const value = (node: Node): Value => (env ? ev.evaluate(node, module, env) : ev.ask(node, module));
  const single = (index: number, part: WriteFact['part'], key?: string): Part[] => {
    const node = argumentAt(call, index);
    return node ? [{ part, entry: { key, node, module, get: () => value(node), form: 'argument' } }] : [];
  };
  const object = (index: number, part: WriteFact['part'], property?: string): Part[] => {
    const node = argumentAt(call, index);
    if (!node) return [];
    const target = property === undefined ? node : propertyNode(node, property);
    if (target) return entriesOf(ev, target, module, env).map((entry) => ({ part, entry }));
    return property === undefined ? [] : nested(ev, node, property, module, env).map((entry) => ({ part, entry }));
  };
  switch (sink.kind) {
    case 'attribute': {
      const key = argumentAt(call, sink.key);
      const k = key ? value(key) : undefined;
      const name = k?.type === 'literal' ? String(k.value) : k?.type === 'derived' ? templateKey(k) : undefined;
      return single(sink.value, 'attribute', name).map((p) => ({
        ...p,
        at: callStart(call),
        keyText: keyText(key, module),
      }));
    }
    case 'attributes':
      return object(sink.arg, sink.on === 'resource' ? 'resource' : 'attribute', sink.property);
    case 'span-start':
      return [...single(sink.name, 'name'), ...object(sink.options, 'attribute', 'attributes')];
    case 'span-name':
      return single(sink.arg, 'name');
    case 'span-event':
      return [...single(sink.name, 'event'), ...object(sink.attributes, 'event')];
    case 'span-status':
      return object(sink.arg, 'status')
        .filter((p) => p.entry.key === 'message')
        .map((p) => ({ ...p, at: callStart(call) }));
    case 'span-exception': {
      const node = argumentAt(call, sink.arg);
      return node
        ? textsOf(node, module).map((text) => ({
            part: 'exception',
            entry: argumentEntry(ev, text, module, env),
            at: callStart(call),
          }))
        : [];
    }
    case 'baggage':
      return baggageEntry(ev, site, module, env);
    case 'baggage-entries':
      return object(sink.arg, 'entry').map((p) => ({
        ...p,
        entry: { ...p.entry, get: (): Value => inner(p.entry.get()) },
      }));
    case 'tracker':
      return trackerParts(ev, call, module, env);
    case 'log':
      return logParts(ev, site, module, env);
    default:
      return [];
  }
}

function templateKey(value: Extract<Value, { type: 'derived' }>): string | undefined {
  return value.prefix ? `${value.prefix}*` : undefined;
}

function propertyNode(node: Node, property: string): Node | undefined {
  const n = unwrap(node);
  if (n.type !== 'ObjectExpression') return undefined;
  for (const p of n.properties)
    if (p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === property) return p.value;
  return undefined;
}

function nested(
  ev: Evaluator,
  node: Node,
  property: string,
  module: Module,
  env: Env | undefined,
): readonly RawEntry[] {
  const out: RawEntry[] = [];
  for (const v of alternatives(env ? ev.evaluate(node, module, env) : ev.ask(node, module))) {
    const held = v.type === 'object' ? v.props.get(property)?.get() : undefined;
    for (const h of held ? alternatives(held) : []) {
      if (h.type === 'object')
        for (const [key, p] of h.props)
          out.push({
            key,
            node: p.module === module ? p.node : node,
            module,
            get: p.get,
            form: p.module === module ? 'property' : 'object',
          });
    }
  }
  return out;
}

function baggageEntry(ev: Evaluator, site: SinkSite, module: Module, env: Env | undefined): readonly Part[] {
  const { call } = site;
  const key = argumentAt(call, 0);
  const entry = argumentAt(call, 1);
  if (!key || !entry) return [];
  const k = env ? ev.evaluate(key, module, env) : ev.ask(key, module);
  const name = k.type === 'literal' ? String(k.value) : undefined;
  const held = propertyNode(entry, 'value') ?? entry;
  return [
    {
      part: 'entry',
      entry: {
        key: name,
        node: held,
        module,
        get: () => inner(env ? ev.evaluate(held, module, env) : ev.ask(held, module)),
        form: 'argument',
      },
      at: callStart(call),
      keyText: keyText(key, module),
    },
  ];
}

/** `{ value: x }` of a baggage entry. */
function inner(value: Value): Value {
  return value.type === 'object' ? (value.props.get('value')?.get() ?? value) : value;
}

function argumentEntry(ev: Evaluator, node: Node, module: Module, env: Env | undefined, key?: string): RawEntry {
  return {
    key,
    node,
    module,
    get: () => (env ? ev.evaluate(node, module, env) : ev.ask(node, module)),
    form: 'argument',
  };
}

/** Arguments of a log call: fields of an object one by one, everything else as text. Constants need no look. */
function logParts(ev: Evaluator, site: SinkSite, module: Module, env: Env | undefined): readonly Part[] {
  const out: Part[] = [];
  for (const a of site.written ?? site.call.arguments) {
    const node = a.type === 'SpreadElement' ? a.argument : a;
    const n = unwrap(node);
    if (n.type === 'Literal' || (n.type === 'TemplateLiteral' && n.expressions.length === 0)) continue;
    if (n.type === 'ObjectExpression')
      for (const entry of entriesOf(ev, n, module, env)) out.push({ part: 'attribute', entry });
    else if (n.type === 'Identifier' && n.name === 'arguments')
      out.push({
        part: 'argument',
        entry: { ...argumentEntry(ev, node, module, env), get: () => ownArguments(ev, site, module) },
      });
    else
      for (const text of textsOf(node, module))
        out.push({ part: 'argument', entry: argumentEntry(ev, text, module, env) });
  }
  return out;
}

const MAX_CALLERS = 10;

/** What `arguments` of the enclosing function holds: the arguments of its callers. */
function ownArguments(ev: Evaluator, { fn }: SinkSite, module: Module): Value {
  const sites = fn ? callSitesOf(ev, fn, module).slice(0, MAX_CALLERS) : [];
  return join(
    sites.flatMap((s) => s.call.arguments.filter((a) => a.type !== 'SpreadElement').map((a) => ev.ask(a, s.module))),
  );
}

/** Arguments of a call to an error tracker; `setTag('email', value)` names its value. */
function trackerParts(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  module: Module,
  env: Env | undefined,
): readonly Part[] {
  const at = callStart(call);
  const [first, second] = call.arguments;
  const key = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
  return call.arguments.flatMap((node): Part[] => {
    if (node.type === 'SpreadElement' || node.type === 'Literal') return [];
    if (unwrap(node).type === 'ObjectExpression')
      return entriesOf(ev, node, module, env).map((entry) => ({ part: 'attribute', entry, at }));
    return textsOf(node, module).map((text) => ({
      part: 'argument',
      entry: argumentEntry(ev, text, module, env, node === second ? key : undefined),
      at,
    }));
  });
}

/** The texts that make an error, where it is made here: an error itself is one step of what happened, its text may quote a person. */
function textsOf(node: Node, module: Module): readonly Node[] {
  const made = madeError(node) ?? madeError(constantOf(node, module));
  return made
    ? made.arguments.filter((a) => a.type !== 'SpreadElement' && a.type !== 'Literal' && a.type !== 'ObjectExpression')
    : [node];
}

function madeError(node: Node | undefined): TSESTree.NewExpression | TSESTree.CallExpression | undefined {
  const n = node && unwrap(node);
  return n?.type === 'NewExpression' && /(?:Error|Exception)$/.test(calleeName(n) ?? '') ? n : undefined;
}

function constantOf(node: Node, module: Module): Node | undefined {
  const n = unwrap(node);
  const binding = n.type === 'Identifier' ? module.scopes.resolve(n) : undefined;
  return binding?.kind === 'const' && binding.declaration.type === 'VariableDeclarator'
    ? (binding.declaration.init ?? undefined)
    : undefined;
}

const SINK_OF: Readonly<Record<string, SinkKind>> = {
  baggage: 'baggage',
  'baggage-entries': 'baggage',
  log: 'log',
  tracker: 'tracker',
};

/** Judged facts of one call. */
export function writeFacts(ev: Evaluator, site: SinkSite, module: Module): readonly WriteFact[] {
  const sink = SINK_OF[site.sink.kind] ?? 'span';
  if (sink === 'tracker' && !ev.settings.trackers) return [];
  if (sink === 'log' && isOutsideProduction(site.call)) return [];
  return writeParts(ev, site, module, undefined).map((p) => {
    const fact = writeFact(ev, sink, p.part, p.entry, module, undefined);
    const start = p.at ?? fact.range.start;
    return {
      ...fact,
      range: { start: Math.min(start, fact.range.start), end: fact.range.end },
      keyText: p.keyText ?? computedKeyText(p.entry, module),
      ...(site.shape === 'log.Console' ? { console: true } : {}),
    };
  });
}

function computedKeyText(entry: RawEntry, module: Module): string | undefined {
  const node = entry.source?.node ?? entry.node;
  return node.type === 'Property' && node.computed ? keyText(node.key, entry.source?.module ?? module) : undefined;
}

/** Judges one part of a write. */
export function writeFact(
  ev: Evaluator,
  sink: SinkKind,
  part: WriteFact['part'],
  entry: RawEntry,
  home: Module,
  through: string | undefined,
): WriteFact {
  const value = ev.fresh(entry.get);
  // An attribute that is written elsewhere in this file is shown there, where its key can be read.
  const own = entry.source?.module === home && entry.key !== '*' ? entry.source : undefined;
  const node = own?.node ?? entry.node;
  const valueNode = valueNodeOf(node);
  return {
    sink: sink === 'label' ? 'span' : sink,
    part,
    key: entry.key,
    range: range(node),
    valueRange: range(valueNode),
    valueText: snippet(valueNode, own ? home : entry.module, 60),
    form: own?.form ?? entry.form,
    sensitive: judgeWrite(ev, sink, part, entry, value, home),
    ...(own ? { origin: `${home.path}:${range(node).start}` } : originOf(entry, home)),
    through,
  };
}
