import { calleeName, propertyName, unwrap, type Node } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { importSource, specifierName, type Module } from './module.ts';

/** The import that an expression begins with, and whether there is more than the import itself. */
export interface RootImport {
  readonly source: string;
  /** Imported name; `default` and `*` for the forms without one. */
  readonly name: string;
  /** The expression is the imported thing, not something that was made from it. */
  readonly direct: boolean;
}

const MAX_STEPS = 24;

/**
 * Follows a chain of calls and members to the import of a package that it starts with, through variables and exports of the
 * workspace: `publicProcedure.input(x)` → `t.procedure` → `initTRPC.create()` → `@trpc/server`.
 */
export function rootImport(ctx: AnalysisContext, expression: Node, home: Module): RootImport | undefined {
  let node = unwrap(expression);
  let module = home;
  let direct = true;
  for (let i = 0; i < MAX_STEPS; i++) {
    if (node.type === 'MemberExpression') [node, direct] = [unwrap(node.object), false];
    else if (node.type === 'CallExpression' && calleeName(node) === 'require') {
      const first = node.arguments[0];
      if (first?.type !== 'Literal' || typeof first.value !== 'string') return undefined;
      return { source: first.value, name: '*', direct };
    } else if (node.type === 'CallExpression' || node.type === 'NewExpression')
      [node, direct] = [unwrap(node.callee), false];
    else if (node.type === 'AwaitExpression') node = unwrap(node.argument);
    else if (node.type === 'Identifier') {
      const step = declarationStep(ctx, node, module);
      if (!step || 'source' in step) return step && { ...step, direct };
      ({ node, module } = step);
    } else return undefined;
  }
  return undefined;
}

type Step = { readonly node: Node; readonly module: Module } | { readonly source: string; readonly name: string };

function declarationStep(ctx: AnalysisContext, id: Node, module: Module): Step | undefined {
  if (id.type !== 'Identifier') return undefined;
  const declaration = module.scopes.resolve(id)?.declaration;
  if (declaration?.type === 'VariableDeclarator') {
    const { init } = declaration;
    if (!init) return undefined;
    const inner = unwrap(init);
    const source = inner.type === 'CallExpression' && calleeName(inner) === 'require' ? inner.arguments[0] : undefined;
    if (source?.type === 'Literal' && typeof source.value === 'string' && declaration.id.type === 'ObjectPattern')
      return exported(ctx, source.value, destructuredName(declaration.id, id.name), module);
    if (source?.type === 'Literal' && typeof source.value === 'string')
      return exported(ctx, source.value, 'default', module);
    return { node: inner, module };
  }
  const source = importSource(declaration);
  if (source === undefined) return undefined;
  const name =
    declaration?.type === 'ImportSpecifier'
      ? specifierName(declaration.imported)
      : declaration?.type === 'ImportDefaultSpecifier'
        ? 'default'
        : '*';
  return exported(ctx, source, name, module);
}

function destructuredName(pattern: Node, local: string): string {
  if (pattern.type !== 'ObjectPattern') return local;
  for (const p of pattern.properties)
    if (p.type === 'Property' && p.value.type === 'Identifier' && p.value.name === local)
      return propertyName(p) ?? local;
  return local;
}

/** The export of a workspace file where the specifier means one, else the import itself. */
function exported(ctx: AnalysisContext, source: string, name: string, from: Module, depth = 0): Step | undefined {
  const path = ctx.host.resolve(source, from.path);
  const target = path === undefined ? undefined : ctx.moduleAt(path);
  if (!target) return path === undefined ? { source, name } : undefined;
  const found = target.exports.get(name) ?? (name === 'default' ? target.exports.get('module.exports') : undefined);
  if (found?.kind === 'expression') return { node: unwrap(found.node), module: target };
  if (found?.kind === 'binding') return { node: found.binding.id, module: target };
  if (found?.kind === 'reexport' && depth < 6) return exported(ctx, found.source, found.name, target, depth + 1);
  if (depth < 6)
    for (const star of target.starExports) {
      const step = exported(ctx, star, name, target, depth + 1);
      if (step && 'node' in step) return step;
    }
  return undefined;
}
