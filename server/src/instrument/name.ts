import { basename, dirname } from 'node:path';
import {
  argumentAt,
  calleeName,
  dottedName,
  isFunction,
  propertyName,
  unwrap,
  type FunctionNode,
  type Node,
} from '../../../eslint-plugin/src/analysis/ast.ts';

/** Name of a function for people, and its words for identifiers. */
export interface FunctionName {
  readonly name: string;
  readonly words: readonly string[];
}

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all', 'use']);

/** The lower-case words of a name: `OrderService.charge` → order, service, charge. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** What a file is about: its name without extension, or that of its folder where it is an index. */
export function stemOf(path: string): string {
  const stem = basename(path).replace(/\.[^.]+$/, '');
  return stem === 'index' ? basename(dirname(path)) : stem;
}

/** A constant name of few values: it comes from names and literals of the source, never from what they hold. */
export function nameOf(fn: FunctionNode, around: readonly Node[], path: string): FunctionName {
  const outer = around.findLastIndex((n) => isFunction(n));
  const holder = around[outer];
  const name =
    ownName(fn, around) ??
    (holder && isFunction(holder) ? nameOf(holder, around.slice(0, outer), path).name : stemOf(path));
  const words = wordsOf(name);
  return { name, words: words.length > 0 ? words : ['work'] };
}

function ownName(fn: FunctionNode, around: readonly Node[]): string | undefined {
  if (fn.type === 'FunctionDeclaration' && fn.id) return fn.id.name;
  const parts: string[] = [];
  for (let i = around.length - 1; i >= 0; i--) {
    const n = around[i] as Node;
    switch (n.type) {
      case 'MethodDefinition':
      case 'PropertyDefinition':
        return `${className(around.slice(0, i)) ?? 'Class'}.${key(n)}`;
      case 'Property':
        parts.unshift(key(n));
        break;
      case 'VariableDeclarator':
        if (n.id.type === 'Identifier' && parts.length < 2) parts.unshift(n.id.name);
        return joined(parts);
      case 'AssignmentExpression':
        return joined(assigned(n.left, around.slice(0, i), parts));
      case 'CallExpression':
      case 'NewExpression':
        if (!n.arguments.some((a) => around.includes(a) || a === fn)) break;
        return parts.length > 0 ? joined([...(receiver(n) ?? []), ...parts]) : called(fn, n);
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'BlockStatement':
      case 'Program':
        return parts.length > 0 ? joined(parts) : fn.id?.name;
      default:
        break;
    }
  }
  return parts.length > 0 ? joined(parts) : fn.id?.name;
}

function joined(parts: readonly string[]): string | undefined {
  return parts.length > 0 ? parts.slice(-2).join('.') : undefined;
}

function key(node: Node): string {
  const name = propertyName(node);
  if (name !== undefined) return name.replace(/^#/, '');
  const computed = 'key' in node ? dottedName(node.key) : undefined;
  return computed?.split('.').at(-1) ?? 'method';
}

function className(around: readonly Node[]): string | undefined {
  const index = around.findLastIndex((n) => n.type === 'ClassDeclaration' || n.type === 'ClassExpression');
  const cls = around[index];
  if (cls?.type !== 'ClassDeclaration' && cls?.type !== 'ClassExpression') return undefined;
  if (cls.id) return cls.id.name;
  const holder = around[index - 1];
  return holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier' ? holder.id.name : undefined;
}

/** `exports.create = …`, `Orders.prototype.create = …`, `this.handler = …` */
function assigned(left: Node, around: readonly Node[], parts: readonly string[]): readonly string[] {
  const target = unwrap(left);
  const path = dottedName(target)?.split('.') ?? [];
  if (path[0] === 'this') path[0] = className(around) ?? '';
  const kept = path.filter((part) => !['', 'exports', 'module', 'prototype'].includes(part));
  return [...kept, ...parts];
}

/** What the properties of an argument belong to: `consumer` of `consumer.run({ eachMessage })`. */
function receiver(call: Node): readonly string[] | undefined {
  if (call.type !== 'CallExpression') return undefined;
  const callee = unwrap(call.callee);
  const object = callee.type === 'MemberExpression' ? dottedName(callee.object) : dottedName(callee);
  const last = object?.split('.').at(-1);
  return last === undefined || last === 'this' ? undefined : [last];
}

function called(fn: FunctionNode, call: Node): string | undefined {
  if (call.type !== 'CallExpression' && call.type !== 'NewExpression') return undefined;
  if (fn.type === 'FunctionExpression' && fn.id) return fn.id.name;
  const name = calleeName(call);
  const first = argumentAt(call, 0);
  const text =
    first?.type === 'Literal' && typeof first.value === 'string' && first.value.length <= 80 ? first.value : undefined;
  if (text !== undefined && name !== undefined) {
    if (text.startsWith('/') && VERBS.has(name))
      return `${name === 'all' || name === 'use' ? '' : `${name.toUpperCase()} `}${text}`;
    return `${name} ${text}`;
  }
  const callee = dottedName(call.callee)?.split('.').slice(-2).join('.');
  return callee?.replace(/^this\./, '') ?? name;
}
