import {
  calleeName,
  isFunction,
  parentOf,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from '../analysis/ast.ts';
import { findNode } from '../analysis/span-life-find.ts';
import { outerOf } from '../analysis/span-life-refs.ts';
import type { SpanLifeFact } from '../analysis/span-life.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { removeStatement, type Edit } from './edits.ts';

type Statement = TSESTree.ExpressionStatement;

/** Drops one of two `end()` calls: the one that a `finally` makes superfluous, else the second. */
export function removeEnd(fact: SpanLifeFact, text: string): Suggestion[] {
  const first = fact.evidence[0]?.node;
  const spare = first?.type === 'CallExpression' && inFinalizer(fact.node) && !inFinalizer(first) ? first : fact.node;
  const statement = endStatement(spare);
  if (!statement) return [];
  const [start, end] = rangeOf(statement);
  const edit = removeStatement(text, { start, end });
  const safe =
    isBare(edit, statement, text) &&
    isNeverAssigned(fact) &&
    changesNothing(statement, endStatement(first), fact, text);
  return [{ title: 'Remove the superfluous `end()`', edits: [edit], ...(safe ? { safe } : {}) }];
}

function inFinalizer(node: Node): boolean {
  for (let n: Node = node, p = parentOf(n); p && !isFunction(p); n = p, p = parentOf(n))
    if (p.type === 'TryStatement' && p.finalizer === n) return true;
  return false;
}

/** The statement `span.end();` of a call, in a block. */
function endStatement(call: Node | undefined): Statement | undefined {
  if (call?.type !== 'CallExpression' || calleeName(call) !== 'end' || call.arguments.length > 0) return undefined;
  const statement = outerOf(call);
  return statement?.type === 'ExpressionStatement' && parentOf(statement)?.type === 'BlockStatement'
    ? statement
    : undefined;
}

/**
 * Only the first `end()` of a span counts (https://opentelemetry.io/docs/specs/otel/trace/api/#end). The other one can go
 * unseen where the first has certainly run, or where the `finally` ends the span in the same moment.
 */
function changesNothing(spare: Statement, first: Statement | undefined, fact: SpanLifeFact, text: string): boolean {
  const last = endStatement(fact.node);
  const receiver = last && receiverOf(last, text);
  if (!first || !last || receiver === undefined || receiverOf(first, text) !== receiver) return false;
  return spare === last ? runsBefore(first, last) : endsAtOnce(first, last);
}

/** `span` of `span.end()`; undefined where it is more than a variable. */
function receiverOf({ expression }: Statement, text: string): string | undefined {
  const call = unwrap(expression);
  const callee = call.type === 'CallExpression' ? unwrap(call.callee) : call;
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
  const [start, end] = rangeOf(expression);
  const source = text.slice(start, end);
  return source === `${callee.object.name}.end()` ? callee.object.name : undefined;
}

/** Whoever comes to the second one has passed the first: it stands before it in the same block or in one around it. */
function runsBefore(first: Statement, second: Statement): boolean {
  const block = parentOf(first);
  let node: Node | undefined = second;
  while (node && parentOf(node) !== block) node = isFunction(node) ? undefined : parentOf(node);
  return node !== undefined && rangeOf(first)[1] <= rangeOf(node)[0];
}

/** Nothing runs between the call and a `finally` that begins with the other one. */
function endsAtOnce(first: Statement, last: Statement): boolean {
  const finalizer = parentOf(last);
  const outer = finalizer && parentOf(finalizer);
  if (finalizer?.type !== 'BlockStatement' || outer?.type !== 'TryStatement' || finalizer.body[0] !== last)
    return false;
  for (let node: Node = first; ;) {
    const block = parentOf(node);
    if (block?.type !== 'BlockStatement') return false;
    const [next, more] = block.body.slice(block.body.indexOf(node) + 1);
    const holder = parentOf(block);
    const isOuter = holder === outer || (holder?.type === 'CatchClause' && parentOf(holder) === outer);
    if (next) return more === undefined && isInside(first, outer) && isSimpleJump(next, outer);
    if (isOuter) return true;
    if (holder?.type !== 'IfStatement' && holder?.type !== 'BlockStatement') return false;
    node = block;
    for (let p = parentOf(node); p?.type === 'IfStatement'; p = parentOf(node)) node = p;
  }
}

/** `return` or `throw` of something that is there already, straight to the `finally`. */
function isSimpleJump(node: Node, { handler }: TSESTree.TryStatement): boolean {
  if (node.type !== 'ReturnStatement' && node.type !== 'ThrowStatement') return false;
  const isThere = !node.argument || ['Identifier', 'Literal', 'ThisExpression'].includes(unwrap(node.argument).type);
  return isThere && (node.type === 'ReturnStatement' || !handler || rangeOf(handler)[0] < rangeOf(node)[0]);
}

/** No other `try`, loop or function lies between a statement and the `try` whose `finally` counts. */
function isInside(node: Node, outer: TSESTree.TryStatement): boolean {
  for (let p = parentOf(node); p; p = parentOf(p)) {
    if (p === outer) return true;
    if (!['BlockStatement', 'IfStatement', 'CatchClause'].includes(p.type)) return false;
  }
  return false;
}

/** The variable holds this one span for as long as it lives. */
function isNeverAssigned({ start }: SpanLifeFact): boolean {
  const declarator = outerOf(start);
  if (declarator?.type === 'VariableDeclarator')
    return declarator.id.type === 'Identifier' && declarator.parent.kind === 'const';
  const last = start.type === 'CallExpression' ? start.arguments.at(-1) : undefined;
  const callback = last && unwrap(last);
  return isFunction(callback) && hasFixedParameter(callback);
}

function hasFixedParameter({ params, body }: FunctionNode): boolean {
  const [span] = params;
  if (span?.type !== 'Identifier') return false;
  const writes = (n: Node): boolean => n.type === 'Identifier' && n.name === span.name;
  return !findNode(body, (n) => {
    if (n.type === 'AssignmentExpression') return findNode(n.left, writes) !== undefined;
    return (n.type === 'ForOfStatement' || n.type === 'ForInStatement') && findNode(n.left, writes) !== undefined;
  });
}

/** Nothing but the call goes: no comment, and no line break that ends the statement before. */
function isBare(edit: Edit, statement: Statement, text: string): boolean {
  const [start, end] = rangeOf(statement);
  const around = text.slice(edit.start, start) + text.slice(end, edit.end);
  const before = text.slice(0, edit.start).trimEnd().slice(-1);
  const after = text.slice(edit.end).trimStart().charAt(0);
  return around.trim() === '' && (/[;{}]/.test(before) || !/[([`+\-*/.,]/.test(after));
}
