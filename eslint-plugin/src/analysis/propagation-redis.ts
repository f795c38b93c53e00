import {
  calleeName,
  dottedName,
  enclosingFunction,
  propertyName,
  unwrap,
  walk,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { Module } from './module.ts';
import { flowInto } from './propagation-carrier.ts';
import type { TracingProject } from './propagation-coverage.ts';
import { shapesOf } from './propagation-facts.ts';

type SendingCall = TSESTree.CallExpression | TSESTree.NewExpression;

/** Commands that wait for an element: only queues are read so. */
const BLOCKING = /^b[rl]pop|^b[rl]move|^bzpop|^brpoplpush/i;
const POPS = /^[rl]pop$/i;

/** The payload is a document (`JSON.stringify`), not a bare id or counter. */
export function isSerialized(call: SendingCall, module: Module): boolean {
  return flowInto(call, module).expressions.some((e) => {
    let found = false;
    walk(e, (n) => {
      if (n.type === 'CallExpression' && propertyName(unwrap(n.callee)) === 'stringify') found = true;
      return !found;
    });
    return found;
  });
}

/** Somewhere in the workspace a Redis client takes such messages out again, from the same key where both are known. */
export function hasConsumer(
  ctx: AnalysisContext,
  project: TracingProject,
  call: SendingCall,
  methods: readonly string[],
): boolean {
  const key = keyOf(call.arguments[0], ctx, ctx.module);
  const takes = (module: Module): boolean =>
    module.scopes.nodes('CallExpression').some((c) => {
      const callee = unwrap(c.callee);
      const name = calleeName(c) ?? '';
      if (callee.type !== 'MemberExpression' || !methods.includes(name)) return false;
      const isList = BLOCKING.test(name) || POPS.test(name);
      if (isList && !sameKey(key, keyOf(c.arguments[0], ctx, module))) return false;
      if (POPS.test(name) && !parsesAround(c)) return false;
      return shapesOf(ctx.evaluate(callee.object, module)).includes('redis.Client');
    });
  return takes(ctx.module) || methods.some((m) => project.modulesWith([`.${m}(`]).some(takes));
}

/** The text of a constant key, or the last name of the expression. */
function keyOf(node: Node | undefined, ctx: AnalysisContext, module: Module): string | undefined {
  if (!node) return undefined;
  const n = unwrap(node);
  const value = ctx.evaluate(n, module);
  if (value.type === 'literal') return String(value.value);
  return n.type === 'CallExpression' ? calleeName(n) : dottedName(n)?.split('.').at(-1);
}

function sameKey(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** `JSON.parse` in the function of a pop: the element is a message. */
function parsesAround(call: Node): boolean {
  const fn = enclosingFunction(call);
  let found = false;
  if (fn) {
    walk(fn, (n) => {
      if (n.type === 'CallExpression' && propertyName(unwrap(n.callee)) === 'parse') found = true;
      return !found;
    });
  }
  return found;
}
