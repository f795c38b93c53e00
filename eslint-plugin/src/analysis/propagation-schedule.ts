import { calleeName, dottedName, parentOf, propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { Module } from './module.ts';
import type { TracingProject } from './propagation-coverage.ts';
import type { Settings } from './settings.ts';
import { isScheduled } from './propagation-publish.ts';
import { startsByItself } from './propagation-reach.ts';
import { findNode } from './span-life-find.ts';
import { alternatives } from './value.ts';
import { TreeMemoryAcrossFiles, treeOfModule } from './tree-memory.ts';

const QUEUES = new Set(['bullmq.Queue', 'bull.Queue']);
/** Calls that put a job into a queue: `upsertJobScheduler` always on a schedule, the others with the option `repeat`. */
const SCHEDULER = 'upsertJobScheduler';
const ADDS = new Set(['add', 'addBulk']);

/**
 * Jobs get into this queue only from schedulers, timers and start-up code of the workspace, at least once from one of them:
 * no request caused them, so there is no trace that their worker could continue.
 */
export function isFedBySchedule(ctx: AnalysisContext, project: TracingProject, name: string | undefined): boolean {
  if (name === undefined) return false;
  let scheduled = 0;
  for (const module of candidates(project)) {
    for (const { call, method, queue } of additions(ctx, module)) {
      if (queue !== name) continue;
      if (method !== SCHEDULER && !isScheduled(call, ['repeat'], module) && !startsByItself(call, module)) return false;
      scheduled++;
    }
  }
  return scheduled > 0 && !isPartOfFlow(ctx, project, name);
}

/** A call that puts a job into a queue of a known name. */
interface Addition {
  readonly call: TSESTree.CallExpression;
  readonly method: string;
  readonly queue: string;
}

const known = new TreeMemoryAcrossFiles<Module, Map<Settings, readonly Addition[]>>(treeOfModule);

/** Jobs that a file adds; found once, because every worker of the workspace asks. */
function additions(ctx: AnalysisContext, module: Module): readonly Addition[] {
  let bySettings = known.get(module);
  if (!bySettings) known.set(module, (bySettings = new Map<Settings, readonly Addition[]>()));
  let list = bySettings.get(ctx.settings);
  if (!list) {
    list = module.scopes.nodes('CallExpression').flatMap((call) => {
      const method = calleeName(call) ?? '';
      const queue = method === SCHEDULER || ADDS.has(method) ? queueName(ctx, call, module) : undefined;
      return queue === undefined ? [] : [{ call, method, queue }];
    });
    bySettings.set(ctx.settings, list);
  }
  return list;
}

/** Files that may hold a schedule, and, where there is one, those that may add other jobs. */
function candidates(project: TracingProject): ReadonlySet<Module> {
  const schedules = [
    ...project.modulesWith([`.${SCHEDULER}(`]),
    ...project.modulesWith(['.add(', 'repeat', 'ueue']),
    ...project.modulesWith(['.addBulk(', 'repeat', 'ueue']),
  ];
  return new Set(
    schedules.length === 0
      ? []
      : [...schedules, ...project.modulesWith(['.add(', 'ueue']), ...project.modulesWith(['.addBulk(', 'ueue'])],
  );
}

/** Flows name the queues of their jobs: `{ name, queueName: 'mail', data }`. */
function isPartOfFlow(ctx: AnalysisContext, project: TracingProject, name: string): boolean {
  return project
    .modulesWith(['FlowProducer', 'queueName'])
    .some((m) =>
      m.scopes.nodes('Property').some((p) => propertyName(p) === 'queueName' && nameIn(ctx, p.value, m) === name),
    );
}

/** Name of the queue that a method is called on: from where it was made, or from the decorator that injects it. */
export function queueName(ctx: AnalysisContext, call: TSESTree.CallExpression, module: Module): string | undefined {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  const injected = injectedName(callee.object);
  if (injected) return nameIn(ctx, injected, module);
  for (const v of alternatives(ctx.evaluate(callee.object, module))) {
    if (v.type !== 'shape' || !QUEUES.has(v.shape)) continue;
    const made = v.origin ? unwrap(v.origin) : undefined;
    if (made?.type === 'NewExpression' || made?.type === 'CallExpression')
      return nameIn(ctx, made.arguments[0], v.module ?? module);
  }
  return undefined;
}

/** `@InjectQueue('mail')` of the constructor parameter or field behind `this.queue`. */
function injectedName(receiver: Node): Node | undefined {
  const n = unwrap(receiver);
  if (n.type !== 'MemberExpression' || unwrap(n.object).type !== 'ThisExpression') return undefined;
  const name = propertyName(n);
  let body = parentOf(n);
  while (body && body.type !== 'ClassBody') body = parentOf(body);
  for (const member of body?.type === 'ClassBody' ? body.body : []) {
    if (member.type === 'PropertyDefinition' && propertyName(member) === name)
      return decoratorArgument(member.decorators, 'InjectQueue');
    if (member.type !== 'MethodDefinition' || member.kind !== 'constructor') continue;
    for (const p of member.value.params) {
      if (p.type !== 'TSParameterProperty') continue;
      const id = p.parameter.type === 'AssignmentPattern' ? p.parameter.left : p.parameter;
      if (id.type === 'Identifier' && id.name === name) return decoratorArgument(p.decorators, 'InjectQueue');
    }
  }
  return undefined;
}

/** First argument of a decorator of this name; an object's property `name` where it has one. */
export function decoratorArgument(decorators: readonly TSESTree.Decorator[], name: string): Node | undefined {
  for (const { expression } of decorators) {
    const call = unwrap(expression);
    if (call.type !== 'CallExpression' || calleeName(call) !== name) continue;
    const first = call.arguments[0];
    const named =
      first?.type === 'ObjectExpression'
        ? first.properties.find((p) => p.type === 'Property' && propertyName(p) === 'name')
        : undefined;
    return named?.type === 'Property' ? named.value : first;
  }
  return undefined;
}

/** A constant text, or the last name of an expression that stands for one. */
export function nameIn(ctx: AnalysisContext, node: Node | undefined, module: Module): string | undefined {
  if (!node) return undefined;
  const value = ctx.evaluate(node, module);
  return value.type === 'literal' ? String(value.value) : dottedName(unwrap(node))?.split('.').at(-1);
}

/**
 * No code of the workspace names this job but its handler: whether anybody adds it, and whether a request causes it,
 * cannot be seen. A name that is no constant text is not judged.
 */
export function isNeverAdded(ctx: AnalysisContext, project: TracingProject, name: Node | undefined): boolean {
  const value = name && ctx.evaluate(name);
  if (!name || value?.type !== 'literal' || typeof value.value !== 'string' || value.value === '') return false;
  const text = value.value;
  const constant = unwrap(name).type === 'Identifier' ? dottedName(unwrap(name)) : undefined;
  const modules = [text, constant].flatMap((word) => (word === undefined ? [] : project.modulesWith([word])));
  const isNamed = (n: Node): boolean =>
    ((n.type === 'Literal' && n.value === text) || (n.type === 'Identifier' && n.name === constant)) &&
    !isNaming(n, constant);
  return ![...new Set(modules)].some((m) => findNode(m.ast, isNamed) !== undefined);
}

/** The place declares the constant, imports it, or is the decorator of a handler. */
function isNaming(node: Node, constant: string | undefined): boolean {
  const parent = parentOf(node);
  if (parent?.type === 'VariableDeclarator')
    return constant !== undefined && parent.id.type === 'Identifier' && parent.id.name === constant;
  if (parent?.type === 'ImportSpecifier' || parent?.type === 'ExportSpecifier') return true;
  const call = parent && parentOf(parent);
  return parent?.type === 'CallExpression' && parent.callee !== node && call?.type === 'Decorator';
}
