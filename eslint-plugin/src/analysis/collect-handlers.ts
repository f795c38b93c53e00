import { consumeConstructors, consumers, type ConsumeSpec } from '../knowledge/libraries/brokers.ts';
import { entryCalls, routeMethods, routers, type EntryCall } from '../knowledge/entry-points.ts';
import { calleeName, isFunction, propertyName, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import { decoratedHandlers, handlerClassMethods } from './collect-decorated.ts';
import { exportedHandlers } from './collect-exported-handlers.ts';
import { consumerName } from './consumer-name.ts';
import type { AnalysisContext } from './context.ts';
import type { Evaluator } from './evaluate.ts';
import { EvidenceSearch } from './handler-evidence.ts';
import {
  handlerArgument,
  nameText,
  rangeFrom,
  routeTexts,
  type HandlerDraft,
  type HandlerFact,
} from './handler-facts.ts';
import { resolverHandlers } from './collect-resolvers.ts';
import { isBrowserFile } from './propagation-coverage.ts';
import { shapesOf } from './propagation-facts.ts';
import { rootImport } from './root-import.ts';
import { RouteMounts } from './route-mounts.ts';
import { joinAll, pathTexts } from './route-paths.ts';
import { parameterKey } from './router-keys.ts';

const PROBE =
  /^(?:GET|HEAD|ALL) \/?(?:[\w-]+\/)*?_?(?:health(?:z|check|[-_]check)?|livez?|liveness|readyz?|readiness|startup|alive|ping|metrics|status|favicon\.ico|robots\.txt)\/?$/i;

const CONSUMER_METHODS = new Set(Object.values(consumers).flatMap((m) => Object.keys(m)));
const ENTRY_NAMES = new Set(entryCalls.flatMap((e) => (e.form === 'method' ? e.names : [])));

/** Functions of a file that frameworks call, each with what gives it a span and a metric. */
export function collectHandlers(ev: Evaluator, ctx: AnalysisContext): readonly HandlerFact[] {
  const drafts = [...draftsOf(ev, ctx)];
  if (drafts.length === 0) return [];
  const evidence = new EvidenceSearch(ev, ctx);
  return drafts.map((draft) => {
    const [fn] = draft.functions;
    const [start, end] = fn ? rangeOf(fn.node) : [0, 0];
    return {
      kind: draft.kind,
      framework: draft.framework,
      name: draft.name,
      path: draft.module.path,
      range: draft.range,
      handler: fn && { path: fn.module.path, range: { start, end } },
      span: evidence.spanOf(draft),
      metric: evidence.metricOf(draft),
      probe: draft.kind === 'http' && isProbe(draft.name),
    };
  });
}

/** A probe or a scrape at every path that it has. */
function isProbe(name: string): boolean {
  const [verb = '', ...paths] = name.split(/,? /);
  return paths.length > 0 && paths.every((path) => PROBE.test(`${verb} ${path.replace(/^\/?…/, '')}`));
}

function* draftsOf(ev: Evaluator, ctx: AnalysisContext): Iterable<HandlerDraft> {
  const { module } = ctx;
  yield* exportedHandlers(ctx);
  if (isBrowserFile(module)) return;
  for (const call of module.scopes.nodes('CallExpression')) {
    const draft = callDraft(ev, ctx, call);
    if (draft) yield draft;
  }
  for (const node of module.scopes.nodes('NewExpression')) {
    const draft = constructed(ctx, node);
    if (draft) yield draft;
  }
  yield* resolverHandlers(ctx);
  yield* decoratedHandlers(ev, ctx);
  yield* handlerClassMethods(ctx);
}

function callDraft(ev: Evaluator, ctx: AnalysisContext, call: TSESTree.CallExpression): HandlerDraft | undefined {
  const callee = unwrap(call.callee);
  if (callee.type === 'Identifier') return imported(ctx, call, 'call') ?? server(ctx, call);
  if (callee.type !== 'MemberExpression') return undefined;
  const method = propertyName(callee);
  if (method === undefined) return undefined;
  if (routeMethods.has(method) || method === 'on' || method === 'route') {
    const draft = route(ev, ctx, call, callee, method);
    if (draft) return draft;
  }
  if (CONSUMER_METHODS.has(method)) {
    const draft = consumer(ctx, call, callee, method);
    if (draft) return draft;
  }
  if (method === 'createServer') return server(ctx, call);
  return ENTRY_NAMES.has(method) ? imported(ctx, call, 'method') : undefined;
}

/** `app.get('/path', …, handler)`, `router.route('/path').get(handler)`, `app.route({ method, url, handler })`. */
function route(
  ev: Evaluator,
  ctx: AnalysisContext,
  call: TSESTree.CallExpression,
  callee: TSESTree.MemberExpression,
  method: string,
): HandlerDraft | undefined {
  const { module } = ctx;
  const last = call.arguments.at(-1);
  if (!last || last.type === 'SpreadElement') return undefined;
  const framework = frameworkOf(ev, ctx, call, callee.object);
  if (framework === undefined) return undefined;
  if (method === 'route')
    return framework === 'fastify' && last.type === 'ObjectExpression' ? routeObject(ev, ctx, callee, last) : undefined;
  if (method === 'on' && (framework !== 'hono' || call.arguments.length < 3)) return undefined;
  const first = call.arguments[0] as Node;
  const pathNode = method === 'on' ? (call.arguments[1] as Node) : isFunction(unwrap(first)) ? undefined : first;
  const chained = mountedPath(callee.object);
  // `app.get('setting')` reads a setting; `app.get(path, handler)` has a handler.
  if (call.arguments.length < 2 && !chained) return undefined;
  const isPath = chained === undefined || call.arguments.length > 1;
  const own = chained ?? (isPath ? pathNode : undefined);
  if (chained === undefined && last.type === 'Literal') return undefined;
  const given = handlerArgument(ctx, optionsHandler(last) ?? last, module);
  const before = call.arguments.slice(chained ? 0 : 1, -1).flatMap((a) => handlerArgument(ctx, a, module).functions);
  const verb = method === 'on' ? (nameText(ctx, first, module) ?? 'ON') : method === 'del' ? 'delete' : method;
  return {
    kind: 'http',
    framework,
    name: routeName(verb, fullPaths(ev, ctx, callee.object, own)),
    module,
    range: rangeFrom(callee.property, chained || first === last ? callee.property : (pathNode ?? callee.property)),
    functions: given.functions,
    around: [...given.around, ...before],
    decorators: [],
  };
}

/** Framework of a router; a parameter without a type can be one by what is handed to its function. */
function frameworkOf(
  ev: Evaluator,
  ctx: AnalysisContext,
  call: TSESTree.CallExpression,
  receiver: Node,
): string | undefined {
  const { module, host } = ctx;
  const [framework] = shapesOf(ctx.evaluate(receiver)).flatMap((s) => routers[s] ?? []);
  if (framework !== undefined || !parameterKey(receiver, module)) return framework;
  if (call.arguments.length < 2 && unwrap(receiver).type === 'Identifier' && calleeName(call) !== 'route')
    return undefined;
  if (![...host.project(module.path).dependencies.keys()].some((name) => FRAMEWORK.test(name))) return undefined;
  return RouteMounts.of(ev, ctx).frameworkOf(receiver, module);
}

const FRAMEWORK = /express|fastify|koa|hono|restify|polka/;

/** Paths of a route with those of its router in front; the text of an expression can stand alone only. */
function fullPaths(ev: Evaluator, ctx: AnalysisContext, receiver: Node, own: Node | undefined): readonly string[] {
  const prefixes = RouteMounts.of(ev, ctx).prefixes(receiver, ctx.module);
  if (prefixes.every((prefix) => prefix === '')) return routeTexts(ctx, own);
  return joinAll(prefixes, own ? pathTexts(ev, own, ctx.module) : ['']);
}

/** `GET /orders/:id`; of a router that is mounted twice `GET /v1/orders/:id, /v2/orders/:id`. */
function routeName(verb: string, paths: readonly string[]): string {
  return `${verb.toUpperCase()} ${paths.join(', ')}`.trim();
}

/** `{ handler: fn }` in place of the function, as fastify takes it. */
function optionsHandler(node: Node): Node | undefined {
  return node.type === 'ObjectExpression' ? propertyOf(node, 'handler') : undefined;
}

function propertyOf(node: TSESTree.ObjectExpression, name: string): Node | undefined {
  const p = node.properties.find((q) => q.type === 'Property' && propertyName(q) === name);
  return p?.type === 'Property' ? p.value : undefined;
}

function routeObject(
  ev: Evaluator,
  ctx: AnalysisContext,
  callee: TSESTree.MemberExpression,
  options: TSESTree.ObjectExpression,
): HandlerDraft | undefined {
  const handler = propertyOf(options, 'handler');
  if (!handler) return undefined;
  const { module } = ctx;
  const url = propertyOf(options, 'url') ?? propertyOf(options, 'path');
  const method = nameText(ctx, propertyOf(options, 'method'), module) ?? '';
  return {
    kind: 'http',
    framework: 'fastify',
    name: routeName(method, fullPaths(ev, ctx, callee.object, url)),
    module,
    range: rangeFrom(callee.property, url ?? callee.property),
    ...handlerArgument(ctx, handler, module),
    decorators: [],
  };
}

/** Path node of `router.route(path)` below a chain of methods. */
function mountedPath(object: Node): Node | undefined {
  for (let n = unwrap(object); n.type === 'CallExpression';) {
    const callee = unwrap(n.callee);
    if (callee.type !== 'MemberExpression') return undefined;
    if (propertyName(callee) === 'route') return n.arguments[0];
    n = unwrap(callee.object);
  }
  return undefined;
}

/** `createServer((req, res) => …)` of Node's own modules. */
function server(ctx: AnalysisContext, call: TSESTree.CallExpression): HandlerDraft | undefined {
  const { module } = ctx;
  if (calleeName(call) !== 'createServer') return undefined;
  const source = rootImport(ctx, call.callee, module)?.source;
  if (source === undefined || !/^(?:node:)?https?2?$/.test(source)) return undefined;
  const functions = call.arguments.flatMap((a) => handlerArgument(ctx, a, module).functions);
  if (functions.length === 0) return undefined;
  return {
    kind: 'http',
    framework: source.startsWith('node:') ? source : `node:${source}`,
    name: 'createServer',
    module,
    range: rangeFrom(call.callee, call.callee),
    functions,
    around: [],
    decorators: [],
  };
}

function imported(
  ctx: AnalysisContext,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  form: EntryCall['form'],
): HandlerDraft | undefined {
  const { module } = ctx;
  const name = calleeName(call);
  const specs = entryCalls.filter((e) => e.form === form);
  if (name === undefined || (form === 'method' && !specs.some((e) => e.names.includes(name)))) return undefined;
  const root = rootImport(ctx, call.callee, module);
  if (!root || (form !== 'method' && !root.direct)) return undefined;
  const used = form === 'method' ? name : root.name;
  const spec = specs.find((e) => e.names.includes(used) && e.modules.includes(root.source));
  const handler = spec && handlerNode(ctx, call, spec.handler);
  if (!spec || !handler) return undefined;
  const label = typeof spec.name === 'number' ? call.arguments[spec.name] : chainArgument(call, spec.name);
  const end = typeof spec.name === 'number' && label && label !== handler ? label : call.callee;
  return {
    kind: spec.kind,
    framework: spec.framework,
    name: nameText(ctx, label === handler ? undefined : label, module) ?? variableName(call) ?? used,
    module,
    range: rangeFrom(call.type === 'NewExpression' ? call : shortCallee(call), end),
    ...handlerArgument(ctx, handler, module),
    decorators: [],
  };
}

function shortCallee(call: TSESTree.CallExpression): Node {
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression' ? callee.property : callee;
}

function handlerNode(
  ctx: AnalysisContext,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  index: number,
): Node | undefined {
  if (index >= 0) return call.arguments[index];
  return call.arguments.findLast((a) => handlerArgument(ctx, a, ctx.module).functions.length > 0);
}

/** First argument of a method further down the chain: `.command('build')` below `.action(fn)`. */
function chainArgument(call: Node, method: string | undefined): Node | undefined {
  let n = call;
  while (method !== undefined && n.type === 'CallExpression') {
    const callee = unwrap(n.callee);
    if (callee.type !== 'MemberExpression') return undefined;
    if (propertyName(callee) === method) return n.arguments[0];
    n = unwrap(callee.object);
  }
  return undefined;
}

/** Name that the result is kept under: `list: publicProcedure.query(…)`, `const list = …`. */
function variableName(call: Node): string | undefined {
  const parent = call.parent;
  if (parent?.type === 'Property') return propertyName(parent);
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  return undefined;
}

function consumer(
  ctx: AnalysisContext,
  call: TSESTree.CallExpression,
  callee: TSESTree.MemberExpression,
  method: string,
): HandlerDraft | undefined {
  for (const shape of shapesOf(ctx.evaluate(callee.object))) {
    const methods = consumers[shape];
    const spec = methods && Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!spec || spec.optIn !== undefined) continue;
    const first = call.arguments[0];
    if (spec.event && !(first?.type === 'Literal' && spec.event.includes(String(first.value)))) return undefined;
    return consumeDraft(ctx, call, callee.property, spec);
  }
  return undefined;
}

function constructed(ctx: AnalysisContext, node: TSESTree.NewExpression): HandlerDraft | undefined {
  const name = calleeName(node);
  if (name !== undefined && /Worker|Consumer|Processor|Subscriber|Receiver|Listener/.test(name)) {
    const spec = shapesOf(ctx.evaluate(node)).flatMap((s) => consumeConstructors[s] ?? [])[0];
    return spec && consumeDraft(ctx, node, node.callee, spec);
  }
  return imported(ctx, node, 'new');
}

function consumeDraft(
  ctx: AnalysisContext,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  at: Node,
  spec: ConsumeSpec,
): HandlerDraft | undefined {
  const { module } = ctx;
  const callee = unwrap(call.callee);
  let handler: Node | undefined;
  if (typeof spec.handler === 'number') handler = handlerNode(ctx, call, spec.handler);
  else {
    const options = call.arguments[spec.handler.arg];
    const object = options && unwrap(options);
    if (object?.type === 'ObjectExpression')
      handler = spec.handler.properties.map((p) => propertyOf(object, p)).find((p) => p !== undefined);
  }
  if (!handler && !spec.iterates) return undefined;
  const first = call.arguments[0];
  const label =
    first && unwrap(first).type !== 'ObjectExpression' && first !== handler && !spec.event ? first : undefined;
  const receiver = callee.type === 'MemberExpression' && call.type === 'CallExpression' ? callee.object : undefined;
  return {
    kind: 'consumer',
    framework: spec.broker,
    broker: spec.broker,
    name: consumerName(ctx, label, receiver) ?? spec.broker,
    module,
    range: rangeFrom(at, label ?? at),
    ...(handler ? handlerArgument(ctx, handler, module) : { functions: [], around: [] }),
    decorators: [],
  };
}
