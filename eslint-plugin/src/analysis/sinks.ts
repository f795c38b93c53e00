import { enclosingFunction, propertyName, unwrap, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import { libraryExport, libraryType, shapeMember, shapeOf } from './libraries.ts';
import type { Module } from './module.ts';
import { TreeMemoryAcrossFiles, treeOfModule } from './tree-memory.ts';

import { importSource, specifierName } from './module.ts';
import { libraries } from '../knowledge/libraries/index.ts';
import { LOG_LEVELS } from '../knowledge/libraries/loggers.ts';
import type { Sink } from '../knowledge/types.ts';
import { alternatives } from './value.ts';

/** A call that writes telemetry. */
export interface SinkSite {
  readonly call: TSESTree.CallExpression;
  readonly sink: Sink;
  /** Shape of the receiver, e.g. `prom.Counter`; empty for plain functions. */
  readonly shape: string;
  readonly method: string;
  readonly receiver: Node | undefined;
  readonly fn: FunctionNode | undefined;
  readonly evidence: 'proved' | 'typed' | 'named';
  /** What is written, where that is not the call's own arguments: `console.log.apply(console, rest)`. */
  readonly written?: readonly Node[];
}

const sinkMethods = new Set<string>();
for (const library of libraries) {
  for (const shape of Object.values(library.shapes ?? {})) {
    for (const [name, member] of Object.entries(shape.members ?? {}))
      if (member.call?.sink && member.call.sink.kind !== 'log') sinkMethods.add(name);
  }
  for (const [name, entry] of Object.entries(library.exports)) if (entry.call?.sink) sinkMethods.add(name);
}
const logMethods = new Set<string>([
  ...LOG_LEVELS,
  'child',
  'dir',
  'table',
  'group',
  'write',
  'assert',
  'groupCollapsed',
  'emit',
]);
const forwards = new Set(['apply', 'call']);

const cache = new TreeMemoryAcrossFiles<Module, readonly SinkSite[]>(treeOfModule);
const logCache = new TreeMemoryAcrossFiles<Module, readonly SinkSite[]>(treeOfModule);

/** Calls of a file that write metrics, spans, baggage or to error trackers. */
export function sinkSites(ev: Evaluator, module: Module): readonly SinkSite[] {
  let sites = cache.get(module);
  if (!sites) {
    cache.set(module, []);
    sites = collect(ev, module, sinkMethods, (call, name) => siteOf(ev, module, call, name));
    cache.set(module, sites);
  }
  return sites;
}

/** Calls of a file that write log lines. */
export function logSites(ev: Evaluator, module: Module): readonly SinkSite[] {
  let sites = logCache.get(module);
  if (!sites) {
    logCache.set(module, []);
    sites = [
      ...collect(ev, module, logMethods, (call, name) => logSiteOf(ev, module, call, name)),
      ...logFunctions(ev, module),
    ];
    logCache.set(module, sites);
  }
  return sites;
}

function collect(
  ev: Evaluator,
  module: Module,
  methods: ReadonlySet<string>,
  make: (call: TSESTree.CallExpression, name: string) => SinkSite | undefined,
): SinkSite[] {
  const sites: SinkSite[] = [];
  for (const call of module.scopes.nodes('CallExpression')) {
    const callee = unwrap(call.callee);
    const name = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    if (name !== undefined) {
      const site = methods.has(name)
        ? make(call, name)
        : methods === logMethods && forwards.has(name)
          ? forwardedLog(ev, module, call, name)
          : undefined;
      if (site) sites.push(site);
    } else if (callee.type === 'Identifier' && methods === sinkMethods) {
      const site = plainCall(ev, module, call, callee);
      if (site) sites.push(site);
    }
  }
  return sites;
}

function siteOf(ev: Evaluator, module: Module, call: TSESTree.CallExpression, method: string): SinkSite | undefined {
  const callee = unwrap(call.callee) as TSESTree.MemberExpression;
  if (!worthAsking(call, method, callee.object, module)) return undefined;
  for (const value of alternatives(ev.ask(callee.object, module))) {
    if (value.type === 'shape') {
      const sink = shapeMember(value.shape, method)?.call?.sink;
      if (sink)
        return {
          call,
          sink,
          shape: value.shape,
          method,
          receiver: callee.object,
          fn: enclosingFunction(call),
          evidence: value.evidence,
        };
    } else if (value.type === 'external' && (value.path.length === 1 || value.path[1] === 'default')) {
      const sink = libraryExport(value.path[0] ?? '', method)?.call?.sink;
      if (sink)
        return {
          call,
          sink,
          shape: '',
          method,
          receiver: callee.object,
          fn: enclosingFunction(call),
          evidence: 'proved',
        };
    }
  }
  return typedSite(ev, call, method, callee.object) ?? namedSite(ev, module, call, method, callee.object);
}

/** A receiver that only the type checker knows: a metric that a function of an unknown package returns. */
function typedSite(ev: Evaluator, call: TSESTree.CallExpression, method: string, receiver: Node): SinkSite | undefined {
  const answer = ev.host.types?.typeOf(receiver);
  const shape =
    answer?.symbol !== undefined && answer.declaredIn !== undefined
      ? libraryType(answer.declaredIn, answer.symbol)
      : undefined;
  const sink = shape === undefined ? undefined : shapeMember(shape, method)?.call?.sink;
  return sink && shape !== undefined
    ? { call, sink, shape, method, receiver, fn: enclosingFunction(call), evidence: 'typed' }
    : undefined;
}

const SHARED_METHODS = new Set([
  'end',
  'add',
  'set',
  'record',
  'observe',
  'event',
  'notify',
  'start',
  'remove',
  'bind',
]);
/** Where methods that write samples have their labels. */
const LABELS_AT: Readonly<Record<string, number>> = { set: 0, observe: 0, bind: 0, add: 1, record: 1 };
const INSTRUMENT_NAMES =
  /counter|gauge|histogram|metric|meter|summary|total|duration|latency|instrument|observ|result|baggage|scope|client|bugsnag|airbrake|sentry/i;

/** Methods that maps, sets and forms have too are followed only where names or imports speak of telemetry, and with labels to write. */
function worthAsking(call: TSESTree.CallExpression, method: string, receiver: Node, module: Module): boolean {
  if (!SHARED_METHODS.has(method)) return true;
  if (method === 'set' || method === 'add' || method === 'record') {
    const first = call.arguments[0];
    if (
      call.arguments.length < 2 ||
      !first ||
      (method === 'set' && (first.type === 'Literal' || first.type === 'TemplateLiteral'))
    )
      return false;
  }
  // Functions are bound to `this`, handles of metrics to labels.
  if (method === 'bind' && (call.arguments.length !== 1 || call.arguments[0]?.type === 'ThisExpression')) return false;
  const place = LABELS_AT[method];
  if (place !== undefined && call.arguments[place]?.type === 'ObjectExpression') return true;
  const name = lastName(receiver);
  return (name !== undefined && INSTRUMENT_NAMES.test(name)) || importsTelemetry(module);
}

const TELEMETRY_IMPORT =
  /prom-client|@opentelemetry\/|@prometheus-io\/client|@telint\/runtime\/metrics|sentry|bugsnag|airbrake|newrelic|hot-shots|dogstatsd/i;

const telemetryImports = new WeakMap<Module, boolean>();

function importsTelemetry(module: Module): boolean {
  let imports = telemetryImports.get(module);
  if (imports === undefined) telemetryImports.set(module, (imports = TELEMETRY_IMPORT.test(module.text)));
  return imports;
}

/** A receiver that cannot be traced but is called what it is, in code that has to do with OpenTelemetry. */
function namedSite(
  ev: Evaluator,
  module: Module,
  call: TSESTree.CallExpression,
  method: string,
  receiver: Node,
): SinkSite | undefined {
  const shape = SPAN_METHODS.has(method)
    ? 'otel.Span'
    : method === 'startSpan' || method === 'startActiveSpan'
      ? 'otel.Tracer'
      : undefined;
  const name = shape === undefined ? undefined : lastName(receiver);
  if (shape === undefined || name === undefined || !(shape === 'otel.Span' ? /span$/i : /tracer$/i).test(name))
    return undefined;
  const value = ev.ask(receiver, module);
  const open = alternatives(value).some(
    (v) =>
      v.type === 'unknown' ||
      (v.type === 'external' &&
        v.path[0]?.startsWith('@opentelemetry/') !== true &&
        !/sentry/i.test(v.path[0] ?? '')) ||
      v.type === 'instance',
  );
  if (!open || !(module.text.includes('@opentelemetry/') || usesOpenTelemetry(ev, module))) return undefined;
  const sink = shapeMember(shape, method)?.call?.sink;
  return sink ? { call, sink, shape, method, receiver, fn: enclosingFunction(call), evidence: 'named' } : undefined;
}

const SPAN_METHODS = new Set([
  'setAttribute',
  'setAttributes',
  'addEvent',
  'updateName',
  'setStatus',
  'recordException',
]);

function lastName(node: Node): string | undefined {
  const n = unwrap(node);
  if (n.type === 'Identifier') return n.name;
  if (n.type === 'MemberExpression') return propertyName(n)?.replace(/^#/, '');
  return n.type === 'CallExpression' ? nameOfCallee(n) : undefined;
}

function usesOpenTelemetry(ev: Evaluator, module: Module): boolean {
  for (const name of ev.host.project(module.path).dependencies.keys())
    if (name.startsWith('@opentelemetry/')) return true;
  return false;
}

/** `end({ status })` of a timer, `captureMessage(…)` of an import. */
function plainCall(
  ev: Evaluator,
  module: Module,
  call: TSESTree.CallExpression,
  callee: TSESTree.Identifier,
): SinkSite | undefined {
  const binding = module.scopes.resolve(callee);
  if (!binding) return undefined;
  if (binding.kind === 'import') {
    const source = importSource(binding.declaration);
    const imported =
      binding.declaration.type === 'ImportSpecifier' ? specifierName(binding.declaration.imported) : 'default';
    const sink = source === undefined ? undefined : libraryExport(source, imported)?.call?.sink;
    return sink
      ? {
          call,
          sink,
          shape: '',
          method: imported,
          receiver: undefined,
          fn: enclosingFunction(call),
          evidence: 'proved',
        }
      : undefined;
  }
  const init = binding.declaration.type === 'VariableDeclarator' ? binding.declaration.init : undefined;
  const source = init ? unwrap(init) : undefined;
  if (source?.type !== 'CallExpression' || !TIMER.test(nameOfCallee(source))) return undefined;
  const value = ev.ask(callee, module);
  const sink = value.type === 'shape' ? shapeOf(value.shape)?.call?.sink : undefined;
  return sink && value.type === 'shape'
    ? {
        call,
        sink,
        shape: value.shape,
        method: callee.name,
        receiver: callee,
        fn: enclosingFunction(call),
        evidence: value.evidence,
      }
    : undefined;
}

const TIMER = /timer/i;

function nameOfCallee(call: TSESTree.CallExpression): string {
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression'
    ? (propertyName(callee) ?? '')
    : callee.type === 'Identifier'
      ? callee.name
      : '';
}

function logSiteOf(ev: Evaluator, module: Module, call: TSESTree.CallExpression, method: string): SinkSite | undefined {
  const site = logReceiver(ev, module, unwrap(call.callee) as TSESTree.MemberExpression, method);
  return site && { ...site, call, fn: enclosingFunction(call) };
}

/** `console.log.apply(console, args)`, `logger.info.call(logger, a, b)`. */
function forwardedLog(ev: Evaluator, module: Module, call: TSESTree.CallExpression, how: string): SinkSite | undefined {
  const member = unwrap((unwrap(call.callee) as TSESTree.MemberExpression).object);
  const method = member.type === 'MemberExpression' ? propertyName(member) : undefined;
  if (member.type !== 'MemberExpression' || method === undefined || !logMethods.has(method)) return undefined;
  const site = logReceiver(ev, module, member, method);
  return (
    site && {
      ...site,
      call,
      fn: enclosingFunction(call),
      written: call.arguments.slice(1, how === 'apply' ? 2 : undefined),
    }
  );
}

function logReceiver(
  ev: Evaluator,
  module: Module,
  callee: TSESTree.MemberExpression,
  method: string,
): Omit<SinkSite, 'call' | 'fn'> | undefined {
  const receiver = unwrap(callee.object);
  const own = lastName(receiver);
  const sink: Sink = { kind: 'log', level: method };
  if (own === 'console' && receiver.type === 'Identifier' && !module.scopes.resolve(receiver))
    return { sink, shape: 'log.Console', method, receiver, evidence: 'proved' };
  if (isNamedLogger(ev, receiver)) {
    if (!NAMED_METHODS.has(method)) return undefined;
    return { sink, shape: 'log.Logger', method, receiver, evidence: 'named' };
  }
  if (receiver.type !== 'Identifier' && receiver.type !== 'MemberExpression' && receiver.type !== 'CallExpression')
    return undefined;
  const value = ev.ask(receiver, module);
  return value.type === 'shape' && shapeMember(value.shape, method)?.call?.sink?.kind === 'log'
    ? { sink, shape: value.shape, method, receiver, evidence: value.evidence }
    : undefined;
}

/** Methods by which a name alone makes a logger. */
const NAMED_METHODS = new Set<string>([...LOG_LEVELS, 'child', 'group', 'groupCollapsed']);

/** `logger`, `this.requestLogger`, and what their `child(…)` returns. */
function isNamedLogger(ev: Evaluator, receiver: Node): boolean {
  if (receiver.type === 'CallExpression') {
    const callee = unwrap(receiver.callee);
    return (
      callee.type === 'MemberExpression' &&
      DERIVED_LOGGERS.has(propertyName(callee) ?? '') &&
      isNamedLogger(ev, unwrap(callee.object))
    );
  }
  if (receiver.type !== 'Identifier' && receiver.type !== 'MemberExpression') return false;
  const name = lastName(receiver);
  return name !== undefined && (isLoggerName(name) || ev.settings.loggers.includes(name));
}

const DERIVED_LOGGERS = new Set(['child', 'getSubLogger', 'withContext', 'withTag', 'withFields', 'extend']);

/** Calls of functions that are loggers themselves: `const debug = require('debug')('app')`. */
function logFunctions(ev: Evaluator, module: Module): SinkSite[] {
  if (!LOG_FUNCTION_MODULES.test(module.text)) return [];
  const sites: SinkSite[] = [];
  for (const call of module.scopes.nodes('CallExpression')) {
    const callee = unwrap(call.callee);
    const binding = callee.type === 'Identifier' ? module.scopes.resolve(callee) : undefined;
    const made = binding?.declaration.type === 'VariableDeclarator' ? binding.declaration.init : undefined;
    if (made?.type !== 'CallExpression' || call.arguments.length === 0) continue;
    const value = ev.ask(callee, module);
    const sink = value.type === 'shape' ? shapeOf(value.shape)?.call?.sink : undefined;
    if (sink?.kind === 'log' && value.type === 'shape')
      sites.push({
        call,
        sink,
        shape: value.shape,
        method: binding?.name ?? '',
        receiver: callee,
        fn: enclosingFunction(call),
        evidence: value.evidence,
      });
  }
  return sites;
}

const LOG_FUNCTION_MODULES = /['"]debug['"]/;

/** Identifiers that conventionally are loggers; `dialog`, `catalog`, `blog`, `login` are not. */
export function isLoggerName(name: string): boolean {
  return /^(?:_?log|_?logger|LOG|LOGGER|logging)$/.test(name) || /(?:[a-z0-9_](?:Logger|Log)|_logger|_log)$/.test(name);
}
