import {
  calleeName,
  dottedName,
  enclosingFunction,
  isFunction,
  parentOf,
  propertyName,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { Module } from './module.ts';

const TIMER_CALLS = new Set(['setInterval', 'scheduleJob', 'cron', 'schedule', 'every']);
const TIMER_OBJECTS = /(?:^|\.)(?:cron|schedule|scheduler|nodeCron|nodeSchedule)$/i;
const TIMER_CLASSES = new Set(['CronJob', 'Cron', 'SimpleIntervalJob', 'AsyncTask', 'Task']);
const TIMER_DECORATORS = new Set(['Cron', 'Interval', 'Timeout', 'Repeat', 'Scheduled']);
/** Methods that a framework runs once while the process starts or stops. */
const LIFECYCLE = new Set([
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
]);
const MAX_DEPTH = 4;

/**
 * True when code runs only from the top level of its module, from a timer or from a scheduler:
 * nothing called it, so there is no trace context that it could hand on.
 */
export function startsByItself(node: Node, module: Module, depth = 0): boolean {
  const fn = enclosingFunction(node);
  if (!fn) return true;
  if (depth > MAX_DEPTH) return false;
  const parent = parentOf(fn);
  if (parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition')
    return isStartMethod(parent) || calledOnlyFromTimers(parent, module, depth);
  if (parent && isTimer(parent, fn)) return true;
  if (isNamed(fn)) return referencedOnlyByStarters(fn, module, depth);
  // An anonymous function that its parent runs at once (`items.map(…)`, `(async () => …)()`, `new Promise(…)`, `withLock(…, async () => …)`).
  if (parent?.type === 'CallExpression' || parent?.type === 'NewExpression')
    return isListener(parent) ? false : startsByItself(fn, module, depth + 1);
  return false;
}

function isTimer(parent: Node, fn: FunctionNode): boolean {
  if (parent.type === 'NewExpression') return TIMER_CLASSES.has(calleeName(parent) ?? '');
  if (parent.type === 'Property' && propertyName(parent) === 'onTick') return true;
  if (parent.type !== 'CallExpression' || !parent.arguments.includes(fn as TSESTree.Expression)) return false;
  const callee = unwrap(parent.callee);
  if (callee.type === 'Identifier') return callee.name === 'setInterval';
  const name = calleeName(parent);
  if (name === undefined || !TIMER_CALLS.has(name) || callee.type !== 'MemberExpression') return false;
  return name === 'setInterval' || name === 'scheduleJob' || TIMER_OBJECTS.test(dottedName(callee.object) ?? '');
}

/** Calls that keep a function for later: it runs when something happens, with the context of that moment. */
function isListener(call: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  if (call.type === 'NewExpression') return calleeName(call) !== 'Promise';
  const name = calleeName(call) ?? '';
  return /^(?:on|once|addListener|addEventListener|subscribe|process|consume|use|get|post|put|patch|delete|all|route|handle|run|work|define|register|command|action|createServer|listen|setTimeout)/.test(
    name,
  );
}

function isStartMethod(method: TSESTree.MethodDefinition | TSESTree.PropertyDefinition): boolean {
  if (LIFECYCLE.has(propertyName(method) ?? '')) return true;
  return method.decorators.some((d) => {
    const e = unwrap(d.expression);
    const callee = e.type === 'CallExpression' ? unwrap(e.callee) : e;
    return callee.type === 'Identifier' && TIMER_DECORATORS.has(callee.name);
  });
}

/** A private method that is only used by timers and start-up methods of its class. */
function calledOnlyFromTimers(
  method: TSESTree.MethodDefinition | TSESTree.PropertyDefinition,
  module: Module,
  depth: number,
): boolean {
  const name = propertyName(method);
  if (
    name === undefined ||
    (method.accessibility !== 'private' && !name.startsWith('#') && method.accessibility !== 'protected')
  )
    return false;
  const uses = module.scopes
    .nodes('MemberExpression')
    .filter((m) => propertyName(m) === name && unwrap(m.object).type === 'ThisExpression');
  return uses.length > 0 && uses.every((u) => startsByItself(u, module, depth + 1));
}

function isNamed(fn: FunctionNode): boolean {
  const parent = parentOf(fn);
  return fn.type === 'FunctionDeclaration' || (parent?.type === 'VariableDeclarator' && parent.init === fn);
}

function referencedOnlyByStarters(fn: FunctionNode, module: Module, depth: number): boolean {
  const parent = parentOf(fn);
  const id =
    fn.type === 'FunctionDeclaration'
      ? fn.id
      : parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier'
        ? parent.id
        : undefined;
  const binding = id ? module.scopes.resolve(id) : undefined;
  if (!binding) return false;
  for (const target of module.exports.values())
    if (target.kind === 'binding' && target.binding === binding) return false;
  const references = module.scopes.references(binding);
  if (references.length === 0) return false;
  return references.every((r) => {
    const use = parentOf(r);
    if (use?.type === 'CallExpression' && use.callee !== r)
      return calleeName(use) === 'setInterval' || isTimerArgument(use);
    if (use?.type === 'CallExpression' || use?.type === 'MemberExpression') return startsByItself(r, module, depth + 1);
    return false;
  });
}

function isTimerArgument(call: TSESTree.CallExpression): boolean {
  const callee = unwrap(call.callee);
  return (
    callee.type === 'MemberExpression' &&
    TIMER_CALLS.has(propertyName(callee) ?? '') &&
    TIMER_OBJECTS.test(dottedName(callee.object) ?? '')
  );
}

/** Functions around a node, innermost first. */
export function functionsAround(node: Node): readonly FunctionNode[] {
  const list: FunctionNode[] = [];
  for (let n = parentOf(node); n; n = parentOf(n)) if (isFunction(n)) list.push(n);
  return list;
}
