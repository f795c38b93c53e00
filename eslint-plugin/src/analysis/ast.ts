import type { TSESTree } from '@typescript-eslint/types';
import { VISITOR_KEYS } from './visitor-keys.generated.ts';

/** Any ESTree / TS-ESTree node, whichever parser made it. */
export type Node = TSESTree.Node;
export type { TSESTree };

/** A function in any of its three syntactic forms. */
export type FunctionNode =
  TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;

const KEYS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(VISITOR_KEYS));
const SKIPPED_KEYS = new Set(['type', 'parent', 'loc', 'range', 'start', 'end', 'tokens', 'comments', 'raw']);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** Fields that can hold children of a node; types that the table does not know are looked through. */
function childKeys(node: Node): readonly string[] {
  return KEYS.get(node.type) ?? Object.keys(node).filter((key) => !SKIPPED_KEYS.has(key));
}

/** Children of a node in source order. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key of childKeys(node)) {
    const child: unknown = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) children.push(item);
    } else if (isNode(child)) {
      children.push(child);
    }
  }
  return children;
}

/** Puts the children of a node on a stack, the first one on top; a stack of their own keeps deep nesting from overflowing. */
export function pushChildren(node: Node, stack: Node[]): void {
  const keys = childKeys(node);
  for (let k = keys.length - 1; k >= 0; k--) {
    const child: unknown = (node as unknown as Record<string, unknown>)[keys[k] as string];
    if (child === null || typeof child !== 'object') continue;
    if (Array.isArray(child)) {
      for (let i = child.length - 1; i >= 0; i--) if (isNode(child[i])) stack.push(child[i] as Node);
    } else if (isNode(child)) stack.push(child);
  }
}

/** Pre-order walk with an explicit stack, so that deep nesting cannot overflow it; return `false` to skip the children. */
export function walk(root: Node, visit: (node: Node) => boolean | undefined): void {
  const stack: Node[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (visit(node) !== false) pushChildren(node, stack);
  }
}

/** Parent node; undefined for the root (parents are set by `buildScopes` or by the host). */
export function parentOf(node: Node): Node | undefined {
  return node.parent ?? undefined;
}

/** True for the three function node types. */
export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

/** The innermost function that contains the node (not the node itself). */
export function enclosingFunction(node: Node): FunctionNode | undefined {
  for (let n = parentOf(node); n; n = parentOf(n)) if (isFunction(n)) return n;
  return undefined;
}

/** Removes wrappers that do not change a value at run time: `as`, `satisfies`, `!`, parentheses, `await` is kept. */
export function unwrap(node: Node): Node {
  let n = node;
  for (;;) {
    if (
      n.type === 'TSAsExpression' ||
      n.type === 'TSSatisfiesExpression' ||
      n.type === 'TSNonNullExpression' ||
      n.type === 'TSTypeAssertion' ||
      n.type === 'ChainExpression' ||
      n.type === 'TSInstantiationExpression'
    )
      n = n.expression;
    else if ((n.type as string) === 'ParenthesizedExpression') n = (n as unknown as { expression: Node }).expression;
    else return n;
  }
}

/** Static name of a member access, property or method (`a.b`, `a['b']`), undefined when computed. */
export function propertyName(node: Node): string | undefined {
  if (node.type === 'MemberExpression') {
    if (!node.computed)
      return node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : node.property.name;
    return literalKey(node.property);
  }
  if (
    node.type === 'Property' ||
    node.type === 'PropertyDefinition' ||
    node.type === 'MethodDefinition' ||
    node.type === 'AccessorProperty' ||
    node.type === 'TSPropertySignature' ||
    node.type === 'TSMethodSignature' ||
    node.type === 'TSAbstractMethodDefinition' ||
    node.type === 'TSAbstractPropertyDefinition'
  ) {
    const { key } = node;
    if (node.computed) return literalKey(key);
    if (key.type === 'Identifier') return key.name;
    if (key.type === 'PrivateIdentifier') return `#${key.name}`;
    return literalKey(key);
  }
  return undefined;
}

function literalKey(key: Node): string | undefined {
  if (key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number'))
    return String(key.value);
  if (key.type === 'TemplateLiteral' && key.expressions.length === 0) return key.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** The static callee name of a call: `f()` → `f`, `a.b.f()` → `f`. */
export function calleeName(call: TSESTree.CallExpression | TSESTree.NewExpression): string | undefined {
  const callee = unwrap(call.callee);
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type === 'MemberExpression') return propertyName(callee);
  return undefined;
}

/** Argument `index` of a call, undefined when absent or behind a spread. */
export function argumentAt(call: TSESTree.CallExpression | TSESTree.NewExpression, index: number): Node | undefined {
  for (let i = 0; i <= index; i++) if (call.arguments[i]?.type === 'SpreadElement') return undefined;
  return call.arguments[index];
}

/** Dotted source text of an identifier or member chain (`a.b.c`), undefined for anything else. */
export function dottedName(node: Node): string | undefined {
  const n = unwrap(node);
  if (n.type === 'Identifier') return n.name;
  if (n.type === 'ThisExpression') return 'this';
  if (n.type === 'MemberExpression') {
    const object = dottedName(n.object);
    const name = propertyName(n);
    return object !== undefined && name !== undefined ? `${object}.${name}` : undefined;
  }
  return undefined;
}

/** Half-open character range `[start, end)` in the file's text. */
export function rangeOf(node: Node): readonly [number, number] {
  const n = node as unknown as { range?: [number, number]; start?: number; end?: number };
  return n.range ?? [n.start ?? 0, n.end ?? 0];
}
