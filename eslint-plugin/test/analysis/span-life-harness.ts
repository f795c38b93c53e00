import { parse } from '@typescript-eslint/parser';
import { AST_NODE_TYPES } from '@typescript-eslint/types';
import { parseSync } from 'oxc-parser';
import { isFunction, propertyName, unwrap, type FunctionNode, type Node } from '../../src/analysis/ast.ts';
import { moduleOf, type Module } from '../../src/analysis/module.ts';
import { judgeForeignEnd, judgeSpanLife, type SpanLifeFact, type SpanStart } from '../../src/analysis/span-life.ts';

/** Parses one made-up file. */
export function moduleFrom(text: string): Module {
  const ast = parse(text, { range: true, loc: true, jsx: true, sourceType: 'module' });
  return moduleOf({ path: '/app/file.tsx', text, ast });
}

/** The same with the parser that survives code nested thousands of levels deep; its nodes have no `loc`. */
export function deepModuleFrom(text: string): Module {
  const { program } = parseSync('/app/file.ts', text, { range: true, astType: 'ts' });
  return moduleOf({ path: '/app/file.ts', text, ast: program as never });
}

/** Function that a name or `this.method` means in the same file. */
function functionOf(callee: Node, module: Module): { node: FunctionNode; module: Module } | undefined {
  const n = unwrap(callee);
  if (n.type === AST_NODE_TYPES.Identifier) {
    const d = module.scopes.resolve(n)?.declaration;
    const node = d?.type === AST_NODE_TYPES.VariableDeclarator && d.init ? unwrap(d.init) : d;
    return isFunction(node) ? { node, module } : undefined;
  }
  if (n.type !== AST_NODE_TYPES.MemberExpression || n.object.type !== AST_NODE_TYPES.ThisExpression) return undefined;
  const method = module.scopes.nodes('MethodDefinition').find((m) => propertyName(m) === propertyName(n));
  return isFunction(method?.value) ? { node: method.value, module } : undefined;
}

/** Every fact about every `startSpan`, `startActiveSpan` and `getActiveSpan` of a text. */
export function factsIn(text: string, extra: Partial<SpanStart> = {}, module = moduleFrom(text)): SpanLifeFact[] {
  const facts: SpanLifeFact[] = [];
  for (const call of module.scopes.nodes('CallExpression')) {
    const callee = unwrap(call.callee);
    const name = callee.type === AST_NODE_TYPES.MemberExpression ? propertyName(callee) : undefined;
    if (name === 'getActiveSpan') facts.push(...judgeForeignEnd(call, module));
    if (name !== 'startSpan' && name !== 'startActiveSpan') continue;
    const active = name === 'startActiveSpan';
    const last = active ? call.arguments.at(-1) : undefined;
    const callback =
      last && (isFunction(unwrap(last)) ? (unwrap(last) as FunctionNode) : functionOf(last, module)?.node);
    facts.push(...judgeSpanLife({ call, module, active, callback, ...extra }, { resolveFunction: functionOf }));
  }
  return facts;
}

/** `problem@line` of every fact. */
export function problemsIn(text: string): string[] {
  return factsIn(text).map((f) => `${f.problem}@${String(f.node.loc.start.line)}`);
}
