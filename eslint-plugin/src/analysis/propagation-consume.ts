import {
  consumeConstructors,
  consumers,
  handlerClasses,
  handlerDecorators,
  type ConsumeSpec,
} from '../knowledge/libraries/brokers.ts';
import {
  calleeName,
  isFunction,
  parentOf,
  propertyName,
  rangeOf,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { specifierName, type Module } from './module.ts';
import { outermostFunction, receiverName, type CarrierSearch } from './propagation-carrier.ts';
import { isBrowserFile, tracesHere, type TracingProject } from './propagation-coverage.ts';
import { shapesOf, type PropagationDraft } from './propagation-facts.ts';
import { brokerWord, isCovered, isScheduled } from './propagation-publish.ts';
import { decoratorArgument, isFedBySchedule, isNeverAdded, nameIn, queueName } from './propagation-schedule.ts';

const METHODS = new Set(Object.values(consumers).flatMap((m) => Object.keys(m)));

interface Found {
  readonly node: Node;
  readonly broker: string;
  readonly subject: string;
  readonly spec: Pick<ConsumeSpec, 'message' | 'path' | 'values' | 'optIn'>;
  readonly handler: FunctionNode | undefined;
}

/** Names under which constructors of consumers are imported. */
const CONSTRUCTOR_NAMES = /Worker|Consumer|Processor|Subscriber|Receiver|Listener/;

/** Message handlers that never look at the trace context of their message. */
export function collectConsumes(
  ctx: AnalysisContext,
  project: TracingProject,
  carriers: CarrierSearch,
): readonly PropagationDraft[] {
  const { module } = ctx;
  if (isBrowserFile(module)) return [];
  const found: Found[] = [];
  for (const call of module.scopes.nodes('CallExpression')) collectCall(ctx, project, carriers, call, found);
  for (const call of module.scopes.nodes('NewExpression')) {
    if (!CONSTRUCTOR_NAMES.test(calleeName(call) ?? '')) continue;
    const spec = shapesOf(ctx.evaluate(call))
      .map((s) => consumeConstructors[s])
      .find((s) => s !== undefined);
    if (spec && !isFedBySchedule(ctx, project, nameIn(ctx, call.arguments[0], module)))
      collectHandler(ctx, carriers, call, spec, found);
  }
  const decorated = collectDecorated(ctx, project, carriers);
  if (decorated.length > 0 && !hasInterceptor(project, carriers)) found.push(...decorated);
  return found.filter((f) => !isCovered(project, f.broker)).map((f) => factOf(f, project));
}

function factOf(f: Found, project: TracingProject): PropagationDraft {
  const broker = brokerWord(project, f.broker);
  return {
    kind: f.spec.optIn === 'workers' ? 'worker-message' : 'consume',
    problem: 'no-extract',
    node: f.node,
    broker,
    subject: f.subject,
    where: f.spec.path,
    evidence: [
      { text: `\`${f.subject}\` receives through ${broker}, which no registered instrumentation covers`, node: f.node },
    ],
    optIn: f.spec.optIn,
    target: f.handler
      ? { kind: 'consume', handler: f.handler, message: f.spec.message, path: f.spec.path, values: f.spec.values }
      : undefined,
  };
}

function collectCall(
  ctx: AnalysisContext,
  project: TracingProject,
  carriers: CarrierSearch,
  call: TSESTree.CallExpression,
  found: Found[],
): void {
  const callee = unwrap(call.callee);
  const name = calleeName(call);
  if (name === undefined) return;
  const wrapper = ctx.settings.wrappers.find((w) => w.kind === 'consume' && w.name === name);
  if (wrapper) {
    collectHandler(
      ctx,
      carriers,
      call,
      { broker: wrapper.name, handler: wrapper.message ?? -1, message: 0, path: 'traceContext' },
      found,
    );
    return;
  }
  if (callee.type !== 'MemberExpression' || !METHODS.has(name)) return;
  for (const shape of shapesOf(ctx.evaluate(callee.object))) {
    const methods = consumers[shape];
    const spec = methods && Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (!spec) continue;
    if (spec.event && !isEvent(call.arguments[0], spec.event)) return;
    if (spec.optIn !== undefined && spec.optIn !== 'pubsub' && !tracesHere(ctx)) return;
    if (shape === 'bull.Queue' && isFedBySchedule(ctx, project, queueName(ctx, call, ctx.module))) return;
    collectHandler(ctx, carriers, call, spec, found);
    return;
  }
}

function isEvent(node: Node | undefined, names: readonly string[]): boolean {
  return node?.type === 'Literal' && typeof node.value === 'string' && names.includes(node.value);
}

function collectHandler(
  ctx: AnalysisContext,
  carriers: CarrierSearch,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  spec: ConsumeSpec,
  found: Found[],
): void {
  const { module } = ctx;
  const callee = unwrap(call.callee);
  const at = callee.type === 'MemberExpression' ? callee.property : callee;
  const base = {
    broker: spec.broker,
    spec,
    subject: call.type === 'NewExpression' ? (variableOf(call) ?? calleeName(call) ?? spec.broker) : receiverName(call),
  };
  if (typeof spec.handler === 'number') {
    const node = spec.handler >= 0 ? call.arguments[spec.handler] : call.arguments.at(-1);
    const lost = node && lostHandler(node, module, carriers);
    if (lost && !handsOn(lost.handler, module, carriers)) found.push({ ...base, node: at, handler: lost.handler });
    return;
  }
  const options = call.arguments[spec.handler.arg];
  const { properties } = spec.handler;
  for (const p of options ? handlerProperties(options, properties, module) : []) {
    const lost = lostHandler(p.value, module, carriers);
    if (lost && !handsOn(lost.handler, module, carriers)) found.push({ ...base, node: p.key, handler: lost.handler });
    return;
  }
  if (spec.iterates) collectIteration(call, at, module, carriers, { ...base, handler: undefined }, found);
}

/** `{ eachMessage }` in the options, in a variable, or in `Object.assign(…)`. */
function handlerProperties(options: Node, names: readonly string[], module: Module): readonly TSESTree.Property[] {
  const out: TSESTree.Property[] = [];
  const visit = (expression: Node, depth: number): void => {
    const n = unwrap(expression);
    if (n.type === 'ObjectExpression') {
      for (const p of n.properties) {
        if (p.type === 'Property' && names.includes(propertyName(p) ?? '')) out.push(p);
        else if (p.type === 'SpreadElement' && depth < 3) visit(p.argument, depth + 1);
      }
    } else if (n.type === 'Identifier' && depth < 3) {
      const declaration = module.scopes.resolve(n)?.declaration;
      if (declaration?.type === 'VariableDeclarator' && declaration.init) visit(declaration.init, depth + 1);
    } else if (n.type === 'CallExpression' && propertyName(unwrap(n.callee)) === 'assign') {
      for (const a of n.arguments) visit(a, depth + 1);
    }
  };
  visit(options, 0);
  return out;
}

/**
 * Undefined when the handler extracts or cannot be seen; otherwise the function to repair, if it is in this file.
 * A handler that a framework's base class makes is known to ignore context.
 */
function lostHandler(
  expression: Node,
  module: Module,
  carriers: CarrierSearch,
): { readonly handler: FunctionNode | undefined } | undefined {
  let node = unwrap(expression);
  if (node.type === 'Identifier') {
    const declaration = module.scopes.resolve(node)?.declaration;
    if (declaration?.type === 'VariableDeclarator' && declaration.init && declaration.id.type === 'Identifier')
      node = unwrap(declaration.init);
  }
  if (node.type === 'Literal' || node.type === 'TemplateLiteral') return undefined;
  if (node.type === 'CallExpression' && propertyName(unwrap(node.callee)) !== 'bind') {
    const makers = carriers.functionsOf(node.callee, module);
    if (makers.length === 0) return isFrameworkHandler(node, module) ? { handler: undefined } : undefined;
    if (makers.some((m) => carriers.propagates(m.node, 'extract', m.module))) return undefined;
    const wrapped = node.arguments.flatMap((a) => carriers.functionsOf(a, module));
    if (wrapped.some((w) => carriers.propagates(w.node, 'extract', w.module))) return undefined;
    return { handler: undefined };
  }
  const targets = carriers.functionsOf(node, module);
  if (targets.length === 0 || targets.some((t) => carriers.propagates(t.node, 'extract', t.module))) return undefined;
  const own = targets.find((t) => t.module === module);
  return { handler: own?.node };
}

/**
 * A dispatcher: it hands the message to functions that were registered at run time and starts no span.
 * Where the same file also injects, those functions are taken to extract.
 */
function handsOn(handler: FunctionNode | undefined, module: Module, carriers: CarrierSearch): boolean {
  if (!handler) return false;
  let dispatches = false;
  let spans = false;
  walk(handler, (n) => {
    if (n.type !== 'CallExpression') return undefined;
    if (/^start(?:Active)?Span$/.test(calleeName(n) ?? '')) spans = true;
    const callee = unwrap(n.callee);
    if (
      (callee.type === 'Identifier' && isRuntimeFunction(callee, module)) ||
      (callee.type === 'MemberExpression' && (callee.computed || isBound(callee, module)))
    )
      dispatches = true;
    return undefined;
  });
  return dispatches && !spans && carriers.propagates(module.ast, 'inject', module);
}

/** `fn.bind(this)(message)`, `fn.call(this, message)`. */
function isBound(callee: TSESTree.MemberExpression, module: Module): boolean {
  const object = unwrap(callee.object);
  return (
    /^(?:bind|call|apply)$/.test(propertyName(callee) ?? '') &&
    object.type === 'Identifier' &&
    isRuntimeFunction(object, module)
  );
}

function isRuntimeFunction(id: TSESTree.Identifier, module: Module): boolean {
  const binding = module.scopes.resolve(id);
  return (
    binding !== undefined &&
    (binding.kind === 'param' || binding.kind === 'let' || binding.kind === 'const' || binding.kind === 'var') &&
    !(binding.declaration.type === 'VariableDeclarator' && isFunction(binding.declaration.init))
  );
}

/** `this.getMessageHandler()` inherited from a class of a framework that knows nothing of tracing. */
function isFrameworkHandler(call: TSESTree.CallExpression, module: Module): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || unwrap(callee.object).type !== 'ThisExpression') return false;
  for (let n = parentOf(call); n; n = parentOf(n)) {
    if (n.type === 'ClassDeclaration' || n.type === 'ClassExpression')
      return n.superClass ? importedFrom(n.superClass, module)?.source === '@nestjs/microservices' : false;
  }
  return false;
}

/** `for await (const m of connection.subscribe(…))`, directly or through a variable, without an extract around it. */
function collectIteration(
  call: Node,
  at: Node,
  module: Module,
  carriers: CarrierSearch,
  base: Omit<Found, 'node'>,
  found: Found[],
): void {
  const outer = outermostFunction(call);
  if (!outer) return;
  let holder: Node = call;
  while (
    holder.parent?.type === 'ConditionalExpression' ||
    holder.parent?.type === 'AwaitExpression' ||
    holder.parent?.type === 'ChainExpression'
  )
    holder = holder.parent;
  const declarator =
    holder.parent?.type === 'VariableDeclarator' && holder.parent.id.type === 'Identifier' ? holder.parent : undefined;
  const binding = declarator ? module.scopes.resolve(declarator.id as TSESTree.Identifier) : undefined;
  let loops = false;
  walk(outer, (n) => {
    if (n.type !== 'ForOfStatement' || !n.await) return undefined;
    const right = unwrap(n.right);
    if (
      right === call ||
      (right.type === 'Identifier' && binding !== undefined && module.scopes.resolve(right) === binding)
    )
      loops = true;
    return undefined;
  });
  if (!loops || carriers.propagates(outer, 'extract', module)) return;
  // Both branches of `group ? subscribe(a) : subscribe(b)` are one consumer.
  if (declarator && found.some((f) => isInside(f.node, declarator))) return;
  found.push({ ...base, node: at });
}

function isInside(node: Node, ancestor: Node): boolean {
  for (let n: Node | undefined = node; n; n = parentOf(n)) if (n === ancestor) return true;
  return false;
}

function collectDecorated(ctx: AnalysisContext, project: TracingProject, carriers: CarrierSearch): readonly Found[] {
  const { module } = ctx;
  const found: Found[] = [];
  for (const decorator of module.scopes.nodes('Decorator')) {
    const method = parentOf(decorator);
    const call = unwrap(decorator.expression);
    const from = call.type === 'CallExpression' ? importedFrom(call.callee, module) : undefined;
    const facts = from && handlerDecorators[from.source]?.[from.name];
    if (!facts || method?.type !== 'MethodDefinition' || !isFunction(method.value)) continue;
    if (carriers.propagates(method.value, 'extract', module)) continue;
    if (call.type === 'CallExpression' && isOnlyScheduled(call.arguments[0], module, project)) continue;
    if (call.type === 'CallExpression' && facts.broker === 'bull' && isNeverAdded(ctx, project, call.arguments[0]))
      continue;
    found.push({
      node: decorator,
      broker: facts.broker,
      subject: propertyName(method) ?? from.name,
      spec: { message: 0, path: facts.path },
      handler: method.value,
    });
  }
  for (const node of [...module.scopes.nodes('ClassDeclaration'), ...module.scopes.nodes('ClassExpression')]) {
    const from = node.superClass ? importedFrom(node.superClass, module) : undefined;
    const facts = from && handlerClasses[from.source]?.[from.name];
    const method =
      facts && node.body.body.find((m) => m.type === 'MethodDefinition' && propertyName(m) === facts.method);
    if (
      !facts ||
      method?.type !== 'MethodDefinition' ||
      !isFunction(method.value) ||
      carriers.propagates(method.value, 'extract', module) ||
      isFedBySchedule(ctx, project, nameIn(ctx, decoratorArgument(node.decorators, 'Processor'), module))
    )
      continue;
    found.push({
      node: method.key,
      broker: facts.broker,
      subject: node.id?.name ?? facts.method,
      spec: { message: 0, path: facts.path },
      handler: method.value,
    });
  }
  return found;
}

/** Every job of this name is added with `repeat`: the scheduler starts it, there is no parent to continue. */
function isOnlyScheduled(name: Node | undefined, module: Module, project: TracingProject): boolean {
  if (!name) return false;
  const text = module.text.slice(...rangeOf(name));
  let added = 0;
  for (const m of new Set([module, ...project.modulesWith([text, '.add('])])) {
    for (const call of m.scopes.nodes('CallExpression')) {
      const first = call.arguments[0];
      if (calleeName(call) !== 'add' || call.arguments.length < 2 || !first || m.text.slice(...rangeOf(first)) !== text)
        continue;
      if (!isScheduled(call, ['repeat'], m)) return false;
      added++;
    }
  }
  return added > 0;
}

function importedFrom(node: Node, module: Module): { readonly source: string; readonly name: string } | undefined {
  const n = unwrap(node);
  if (n.type !== 'Identifier') return undefined;
  const declaration = module.scopes.resolve(n)?.declaration;
  if (declaration?.type !== 'ImportSpecifier' || declaration.parent.type !== 'ImportDeclaration') return undefined;
  return { source: declaration.parent.source.value, name: specifierName(declaration.imported) };
}

/** An interceptor of the workspace extracts for every handler. */
function hasInterceptor(project: TracingProject, carriers: CarrierSearch): boolean {
  return project.modulesWith(['NestInterceptor', 'extract(']).some((m) => carriers.propagates(m.ast, 'extract', m, 2));
}

function variableOf(call: Node): string | undefined {
  const parent = parentOf(call);
  return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : undefined;
}
