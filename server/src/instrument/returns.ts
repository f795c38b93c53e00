import {
  calleeName,
  isFunction,
  dottedName,
  propertyName,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from '../../../eslint-plugin/src/analysis/ast.ts';
import { walkOwn } from './tree.ts';

/** What a call of a function gives back: `mixed` is a promise on some paths only. */
export type Returns = 'value' | 'promise' | 'mixed' | 'unknown';

const PROMISE_METHODS = new Set(['then', 'catch', 'finally']);
/** Names of methods that give a value at once, whatever they are called on. */
const VALUE_METHODS = new Set(
  'map filter reduce slice splice join split trim concat includes indexOf startsWith endsWith some every find findIndex flat flatMap sort reverse keys values entries toString toFixed toISOString getTime now parse stringify padStart padEnd replace replaceAll toLowerCase toUpperCase charAt charCodeAt match test has push pop shift unshift isArray assign freeze fromEntries floor ceil round max min abs random json send status render redirect sendStatus next emit'.split(
    ' ',
  ),
);
const VALUE_FUNCTIONS = new Set([
  'String',
  'Number',
  'Boolean',
  'parseInt',
  'parseFloat',
  'BigInt',
  'Symbol',
  'next',
  'isNaN',
  'atob',
  'btoa',
  'encodeURIComponent',
  'decodeURIComponent',
  'structuredClone',
]);

const VALUE_OBJECTS = new Set([
  'Math',
  'Object',
  'Array',
  'JSON',
  'Buffer',
  'Date',
  'Number',
  'String',
  'URL',
  'console',
]);

/** What a function that is not async gives back, from its annotation or from its `return`s. */
export function returnsOf(fn: FunctionNode, around: readonly Node[]): Returns {
  if (fn.async || fn.generator) return fn.async && !fn.generator ? 'promise' : 'value';
  const type = fn.returnType?.typeAnnotation;
  const annotated = type ? ofType(type) : undefined;
  if (annotated) return annotated;
  const kinds = new Set(ownReturns(fn).map((value) => (value ? ofValue(value, fn, around, 0) : 'value')));
  const isValue = kinds.size === 0 || (kinds.size === 1 && kinds.has('value'));
  // a type that says nothing does not allow `async` either
  if (type && !isValue) return 'mixed';
  if (kinds.has('mixed') || (kinds.has('promise') && kinds.has('value'))) return 'mixed';
  if (kinds.has('promise')) return 'promise';
  return isValue ? 'value' : 'unknown';
}

/** Values that the function's own `return`s give; undefined for a bare `return`. */
function ownReturns(fn: FunctionNode): (Node | undefined)[] {
  if (fn.body.type !== 'BlockStatement') return [fn.body];
  const values: (Node | undefined)[] = [];
  walkOwn(fn.body, (n) => {
    if (n.type === 'ReturnStatement') values.push(n.argument ?? undefined);
  });
  return values;
}

function ofType(type: TSESTree.TypeNode): Returns | undefined {
  switch (type.type) {
    case 'TSTypeReference': {
      const { typeName } = type;
      const name =
        typeName.type === 'Identifier' ? typeName.name : typeName.type === 'TSQualifiedName' ? typeName.right.name : '';
      if (name === 'Promise') return 'promise';
      if (/^[A-Z]$|Promise|Thenable|Observable|Bluebird|Query|Deferred|Awaitable|ReturnType/.test(name)) return 'mixed';
      return 'value';
    }
    case 'TSUnionType': {
      const parts = new Set(type.types.map((t) => ofType(t)));
      if (parts.size === 1) return [...parts][0];
      return parts.has('promise') || parts.has('mixed') ? 'mixed' : parts.has(undefined) ? undefined : 'value';
    }
    case 'TSAnyKeyword':
    case 'TSUnknownKeyword':
    case 'TSConditionalType':
    case 'TSIndexedAccessType':
      return undefined;
    default:
      return 'value';
  }
}

function ofValue(node: Node, fn: FunctionNode, around: readonly Node[], depth: number): Returns {
  const n = unwrap(node);
  if (depth > 5) return 'unknown';
  const either = (...parts: Node[]): Returns => {
    const kinds = new Set(parts.map((part) => ofValue(part, fn, around, depth + 1)));
    if (kinds.size === 1) return [...kinds][0] ?? 'unknown';
    return kinds.has('promise') && kinds.has('value') ? 'mixed' : kinds.has('promise') ? 'promise' : 'unknown';
  };
  switch (n.type) {
    case 'ConditionalExpression':
      return either(n.consequent, n.alternate);
    case 'LogicalExpression':
      return either(n.left, n.right);
    case 'SequenceExpression':
      return either(n.expressions.at(-1) ?? n);
    case 'AssignmentExpression':
      return n.operator === '=' ? either(n.right) : 'value';
    case 'ImportExpression':
      return 'promise';
    case 'NewExpression':
      return calleeName(n) === 'Promise' ? 'promise' : 'value';
    case 'CallExpression':
      return ofCall(n, fn, around);
    case 'Identifier':
      return n.name === 'undefined' ? 'value' : ofBinding(n.name, fn, around, depth);
    case 'MemberExpression':
      return n.computed || propertyName(n) !== 'length' ? 'unknown' : 'value';
    case 'TaggedTemplateExpression':
    case 'YieldExpression':
    case 'ThisExpression':
      return n.type === 'ThisExpression' ? 'value' : 'unknown';
    default:
      return 'value';
  }
}

function ofCall(call: TSESTree.CallExpression, fn: FunctionNode, around: readonly Node[]): Returns {
  const callee = unwrap(call.callee);
  if (isFunction(callee)) return callee.async && !callee.generator ? 'promise' : 'unknown';
  const name = calleeName(call);
  if (name === undefined) return 'unknown';
  if (name === 'startActiveSpan' || name === 'withSpan') {
    const last = call.arguments.at(-1);
    const inner = last ? unwrap(last) : undefined;
    return inner && isFunction(inner) ? returnsOf(inner, [...around, fn]) : 'unknown';
  }
  if (callee.type === 'Identifier') {
    if (VALUE_FUNCTIONS.has(name)) return 'value';
    if (name === 'fetch') return 'promise';
    const declared = declaration(name, around);
    return declared ? ofFunction(declared) : 'unknown';
  }
  const object = callee.type === 'MemberExpression' ? dottedName(callee.object) : undefined;
  if (object === 'Promise') return name === 'withResolvers' ? 'value' : 'promise';
  if (object === 'this') {
    const method = methodOf(name, around);
    return method ? ofFunction(method) : 'unknown';
  }
  if (PROMISE_METHODS.has(name)) return 'promise';
  if (VALUE_OBJECTS.has(object ?? '')) return 'value';
  return VALUE_METHODS.has(name) ? 'value' : 'unknown';
}

function ofFunction(fn: FunctionNode): Returns {
  if (fn.generator) return 'value';
  if (fn.async) return 'promise';
  const type = fn.returnType?.typeAnnotation;
  if (type?.type === 'TSTypeReference') {
    const name = dottedName(type.typeName);
    return name === 'Promise' ? 'promise' : 'unknown';
  }
  return type && type.type !== 'TSAnyKeyword' && type.type !== 'TSUnknownKeyword' && type.type !== 'TSUnionType'
    ? 'value'
    : 'unknown';
}

/** The function of that name in the blocks around. */
function declaration(name: string, around: readonly Node[]): FunctionNode | undefined {
  for (const block of around.toReversed()) {
    if (block.type !== 'Program' && block.type !== 'BlockStatement') continue;
    for (const statement of block.body) {
      const s =
        statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
          ? (statement.declaration as Node | null)
          : statement;
      if (s?.type === 'FunctionDeclaration' && s.id?.name === name) return s;
      if (s?.type !== 'VariableDeclaration') continue;
      for (const d of s.declarations) {
        if (d.id.type !== 'Identifier' || d.id.name !== name) continue;
        const value = d.init ? unwrap(d.init) : undefined;
        return value && isFunction(value) ? value : undefined;
      }
    }
  }
  return undefined;
}

function methodOf(name: string, around: readonly Node[]): FunctionNode | undefined {
  const cls = around.findLast((n) => n.type === 'ClassBody');
  const member = cls?.body.find((m) => 'key' in m && propertyName(m) === name && 'value' in m);
  const value = member && 'value' in member ? (member.value as Node | null) : undefined;
  return value && isFunction(value) ? value : undefined;
}

/** A local by what is assigned to it. */
function ofBinding(name: string, fn: FunctionNode, around: readonly Node[], depth: number): Returns {
  const kinds = new Set<Returns>();
  const add = (value: Node | null | undefined): unknown => value && kinds.add(ofValue(value, fn, around, depth + 1));
  const isIt = (n: Node): boolean => n.type === 'Identifier' && n.name === name;
  walkOwn(fn.body, (n) => {
    if (n.type === 'VariableDeclarator' && isIt(n.id)) add(n.init);
    else if (n.type === 'AssignmentExpression' && isIt(n.left))
      if (['=', '??=', '||=', '&&='].includes(n.operator)) add(n.right);
      else kinds.add('value');
    else if (n.type === 'ForOfStatement' || n.type === 'ForInStatement') {
      const left = n.left.type === 'VariableDeclaration' ? n.left.declarations[0].id : n.left;
      if (isIt(left)) kinds.add('unknown');
    }
  });
  const param = [fn, ...around.filter((n) => isFunction(n)).toReversed()].flatMap(({ params }) => params).find(isIt);
  const type = param?.type === 'Identifier' ? param.typeAnnotation?.typeAnnotation : undefined;
  if (param) kinds.add(type && /^TS(?:String|Number|Boolean|Array|BigInt)/.test(type.type) ? 'value' : 'unknown');
  return kinds.size === 1 ? ([...kinds][0] ?? 'unknown') : 'unknown';
}
