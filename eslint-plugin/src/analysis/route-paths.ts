import type { Node } from './ast.ts';
import { unwrap } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { alternatives, type Env, type Value } from './value.ts';

/** Stands in a path for what the code does not tell. */
export const UNKNOWN_PART = '…';

const MAX_PATHS = 8;

/** Value of an expression outside of calls, or in an environment. */
export function valueIn(ev: Evaluator, node: Node, module: Module, env: Env | undefined): Value {
  return env ? ev.fresh(() => ev.evaluate(node, module, env)) : ev.ask(node, module);
}

/**
 * Every path that an expression stands for: one for a text, all of a list. What is not constant is {@link UNKNOWN_PART},
 * whole or in its place in a template: of two texts that an expression may be, neither is known.
 */
export function pathTexts(ev: Evaluator, expression: Node, module: Module, env?: Env): readonly string[] {
  const node = unwrap(expression);
  const value = valueIn(ev, node, module, env);
  if (value.type === 'array' && value.exact && value.items.length > 0)
    return cut(value.items.map((item) => textOf(ev.fresh(item)) ?? UNKNOWN_PART));
  if (value.type === 'literal' || node.type !== 'TemplateLiteral') return [textOf(value) ?? UNKNOWN_PART];
  const parts = node.expressions.map((part) => textOf(valueIn(ev, part, module, env)) ?? UNKNOWN_PART);
  return [node.quasis.map((quasi, i) => `${quasi.value.cooked ?? ''}${parts[i] ?? ''}`).join('')];
}

/** The constant text, as far as it is one. */
function textOf(value: Value): string | undefined {
  if (value.type === 'literal' && (typeof value.value === 'string' || typeof value.value === 'number'))
    return String(value.value);
  if (value.type === 'derived' && value.how === 'text' && value.prefix !== undefined && value.prefix !== '')
    return `${value.prefix}${UNKNOWN_PART}`;
  return undefined;
}

/** Is a value the text of a path, or a list of them? One alternative tells it: middleware is never a text. */
export function isPath(value: Value): boolean {
  return alternatives(value).some(
    (v) =>
      (v.type === 'literal' && typeof v.value === 'string') ||
      (v.type === 'derived' && v.how === 'text') ||
      (v.type === 'bounded' && v.literals !== undefined) ||
      (v.type === 'array' && v.items.length > 0 && v.items.every((item) => isPath(item()))),
  );
}

/** A path below a prefix: `/api` and `/orders/:id`; either may be empty. */
export function joinPath(prefix: string, path: string): string {
  // Fastify and hono take prefixes without a slash.
  const base = prefix.replace(/\/+$/, '').replace(/^(?=[^/…])/, '/');
  if (path === '' || path === '/') return base === '' ? path : base;
  if (base.endsWith(UNKNOWN_PART) && path.startsWith(UNKNOWN_PART)) return base + path.slice(UNKNOWN_PART.length);
  if (base === '') return path.startsWith(UNKNOWN_PART) || path.startsWith('/') || prefix === '' ? path : `/${path}`;
  return `${base}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** Every path below every prefix, each once. */
export function joinAll(prefixes: readonly string[], paths: readonly string[]): readonly string[] {
  return cut(prefixes.flatMap((prefix) => paths.map((path) => joinPath(prefix, path))));
}

/** Each text once; of very many, only that they are not told. */
function cut(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)];
  return unique.length > MAX_PATHS ? [UNKNOWN_PART] : unique;
}
