import type { HandlerKind } from '../knowledge/entry-points.ts';
import { propertyName, rangeOf, unwrap, type FunctionNode, type Node } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { Range } from './facts.ts';
import type { Module } from './module.ts';
import { alternatives } from './value.ts';

/** How it is known that a handler has a span or a metric. */
export interface CoverageEvidence {
  /** `direct`: in its body · `helper`: in a function that it calls or that wraps it · `middleware` · `instrumentation`: a package does it. */
  readonly how: 'direct' | 'helper' | 'middleware' | 'instrumentation';
  /** What it is, in words. */
  readonly text: string;
}

/** A function that a framework calls for a request, a message, a schedule or a command. */
export interface HandlerFact {
  readonly kind: HandlerKind;
  readonly framework: string;
  /** Route, field, queue, schedule or command: `GET /orders/:id`. */
  readonly name: string;
  /** File that the handler is registered in; resolvers can stand in another one than what registers them. */
  readonly path: string;
  /** Short range to point at: the registration up to the name. */
  readonly range: Range;
  /** The function, where it can be seen. */
  readonly handler: { readonly path: string; readonly range: Range } | undefined;
  readonly span: CoverageEvidence | undefined;
  readonly metric: CoverageEvidence | undefined;
  /** A probe or a scrape, which nobody wants traces of. */
  readonly probe: boolean;
}

/** A function and the module that it is in. */
export interface HomedFunction {
  readonly node: FunctionNode;
  readonly module: Module;
}

/** A handler before its telemetry is looked for. */
export interface HandlerDraft {
  readonly kind: HandlerKind;
  readonly framework: string;
  readonly name: string;
  readonly module: Module;
  readonly range: Range;
  readonly functions: readonly HomedFunction[];
  /** Functions that run around it: wrappers, middleware of the route. */
  readonly around: readonly HomedFunction[];
  /** Decorators of a method. */
  readonly decorators: readonly Node[];
  /** Key of the message broker that feeds it, for the coverage tables. */
  readonly broker?: string;
}

const MAX_NESTED = 4;

/** Functions that an expression can be. */
export function functionsOf(ctx: AnalysisContext, expression: Node, module: Module): readonly HomedFunction[] {
  return alternatives(ctx.evaluate(expression, module)).flatMap((v) =>
    v.type === 'function' ? [{ node: v.node, module: v.module }] : [],
  );
}

/** A handler argument: `fn`, `wrap(fn)`, `compose([a, b])`; the function itself and what runs around it. */
export function handlerArgument(
  ctx: AnalysisContext,
  expression: Node,
  module: Module,
  depth = 0,
): { readonly functions: readonly HomedFunction[]; readonly around: readonly HomedFunction[] } {
  const node = unwrap(expression);
  if (node.type !== 'CallExpression' || depth > MAX_NESTED || isBind(node))
    return { functions: functionsOf(ctx, node, module), around: [] };
  const inner = node.arguments.map((a) => handlerArgument(ctx, a, module, depth + 1));
  const given = inner.flatMap((i) => i.functions);
  const made = functionsOf(ctx, node, module);
  return {
    functions: given.length > 0 ? given : made,
    around: [
      ...functionsOf(ctx, node.callee, module),
      ...(given.length > 0 ? made : []),
      ...inner.flatMap((i) => i.around),
    ],
  };
}

function isBind(node: Node): boolean {
  return node.type === 'CallExpression' && propertyName(unwrap(node.callee)) === 'bind';
}

/** Range from one node to the end of another. */
export function rangeFrom(start: Node, end: Node): Range {
  return { start: rangeOf(start)[0], end: Math.max(rangeOf(start)[1], rangeOf(end)[1]) };
}

/** Text of a constant, or the source of the expression on one line. */
export function nameText(ctx: AnalysisContext, node: Node | undefined, module: Module): string | undefined {
  if (!node) return undefined;
  const [first] = alternatives(ctx.evaluate(node, module));
  if (first?.type === 'literal' && (typeof first.value === 'string' || typeof first.value === 'number'))
    return String(first.value);
  const item = first?.type === 'array' ? first.items[0]?.() : undefined;
  if (item?.type === 'literal') return String(item.value);
  const text = module.text
    .slice(...rangeOf(node))
    .replace(/\s+/g, ' ')
    .replace(/^`([^`]*)`$/, '$1');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Paths of a route as they are written: one, or all of a list; a single empty one where there is none. */
export function routeTexts(ctx: AnalysisContext, node: Node | undefined): readonly string[] {
  const value = node && ctx.evaluate(node);
  if (value?.type === 'array' && value.exact) {
    const items = value.items.flatMap((item) => {
      const text = item();
      return text.type === 'literal' && typeof text.value === 'string' ? [text.value] : [];
    });
    if (items.length > 0 && items.length === value.items.length) return items;
  }
  return [nameText(ctx, node, ctx.module) ?? ''];
}
