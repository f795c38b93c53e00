import {
  calleeName,
  enclosingFunction,
  isFunction,
  parentOf,
  propertyName,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import { findNode } from './span-life-find.ts';

/** Span methods that return the span. */
const CHAINABLE = new Set([
  'setAttribute',
  'setAttributes',
  'addEvent',
  'addLink',
  'addLinks',
  'setStatus',
  'updateName',
]);
/** Functions that read a span and never end it. */
const READERS = new Set([
  'setSpan',
  'setSpanContext',
  'getSpanContext',
  'isSpanContextValid',
  'wrapSpanContext',
  'inject',
  'log',
  'debug',
  'info',
  'warn',
  'error',
  'trace',
  'String',
  'Boolean',
  'expect',
  'assert',
  'ok',
  'inspect',
]);

/** The variables that hold one span, and what functions around them do with it. */
export interface Tracking {
  /** Function or program whose code owns the variable. */
  readonly owner: Node;
  /** The variable itself, and others that are given its value. */
  readonly bindings: ReadonlySet<Binding>;
  readonly primary: Binding;
  /** The expression is the span, as a variable or as the result of a chained setter. */
  isSpan(node: Node): boolean;
  /** Function of the owner's own code behind an identifier. */
  localFunction(node: Node): FunctionNode | undefined;
  /** The function (or class) ends the span, hands it over, or calls something that does. */
  acts(node: Node): boolean;
  /** References to the span that end it, in source order. */
  readonly endings: readonly Node[];
  contains(node: Node): boolean;
  /** Offsets between which the owner mentions the span; all of the owner where a function in it does. */
  readonly extent: readonly [from: number, to: number];
}

/** Builds the tracking of a variable; `passes` tells whether a call with the span as an argument can end it. */
export function trackBinding(
  first: Binding,
  owner: Node,
  module: Module,
  passes: (call: TSESTree.CallExpression, index: number) => boolean,
): Tracking {
  const { scopes } = module;
  const bindings = new Set<Binding>([first]);
  const references: TSESTree.Identifier[] = [];
  for (const binding of bindings) {
    for (const ref of scopes.references(binding)) {
      references.push(ref);
      const alias = aliasOf(ref);
      const target = alias && scopes.resolve(alias);
      if (target && bindings.size < 8) bindings.add(target);
    }
  }
  const [from, to] = rangeOf(owner);
  const inside = (node: Node): boolean => rangeOf(node)[0] >= from && rangeOf(node)[1] <= to;
  const memo = new Map<Node, boolean>();
  const acting = new Set<Node>(references.filter((ref) => classify(ref) !== 'reads'));
  const endings = references.filter((ref) => classify(ref) === 'ends');

  function classify(ref: Node): 'ends' | 'passes' | 'reads' {
    let node: Node = ref;
    for (let hops = 0; hops < 12; hops++) {
      const parent = outerOf(node);
      if (!parent) return 'reads';
      if (parent.type === 'MemberExpression' && unwrap(parent.object) === node) {
        const name = propertyName(parent);
        if (name === 'end') return 'ends';
        const call = outerOf(parent);
        if (call?.type !== 'CallExpression' || unwrap(call.callee) !== parent || !CHAINABLE.has(name ?? ''))
          return 'reads';
        node = call;
      } else if (parent.type === 'CallExpression' || parent.type === 'NewExpression') {
        if (parent.type === 'CallExpression' && isReader(parent))
          return contextEscapes(parent, module) ? 'passes' : 'reads';
        const index = parent.arguments.findIndex((a) => unwrap(a) === node);
        return parent.type === 'NewExpression' || index < 0 || passes(parent, index) ? 'passes' : 'reads';
      } else if (parent.type === 'LogicalExpression' || parent.type === 'ConditionalExpression') {
        if (
          parent.type === 'LogicalExpression'
            ? unwrap(parent.left) === node && parent.operator === '&&'
            : unwrap(parent.test) === node
        )
          return 'reads';
        node = parent;
      } else if (parent.type === 'VariableDeclarator') {
        return aliasOf(ref) ? 'reads' : 'passes';
      } else if (
        READING_PARENTS.has(parent.type) ||
        (parent.type === 'AssignmentExpression' && unwrap(parent.left) === node)
      ) {
        return 'reads';
      } else {
        return 'passes';
      }
    }
    return 'passes';
  }

  const tracking: Tracking = {
    owner,
    bindings,
    primary: first,
    endings,
    contains: inside,
    extent: references.some((ref) => enclosingFunction(ref) !== (isFunction(owner) ? owner : undefined))
      ? [from, to]
      : references.reduce<readonly [number, number]>(
          ([first, last], ref) => [Math.min(first, rangeOf(ref)[0]), Math.max(last, rangeOf(ref)[1])],
          [to, from],
        ),
    isSpan(node) {
      const n = unwrap(node);
      if (n.type === 'Identifier') {
        const binding = scopes.resolve(n);
        return binding !== undefined && bindings.has(binding);
      }
      if (n.type !== 'CallExpression') return false;
      const callee = unwrap(n.callee);
      return (
        callee.type === 'MemberExpression' &&
        CHAINABLE.has(propertyName(callee) ?? '') &&
        tracking.isSpan(callee.object)
      );
    },
    localFunction(node) {
      const n = unwrap(node);
      if (n.type !== 'Identifier') return undefined;
      const binding = scopes.resolve(n);
      if (!binding || (binding.kind !== 'function' && binding.kind !== 'const' && binding.kind !== 'let'))
        return undefined;
      const d = binding.declaration;
      const fn =
        d.type === 'VariableDeclarator' ? (d.init && d.id.type === 'Identifier' ? functionIn(d.init) : undefined) : d;
      return isFunction(fn) && inside(fn) && fn !== owner ? fn : undefined;
    },
    acts(root) {
      const known = memo.get(root);
      if (known !== undefined) return known;
      memo.set(root, false);
      const result =
        findNode(root, (node) => {
          if (node.type !== 'Identifier') return false;
          if (acting.has(node)) return true;
          const fn = tracking.localFunction(node);
          return fn !== undefined && fn !== root && tracking.acts(fn);
        }) !== undefined;
      memo.set(root, result);
      return result;
    },
  };
  return tracking;
}

const READING_PARENTS = new Set([
  'ExpressionStatement',
  'UnaryExpression',
  'BinaryExpression',
  'IfStatement',
  'WhileStatement',
  'TemplateLiteral',
  'TSTypeQuery',
  'ExportSpecifier',
]);

/** A function literal, also inside `useCallback(fn)`-like wrappers of one function. */
function functionIn(init: Node): Node | undefined {
  const n = unwrap(init);
  return isFunction(n) ? n : undefined;
}

/** The nearest parent that is not a wrapper without effect at run time. */
export function outerOf(node: Node): Node | undefined {
  let child = node;
  for (let p = parentOf(node); p; p = parentOf(p)) {
    if (unwrap(p) === p || unwrap(p) !== unwrap(child)) return p;
    child = p;
  }
  return undefined;
}

/** `const other = span`, `const other = span ?? …`: the identifier `other`. */
function aliasOf(ref: Node): TSESTree.Identifier | undefined {
  let node = ref;
  for (let parent = outerOf(node); parent; parent = outerOf(node)) {
    if (
      parent.type === 'LogicalExpression' ||
      (parent.type === 'ConditionalExpression' && unwrap(parent.test) !== node)
    )
      node = parent;
    else return parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id : undefined;
  }
  return undefined;
}

/** The call hands the span to a function that only reads it. */
export function isReader(call: TSESTree.CallExpression): boolean {
  return READERS.has(calleeName(call) ?? '');
}

/** Calls that use a context for the time of the call, or make a child of it. */
const CONTEXT_USERS = new Set([
  'with',
  'bind',
  'startSpan',
  'startActiveSpan',
  'inject',
  'setSpan',
  'setBaggage',
  'setValue',
  'suppressTracing',
  'getSpan',
  'getSpanContext',
  'setRPCMetadata',
  'extract',
]);

/** `trace.setSpan(ctx, span)`: the new context goes where somebody can take the span out again and end it. */
export function contextEscapes(call: TSESTree.CallExpression, module: Module): boolean {
  if (calleeName(call) !== 'setSpan') return false;
  let node: Node = call;
  for (let hops = 0; hops < 8; hops++) {
    const parent = outerOf(node);
    if (parent?.type === 'ConditionalExpression' || parent?.type === 'LogicalExpression') node = parent;
    else if (parent?.type === 'CallExpression') {
      const name = calleeName(parent);
      if (!CONTEXT_USERS.has(name ?? '')) return true;
      // these return another context that carries the span
      if (!/^(?:set|suppress)/.test(name ?? '')) return false;
      node = parent;
    } else if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') {
      const binding = module.scopes.resolve(parent.id);
      return !binding || module.scopes.references(binding).some((ref) => !usesContext(ref));
    } else return parent?.type !== 'ExpressionStatement';
  }
  return true;
}

function usesContext(ref: Node): boolean {
  let node = ref;
  for (
    let parent = outerOf(node);
    parent?.type === 'ConditionalExpression' || parent?.type === 'LogicalExpression';
    parent = outerOf(node)
  )
    node = parent;
  const parent = outerOf(node);
  return parent?.type === 'CallExpression' && CONTEXT_USERS.has(calleeName(parent) ?? '');
}

/** True for setters that return the span. */
export function isChainable(name: string | undefined): boolean {
  return name !== undefined && CHAINABLE.has(name);
}

/** Where the result of a `startSpan` call goes. */
export type Destination =
  | { readonly kind: 'variable'; readonly binding: Binding }
  | { readonly kind: 'dropped'; readonly node: Node }
  | { readonly kind: 'ended' }
  | { readonly kind: 'elsewhere' };

/** Follows the result of a call outwards through casts, conditions and chained setters. */
export function destinationOf(call: TSESTree.CallExpression, module: Module): Destination {
  const elsewhere: Destination = { kind: 'elsewhere' };
  let node: Node = call;
  for (let hops = 0; hops < 20; hops++) {
    const parent = outerOf(node);
    if (!parent) return elsewhere;
    switch (parent.type) {
      case 'ConditionalExpression':
        if (unwrap(parent.test) === node) return elsewhere;
        node = parent;
        break;
      case 'LogicalExpression':
      case 'AwaitExpression':
        node = parent;
        break;
      case 'MemberExpression': {
        const name = propertyName(parent);
        const outer = outerOf(parent);
        if (unwrap(parent.object) !== node) return elsewhere;
        if (name === 'end') return { kind: 'ended' };
        if (outer?.type !== 'CallExpression' || !isChainable(name)) return elsewhere;
        node = outer;
        break;
      }
      case 'VariableDeclarator':
        return variable(parent.id, module) ?? elsewhere;
      case 'AssignmentExpression': {
        const target = variable(parent.left, module);
        const outer = outerOf(parent);
        if (target && outer?.type === 'ExpressionStatement') return target;
        return elsewhere;
      }
      case 'ExpressionStatement':
        return { kind: 'dropped', node: call };
      default:
        return elsewhere;
    }
  }
  return elsewhere;
}

function variable(target: Node, module: Module): Destination | undefined {
  if (target.type !== 'Identifier') return undefined;
  const binding = module.scopes.resolve(target);
  return binding && { kind: 'variable', binding };
}

/** The function that declares a variable, or the program. */
export function declaringFunction(binding: Binding, module: Module): Node {
  const d = binding.declaration;
  if (binding.kind === 'param' && isFunction(d)) return d;
  return enclosingFunction(d) ?? module.ast;
}
