import {
  argumentAt,
  isFunction,
  propertyName,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import { callSitesOf } from './callers.ts';
import type { AnalysisContext } from './context.ts';
import { AcrossFiles } from './epoch.ts';
import type { Evaluator } from './evaluate.ts';
import { loopsAround } from './loop-values.ts';
import type { Module } from './module.ts';
import { isTestPath } from './propagation-coverage.ts';
import { rootImport } from './root-import.ts';
import { isPath, joinAll, pathTexts, UNKNOWN_PART, valueIn } from './route-paths.ts';
import { functionParameter, routerKeys, sameRouter, type RouterKey } from './router-keys.ts';
import { alternatives, type Env, type Value } from './value.ts';

/** A router below another one. */
interface Mount {
  readonly router: RouterKey;
  /** Empty where it is not known what it is mounted on. */
  readonly parents: readonly RouterKey[];
  readonly paths: readonly string[];
  /** The parameter gets one of the parents, or what fastify makes of it. */
  readonly hands: boolean;
}

/** Methods that mount a router on another one, or give it a prefix, as they stand in a text. */
const WORDS = ['.use(', '.register(', '.route(', '.prefix('];
const MAX_DEPTH = 12;
const WHOLE: readonly string[] = [''];

const known = new AcrossFiles<Evaluator, RouteMounts>();

/** Which paths the routers of a workspace are mounted at: found once, from all files that mount any. */
export class RouteMounts {
  readonly #ev: Evaluator;
  readonly #ctx: AnalysisContext;
  readonly #mounts = new Map<string, Mount[]>();
  /** Prefixes that `router.prefix('/x')` sets. */
  readonly #set: { readonly router: RouterKey; readonly paths: readonly string[] }[] = [];

  private constructor(ev: Evaluator, ctx: AnalysisContext) {
    this.#ev = ev;
    this.#ctx = ctx;
    const { host } = ctx;
    const paths = new Set(WORDS.flatMap((word) => host.mentioning([word])));
    paths.add(ctx.module.path);
    for (const path of paths) {
      const module = isTestPath(path, host) ? undefined : ctx.moduleAt(path);
      if (module) this.#collect(module);
    }
  }

  /** Those of the workspace behind a file. */
  static of(ev: Evaluator, ctx: AnalysisContext): RouteMounts {
    let mounts = known.get(ev);
    if (!mounts) known.set(ev, (mounts = new RouteMounts(ev, ctx)));
    return mounts;
  }

  /** What stands in front of the paths of a router's own routes: one text for each place that it is mounted at. */
  prefixes(receiver: Node, module: Module): readonly string[] {
    const keys = routerKeys(this.#ev, receiver, module);
    if (keys.length === 0) return WHOLE;
    return joinAll(
      keys.flatMap((key) => this.#prefixes(key, new Set())),
      WHOLE,
    );
  }

  /** Framework of a router that comes in through a parameter without a type: of a plugin, or of `module.exports = (app) => …`. */
  frameworkOf(receiver: Node, module: Module): string | undefined {
    for (const key of routerKeys(this.#ev, receiver, module)) {
      const framework = this.#framework(key, new Set());
      if (framework !== undefined) return framework;
    }
    return undefined;
  }

  #framework(key: RouterKey, seen: Set<string>): string | undefined {
    if (key.framework !== undefined || seen.has(key.id)) return key.framework;
    seen.add(key.id);
    for (const { parents, hands } of this.#mountsOf(key))
      for (const parent of hands ? parents : []) {
        const framework = this.#framework(parent, seen);
        if (framework !== undefined) return framework;
      }
    return undefined;
  }

  #mountsOf(key: RouterKey): readonly Mount[] {
    return (this.#mounts.get(key.id) ?? []).flatMap((mount) => {
      const same = sameRouter(key, mount.router);
      return same === 'unsure' ? [{ ...mount, paths: [UNKNOWN_PART] }] : same ? [mount] : [];
    });
  }

  #prefixes(key: RouterKey, above: ReadonlySet<string>): readonly string[] {
    const id = [key.id, key.owner, ...key.frames].join(' ');
    if (above.has(id) || above.size > MAX_DEPTH) return [];
    const seen = new Set([...above, id]);
    const outer = [...this.#mounted(key, seen), ...this.#passedIn(key, seen)];
    return joinAll(outer.length > 0 ? outer : this.#derivedFrom(key, seen), this.#own(key));
  }

  #mounted(key: RouterKey, seen: ReadonlySet<string>): readonly string[] {
    return this.#mountsOf(key).flatMap(({ parents, paths }) => {
      const above = parents.flatMap((parent) => this.#prefixes(parent, seen));
      return joinAll(parents.length === 0 ? WHOLE : above, paths);
    });
  }

  /** A router that comes in through a parameter has the prefixes of those that callers pass. */
  #passedIn({ parameter, module }: RouterKey, seen: ReadonlySet<string>): readonly string[] {
    if (!parameter) return [];
    return callSitesOf(this.#ev, parameter.fn, module).flatMap(({ call, module: from, offset = 0 }) => {
      const argument = argumentAt(call, parameter.index + offset);
      const keys = argument ? routerKeys(this.#ev, argument, from) : [];
      return keys.flatMap((key) => this.#prefixes(key, seen));
    });
  }

  /** `app.basePath('/x')` is `app` again, for routes below a path. */
  #derivedFrom({ made, module }: RouterKey, seen: ReadonlySet<string>): readonly string[] {
    const holder = made && derivedHolder(made);
    if (!holder) return WHOLE;
    const keys = routerKeys(this.#ev, holder, module);
    return keys.length === 0 ? WHOLE : keys.flatMap((key) => this.#prefixes(key, seen));
  }

  /** Prefix that a router was made with, or that was set later. */
  #own(key: RouterKey): readonly string[] {
    const { id, made, framework, module } = key;
    if (framework === 'hono' && made?.type === 'CallExpression' && derivedHolder(made)) {
      const [path] = made.arguments;
      return path ? pathTexts(this.#ev, path, module) : WHOLE;
    }
    if (framework !== 'koa' || !made) return WHOLE;
    const [options] = made.type === 'NewExpression' || made.type === 'CallExpression' ? made.arguments : [];
    const given = options ? this.#prefixOption(options, module, undefined) : WHOLE;
    const [set, ...others] = this.#set.filter(({ router }) => router.id === id && sameRouter(key, router) !== false);
    if (set && (others.length > 0 || given[0] !== '')) return [UNKNOWN_PART];
    return set?.paths ?? given;
  }

  #collect(module: Module): void {
    for (const call of module.scopes.nodes('CallExpression')) {
      const callee = unwrap(call.callee);
      const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
      if (method === undefined || method === 'default') this.#handed(call, module);
      if (callee.type !== 'MemberExpression' || method === undefined || call.arguments.length === 0) continue;
      if (method !== 'use' && method !== 'register' && method !== 'route' && method !== 'prefix') continue;
      if (method === 'prefix') this.#prefixSet(call, callee, module);
      else
        for (const env of loopsAround(this.#ev, call, module)) {
          if (method === 'use') this.#used(call, callee, module, env);
          else if (method === 'register') this.#registered(call, callee, module, env);
          else this.#routed(call, callee, module, env);
        }
    }
  }

  /** `app.use('/api', authenticate, router)`; koa: `router.use('/api', other.routes())`, `app.use(mount('/api', other))`. */
  #used(call: TSESTree.CallExpression, callee: TSESTree.MemberExpression, module: Module, env: Env | undefined): void {
    const [first, ...others] = call.arguments;
    if (!first) return;
    const nodes = [first, ...others].map((a) => (a.type === 'SpreadElement' ? a.argument : a));
    const below = nodes.map((node) => this.#usable(node, module, env));
    if (below.every((keys) => keys.length === 0)) return;
    const parents = routerKeys(this.#ev, callee.object, module, env);
    // Middleware of hono is no router.
    if (parents.some((p) => p.framework === 'hono' || p.framework === 'fastify')) return;
    const paths = below[0]?.length === 0 && nodes.length > 1 ? this.#firstPath(first, module, env) : WHOLE;
    for (const [i, keys] of below.entries())
      for (const key of keys) {
        const inner = this.#mountedPath(nodes[i] as Node, module, env);
        this.#add(key, { parents, paths: joinAll(paths, inner), hands: false });
      }
  }

  #usable(node: Node, module: Module, env: Env | undefined): readonly RouterKey[] {
    const inner = unwrap(node);
    if (isFunction(inner) || inner.type === 'Literal' || inner.type === 'TemplateLiteral') return [];
    if (inner.type === 'CallExpression') {
      const callee = unwrap(inner.callee);
      const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
      if (callee.type === 'MemberExpression' && (method === 'routes' || method === 'middleware'))
        return routerKeys(this.#ev, callee.object, module, env).filter((k) => k.framework === 'koa');
      if (this.#isMount(inner, module)) {
        const last = inner.arguments.at(-1);
        return last ? this.#usable(last, module, env) : [];
      }
    }
    return routerKeys(this.#ev, inner, module, env).filter((k) => k.framework === 'express' || k.framework === 'koa');
  }

  #isMount(call: TSESTree.CallExpression, module: Module): boolean {
    return rootImport(this.#ctx, call.callee, module)?.source === 'koa-mount';
  }

  #mountedPath(node: Node, module: Module, env: Env | undefined): readonly string[] {
    const inner = unwrap(node);
    if (inner.type !== 'CallExpression' || inner.arguments.length < 2 || !this.#isMount(inner, module)) return WHOLE;
    return pathTexts(this.#ev, inner.arguments[0] as Node, module, env);
  }

  /** The first of several arguments is a path, or the first of several functions: where neither is known, its name decides. */
  #firstPath(first: Node, module: Module, env: Env | undefined): readonly string[] {
    const node = unwrap(first);
    if (node.type === 'Literal' && 'regex' in node) return [UNKNOWN_PART];
    const value = valueIn(this.#ev, node, module, env);
    if (node.type === 'TemplateLiteral' || isPath(value)) return pathTexts(this.#ev, node, module, env);
    if (node.type !== 'Identifier' && node.type !== 'MemberExpression' && node.type !== 'LogicalExpression')
      return node.type === 'BinaryExpression' ? [UNKNOWN_PART] : WHOLE;
    if (alternatives(value).some((v) => v.type === 'function' || v.type === 'shape')) return WHOLE;
    return PATH_NAME.test(module.text.slice(...rangeOf(node))) ? [UNKNOWN_PART] : WHOLE;
  }

  /** `fastify.register(plugin, { prefix: '/api' })`. */
  #registered(
    call: TSESTree.CallExpression,
    callee: TSESTree.MemberExpression,
    module: Module,
    env: Env | undefined,
  ): void {
    const [plugin, options] = call.arguments;
    if (!plugin || plugin.type === 'SpreadElement') return;
    const parents = routerKeys(this.#ev, callee.object, module, env);
    if (!parents.some((p) => p.framework === 'fastify' || p.parameter)) return;
    const wrapped = this.#unwrapped(plugin, module);
    for (const { node, module: home } of functionsIn(valueIn(this.#ev, wrapped ?? plugin, module, env))) {
      const key = functionParameter(node, 0, home);
      if (!key) continue;
      const isEncapsulated = !wrapped && !this.#isUnwrapped(node, home);
      const paths = isEncapsulated && options ? this.#prefixOption(options, module, env) : WHOLE;
      this.#add(key, { parents, paths, hands: true });
    }
  }

  /** `require('./routes')(app)`: callers of functions without a name are not found from the other end. */
  #handed(call: TSESTree.CallExpression, module: Module): void {
    for (const [index, argument] of call.arguments.entries()) {
      if (argument.type !== 'Identifier' || !ROUTER_NAME.test(argument.name)) continue;
      const functions = functionsIn(this.#ev.ask(call.callee, module)).filter(({ node }) => isExported(node));
      const parents = functions.length > 0 ? routerKeys(this.#ev, argument, module) : [];
      if (parents.length === 0) continue;
      for (const { node, module: home } of functions) {
        const key = functionParameter(node, index, home);
        if (key) this.#add(key, { parents, paths: WHOLE, hands: true });
      }
    }
  }

  /** Argument of `fp(plugin)`: fastify gives such a plugin the instance itself, and no prefix. */
  #unwrapped(node: Node, module: Module): Node | undefined {
    const call = unwrap(node);
    if (call.type !== 'CallExpression' || !module.text.includes(FASTIFY_PLUGIN)) return undefined;
    const source = rootImport(this.#ctx, call.callee, module)?.source;
    return source === FASTIFY_PLUGIN ? call.arguments[0] : undefined;
  }

  #isUnwrapped(fn: FunctionNode, module: Module): boolean {
    if (!module.text.includes(FASTIFY_PLUGIN)) return false;
    return module.scopes.nodes('CallExpression').some((call) => {
      const inner = this.#unwrapped(call, module);
      return inner && functionsIn(this.#ev.ask(inner, module)).some((f) => f.node === fn);
    });
  }

  #prefixOption(options: Node, module: Module, env: Env | undefined): readonly string[] {
    const value = valueIn(this.#ev, options, module, env);
    if (value.type !== 'object') return value.type === 'literal' ? WHOLE : [UNKNOWN_PART];
    const prefix = value.props.get('prefix');
    if (!prefix) return value.rest.length === 0 ? WHOLE : [UNKNOWN_PART];
    return prefix.node.type === 'Property'
      ? pathTexts(this.#ev, prefix.node.value, prefix.module, prefix.module === module ? env : undefined)
      : [UNKNOWN_PART];
  }

  /** Hono: `app.route('/api', other)`. */
  #routed(
    call: TSESTree.CallExpression,
    callee: TSESTree.MemberExpression,
    module: Module,
    env: Env | undefined,
  ): void {
    const [path, other] = call.arguments;
    if (!path || !other) return;
    const keys = routerKeys(this.#ev, other, module, env).filter((k) => k.framework === 'hono');
    if (keys.length === 0) return;
    const parents = routerKeys(this.#ev, callee.object, module, env);
    const paths = pathTexts(this.#ev, path, module, env);
    for (const key of keys) this.#add(key, { parents, paths, hands: false });
  }

  /** Koa: `router.prefix('/api')`. */
  #prefixSet(call: TSESTree.CallExpression, callee: TSESTree.MemberExpression, module: Module): void {
    const [path] = call.arguments;
    for (const router of path ? routerKeys(this.#ev, callee.object, module) : [])
      if (router.framework === 'koa' && path) this.#set.push({ router, paths: pathTexts(this.#ev, path, module) });
  }

  #add(router: RouterKey, mount: Omit<Mount, 'router'>): void {
    const list = this.#mounts.get(router.id);
    if (list) list.push({ router, ...mount });
    else this.#mounts.set(router.id, [{ router, ...mount }]);
  }
}

const ROUTER_NAME = /app|api|server|router|routes|express|fastify|instance|v\d/i;
const FASTIFY_PLUGIN = 'fastify-plugin';
const PATH_NAME = /(?:path|prefix|base|url|uri|route|mount|root|endpoint|version)\w*['"`\])]*$/i;

/** The router that `.basePath()` was called on. */
function derivedHolder(made: Node): Node | undefined {
  if (made.type !== 'CallExpression') return undefined;
  const callee = unwrap(made.callee);
  return callee.type === 'MemberExpression' && propertyName(callee) === 'basePath' ? callee.object : undefined;
}

/** `module.exports = (app) => …`, `export default (app) => …`. */
function isExported(fn: FunctionNode): boolean {
  const { parent } = fn;
  return parent.type === 'AssignmentExpression' || parent.type === 'ExportDefaultDeclaration';
}

/** Functions that a value can be; those that modules export by default too. */
function functionsIn(value: Value): readonly { readonly node: FunctionNode; readonly module: Module }[] {
  return alternatives(value).flatMap((v) => {
    if (v.type === 'function') return [{ node: v.node, module: v.module }];
    const exported = v.type === 'object' ? v.props.get('default')?.get() : undefined;
    return exported ? functionsIn(exported) : [];
  });
}
