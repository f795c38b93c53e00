import {
  calleeName,
  dottedName,
  enclosingFunction,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { valueOfType } from './type-syntax.ts';
import { bounded, literal, through, type Thunk, type Value } from './value.ts';
import { TreeMemory, treeOfModule } from './tree-memory.ts';

/** Remembers the first result. */
export function lazy(thunk: Thunk): Thunk {
  let value: Value | undefined;
  return () => (value ??= thunk());
}

export function withSpread(value: Value, source: Value): Value {
  return source.step && !value.step ? { ...value, step: source.step } : value;
}

export function templateValue(node: TSESTree.TemplateLiteral, sub: (n: Node) => Value): Value {
  const parts = node.expressions.map(sub);
  if (parts.length === 0) return literal(node.quasis[0]?.value.cooked ?? '');
  if (parts.every((p) => p.type === 'literal')) {
    return literal(
      node.quasis
        .map(
          (q, i) => `${q.value.cooked ?? ''}${i < parts.length ? String((parts[i] as { value: unknown }).value) : ''}`,
        )
        .join(''),
    );
  }
  return { type: 'derived', how: 'text', name: 'a template', of: parts, prefix: constantPrefix(node, parts) };
}

/** Text that every result of a template starts with. */
function constantPrefix(node: TSESTree.TemplateLiteral, parts: readonly Value[]): string {
  let prefix = '';
  for (const [i, q] of node.quasis.entries()) {
    prefix += q.value.cooked ?? '';
    const part = parts[i];
    if (part?.type !== 'literal') break;
    prefix += String(part.value);
  }
  return prefix;
}

export function binaryValue(node: TSESTree.BinaryExpression, sub: (n: Node) => Value): Value {
  switch (node.operator) {
    case '==':
    case '===':
    case '!=':
    case '!==':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case 'instanceof':
      return bounded('a comparison', 2);
    case '+': {
      const [left, right] = [sub(node.left), sub(node.right)];
      if (left.type === 'literal' && right.type === 'literal') {
        return typeof left.value === 'number' && typeof right.value === 'number'
          ? literal(left.value + right.value)
          : literal(`${String(left.value)}${String(right.value)}`);
      }
      const text = isText(left) || isText(right);
      return { type: 'derived', how: text ? 'text' : 'part', name: 'a concatenation', of: [left, right] };
    }
    case '%':
      return bounded('a remainder');
    default:
      return numeric(node.operator, [sub(node.left), sub(node.right)]);
  }
}

function isText(v: Value): boolean {
  return (v.type === 'literal' && typeof v.value === 'string') || (v.type === 'derived' && v.how === 'text');
}

export function numeric(operator: string, of: readonly Value[]): Value {
  return { type: 'derived', how: 'number', name: operator, of };
}

export function calleeTag(node: TSESTree.TaggedTemplateExpression): string {
  return dottedName(node.tag) ?? 'a tagged template';
}

export function narrowByAssertion(ev: Evaluator, node: Node, value: Value, module: Module): Value {
  if (node.type !== 'TSAsExpression' && node.type !== 'TSTypeAssertion') return value;
  if (value.type === 'join') {
    const open = value.members.filter((m) => m.type !== 'literal' || m.value != null);
    const [only] = open;
    return open.length === 1 && only ? narrowByAssertion(ev, node, only, module) : value;
  }
  if (value.type !== 'unknown' && value.type !== 'external') return value;
  const names = value.type === 'unknown' ? value.names : value.path.slice(-1);
  return (
    valueOfType(ev, { node: node.typeAnnotation, module }, names) ??
    (value.type === 'unknown' ? { ...value, declared: { node: node.typeAnnotation, module } } : value)
  );
}

/** Names that an expression shows, outermost first; for unknown values. */
export function nameOf(node: Node): readonly string[] {
  const n = unwrap(node);
  const dotted = dottedName(n);
  if (dotted !== undefined) return dotted.split('.');
  if (n.type === 'CallExpression') {
    const name = calleeName(n);
    return name === undefined ? [] : [name];
  }
  return [];
}

/** Shows an expression in a trace, shortened. */
export function snippet(node: Node, module: Module, max = 48): string {
  const [start, end] = rangeOf(node);
  const text = module.text.slice(start, Math.min(end, start + max * 3)).replace(/\s+/g, ' ');
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

/** Adds a trace step for an expression. */
export function traced(value: Value, node: Node, module: Module, alias?: string): Value {
  return through(value, { text: snippet(node, module), module, node }, alias);
}

/** Expressions that a function returns: its `return` arguments, or the body of a concise arrow. */
export function returnedExpressions(fn: FunctionNode, module: Module): readonly Node[] {
  if (fn.body && fn.body.type !== 'BlockStatement') return [fn.body];
  let byFunction = returnsCache.get(module);
  if (!byFunction) {
    byFunction = new Map();
    for (const r of module.scopes.nodes('ReturnStatement')) {
      const owner = enclosingFunction(r);
      if (!r.argument || !owner) continue;
      const list = byFunction.get(owner);
      if (list) list.push(r.argument);
      else byFunction.set(owner, [r.argument]);
    }
    returnsCache.set(module, byFunction);
  }
  return byFunction.get(fn) ?? [];
}

const returnsCache = new TreeMemory<Module, Map<FunctionNode, Node[]>>(treeOfModule);

/** Annotated return type of a function. */
export function returnAnnotation(fn: FunctionNode): TSESTree.TypeNode | undefined {
  return fn.returnType?.typeAnnotation;
}
