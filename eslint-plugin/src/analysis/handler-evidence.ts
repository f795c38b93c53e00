import { metricMiddleware, routers, spanWrappers } from '../knowledge/entry-points.ts';
import { coverage, handlerCoverage, type BrokerCoverage } from '../knowledge/instrumentations.ts';
import { calleeName, rangeOf, unwrap, walk, type FunctionNode, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { AcrossFiles } from './epoch.ts';
import type { Evaluator } from './evaluate.ts';
import {
  functionsOf,
  handlerArgument,
  type CoverageEvidence,
  type HandlerDraft,
  type HomedFunction,
} from './handler-facts.ts';
import type { ModuleHost } from './host.ts';
import type { Module } from './module.ts';
import { dependsOn, isTestPath, TracingProject } from './propagation-coverage.ts';
import { shapesOf } from './propagation-facts.ts';
import { rootImport } from './root-import.ts';
import { sinkSites, type SinkSite } from './sinks.ts';
import { lineOf } from './trace.ts';
import { TreeMemoryAcrossFiles, treeOfNode } from './tree-memory.ts';

/** What is looked for in a handler. */
type Wanted = 'span' | 'metric';

const MAX_CALLS = 80;
const MAX_MIDDLEWARE_FILES = 40;

interface Middleware {
  readonly text: string;
  readonly packageName: string | undefined;
  readonly path: string;
}

/** Middleware of the workspace that writes telemetry, found once. */
const found = new AcrossFiles<ModuleHost, Map<Wanted, readonly Middleware[]>>();

interface Called {
  readonly name: string;
  readonly target: HomedFunction;
}

const called = new TreeMemoryAcrossFiles<FunctionNode, readonly Called[]>(treeOfNode);

/** Finds what gives a handler its span or metric. */
export class EvidenceSearch {
  readonly #ev: Evaluator;
  readonly #ctx: AnalysisContext;
  readonly #project: TracingProject;

  constructor(ev: Evaluator, ctx: AnalysisContext) {
    this.#ev = ev;
    this.#ctx = ctx;
    this.#project = new TracingProject(ctx);
  }

  spanOf(draft: HandlerDraft): CoverageEvidence | undefined {
    return (
      this.#written(draft, 'span') ??
      this.#decorated(draft) ??
      this.#registered(draft) ??
      this.#middleware(draft, 'span')
    );
  }

  metricOf(draft: HandlerDraft): CoverageEvidence | undefined {
    return this.#written(draft, 'metric') ?? this.#middleware(draft, 'metric');
  }

  #written(draft: HandlerDraft, wanted: Wanted): CoverageEvidence | undefined {
    for (const fn of draft.functions) {
      const evidence = this.#inFunction(fn, wanted);
      if (evidence) return evidence;
    }
    for (const fn of draft.around) {
      const evidence = this.#inFunction(fn, wanted);
      if (evidence) return { ...evidence, how: 'helper' };
    }
    return undefined;
  }

  #inFunction(fn: HomedFunction, wanted: Wanted): CoverageEvidence | undefined {
    const own = this.#directly(fn, wanted);
    if (own) return { how: 'direct', text: own };
    for (const { name, target } of this.#calledBy(fn)) {
      const text = this.#directly(target, wanted);
      if (text !== undefined) return { how: 'helper', text: `\`${name}()\`: ${text}` };
    }
    return undefined;
  }

  /** Functions of the workspace that a function calls; found once for spans and metrics. */
  #calledBy({ node, module }: HomedFunction): readonly Called[] {
    const known = called.get(node);
    if (known) return known;
    const list: Called[] = [];
    let left = MAX_CALLS;
    walk(node.body, (n) => {
      if (left <= 0) return false;
      if (n.type !== 'CallExpression') return true;
      left--;
      for (const target of functionsOf(this.#ctx, n.callee, module))
        if (target.node !== node) list.push({ name: calleeName(n) ?? 'helper', target });
      return true;
    });
    called.set(node, list);
    return list;
  }

  /** A write inside a function, in words. */
  #directly({ node, module }: HomedFunction, wanted: Wanted): string | undefined {
    const site = sinkSites(this.#ev, module).find((s) => isWanted(s, wanted) && isInside(s.call, node));
    if (site) return `\`${site.method}\` in ${fileName(module.path)}:${lineOf(site.call, module)}`;
    if (wanted === 'metric' || !WRAPPER_PACKAGES.test(module.text)) return undefined;
    for (const call of module.scopes.nodes('CallExpression')) {
      const name = isInside(call, node) ? this.#spanWrapper(call.callee, module) : undefined;
      if (name !== undefined) return `\`${name}\` in ${fileName(module.path)}:${lineOf(call, module)}`;
    }
    return undefined;
  }

  #spanWrapper(callee: TSESTree.Node, module: Module): string | undefined {
    const root = rootImport(this.#ctx, callee, module);
    const names = root && spanWrappers[root.source];
    const name = root?.direct === true ? root.name : memberOf(callee);
    return name !== undefined && names?.includes(name) === true ? name : undefined;
  }

  #decorated(draft: HandlerDraft): CoverageEvidence | undefined {
    for (const decorator of draft.decorators) {
      if (decorator.type !== 'Decorator') continue;
      const expression = unwrap(decorator.expression);
      const callee = expression.type === 'CallExpression' ? expression.callee : expression;
      const name = this.#spanWrapper(callee, draft.module);
      if (name !== undefined) return { how: 'direct', text: `\`@${name}\`` };
      // A decorator of the workspace that starts spans.
      for (const fn of functionsOf(this.#ctx, callee, draft.module)) {
        const text = this.#directly(fn, 'span');
        if (text !== undefined) return { how: 'helper', text };
      }
    }
    return undefined;
  }

  #registered(draft: HandlerDraft): CoverageEvidence | undefined {
    const { settings } = this.#ctx;
    for (const key of coverageKeys(draft)) {
      const facts: BrokerCoverage | undefined = handlerCoverage[key] ?? coverage[key];
      const name = facts ? this.#project.registration(facts) : settings.instrumented.find((i) => i === key);
      if (name !== undefined) return { how: 'instrumentation', text: `\`${name}\`` };
    }
    return undefined;
  }

  #middleware(draft: HandlerDraft, wanted: Wanted): CoverageEvidence | undefined {
    if (draft.kind !== 'http' && draft.framework !== '@nestjs/graphql') return undefined;
    const own = this.#ctx.host.project(draft.module.path);
    if (wanted === 'metric') {
      const known = [...metricMiddleware].filter((m) => own.dependencies.has(packageOf(m)));
      const name = known.find((m) => this.#project.modulesWith([m]).length > 0);
      if (name !== undefined) return { how: 'middleware', text: `\`${name}\`` };
    }
    const near = this.#middlewareOf(wanted).find(
      (m) =>
        m.packageName === own.packageName ||
        (m.packageName !== undefined && dependsOn(own.dependencies, m.packageName, m.path)),
    );
    return near && { how: 'middleware', text: near.text };
  }

  #middlewareOf(wanted: Wanted): readonly Middleware[] {
    const { host } = this.#ctx;
    let known = found.get(host);
    if (!known) {
      known = new Map<Wanted, readonly Middleware[]>();
      found.set(host, known);
    }
    let list = known.get(wanted);
    if (!list) {
      list = [...this.#used(wanted), ...this.#interceptors(wanted)];
      known.set(wanted, list);
    }
    return list;
  }

  /** `app.use(fn)`, `app.addHook('onRequest', fn)` of a known framework whose function writes telemetry. */
  *#used(wanted: Wanted): Iterable<Middleware> {
    for (const module of this.#modules(['.use(']).concat(this.#modules(['.addHook(']))) {
      for (const call of module.scopes.nodes('CallExpression')) {
        const callee = unwrap(call.callee);
        if (callee.type !== 'MemberExpression' || !/^(?:use|addHook)$/.test(calleeName(call) ?? '')) continue;
        if (!shapesOf(this.#ctx.evaluate(callee.object, module)).some((s) => s in routers)) continue;
        for (const argument of call.arguments) {
          const { functions, around } = handlerArgument(this.#ctx, argument, module);
          for (const fn of [...functions, ...around]) {
            const evidence = this.#inFunction(fn, wanted);
            if (evidence) yield this.#entry(evidence.text, module);
          }
        }
      }
    }
  }

  /** Interceptors of Nest that write telemetry around every handler. */
  *#interceptors(wanted: Wanted): Iterable<Middleware> {
    for (const module of this.#modules(['NestInterceptor', 'intercept('])) {
      for (const method of module.scopes.nodes('MethodDefinition')) {
        if (method.key.type !== 'Identifier' || method.key.name !== 'intercept') continue;
        const evidence = this.#inFunction({ node: method.value as FunctionNode, module }, wanted);
        if (evidence) yield this.#entry(evidence.text, module);
      }
    }
  }

  #modules(words: readonly string[]): Module[] {
    const { host, moduleAt } = this.#ctx;
    const paths = host.mentioning(words).filter((p) => !isTestPath(p, host));
    return paths.slice(0, MAX_MIDDLEWARE_FILES).flatMap((p) => moduleAt(p) ?? []);
  }

  #entry(text: string, module: Module): Middleware {
    return { text, path: module.path, packageName: this.#ctx.host.project(module.path).packageName };
  }
}

const WRAPPER_PACKAGES = new RegExp(
  Object.keys(spanWrappers)
    .map((name) => name.replace(/[^\w]/g, '\\$&'))
    .join('|'),
);

function coverageKeys({ kind, framework, broker }: HandlerDraft): readonly string[] {
  if (kind === 'http' || framework === 'trpc') return ['http'];
  if (kind === 'graphql') return ['graphql'];
  if (kind === 'rpc') return ['grpc'];
  if (kind === 'lambda') return ['lambda'];
  return broker === undefined ? [] : [broker];
}

function isWanted({ sink }: SinkSite, wanted: Wanted): boolean {
  return wanted === 'span' ? sink.kind === 'span-start' : sink.kind === 'metric-emit';
}

function isInside(inner: TSESTree.Node, outer: TSESTree.Node): boolean {
  const [start, end] = rangeOf(inner);
  const [s, e] = rangeOf(outer);
  return start >= s && end <= e;
}

function memberOf(callee: TSESTree.Node): string | undefined {
  const node = unwrap(callee);
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : undefined;
}

/** `@scope/name` of `@scope/name/module`. */
function packageOf(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
