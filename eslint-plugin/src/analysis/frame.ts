import type { FunctionNode, Node } from './ast.ts';
import { patternPath, projectPattern } from './evaluate-binding.ts';
import type { Evaluator } from './evaluate.ts';
import { lazy } from './expressions.ts';
import type { Module } from './module.ts';
import { patternIds, type Binding } from './scope.ts';
import { annotationOf, typeName, valueOfType } from './type-syntax.ts';
import { alternatives, literal, type Env, type Thunk, type Value } from './value.ts';
import { TreeMemory, treeOfNode } from './tree-memory.ts';

/** Binds the parameters of a function to arguments. */
export function bindParameters(
  ev: Evaluator,
  fn: FunctionNode,
  module: Module,
  args: readonly Thunk[],
  self: Value | undefined,
  parent: Env | undefined,
  depth: number,
): Env {
  const bindings = new Map<Binding, Thunk>();
  const env: Env = { bindings, self, parent, depth };
  for (const [index, param] of fn.params.entries()) {
    const argument =
      param.type === 'RestElement'
        ? lazy((): Value => ({ type: 'array', exact: false, items: args.slice(index) }))
        : (args[index] ?? ((): Value => literal(undefined)));
    const target = param.type === 'RestElement' ? param.argument : param;
    for (const binding of paramBindings(fn, module)) {
      if (bindings.has(binding) || !patternPath(target, binding.id)) continue;
      bindings.set(
        binding,
        lazy(() =>
          typedFallback(ev, projectPattern(ev, target, binding.id, argument(), module, env), binding, param, module),
        ),
      );
    }
  }
  return env;
}

/** An argument of which nothing is known still has the parameter's type. */
function typedFallback(ev: Evaluator, value: Value, binding: Binding, param: Node, module: Module): Value {
  if (value.type !== 'unknown' || alternatives(value).length !== 1) return value;
  const annotation = annotationOf(param);
  if (!annotation || binding.id !== (param.type === 'AssignmentPattern' ? param.left : param)) return value;
  return valueOfType(ev, { node: annotation, module }, [typeName(annotation) ?? binding.name]) ?? value;
}

const paramsCache = new TreeMemory<FunctionNode, readonly Binding[]>(treeOfNode);

/** Bindings of a function's parameters. */
export function paramBindings(fn: FunctionNode, module: Module): readonly Binding[] {
  let list = paramsCache.get(fn);
  if (!list) {
    const anchor = fn.params[0] ?? fn.body;
    list = fn.params
      .flatMap((p) => patternIds(p))
      .map((id) => module.scopes.lookup(id.name, anchor as Node))
      .filter((b): b is Binding => b?.declaration === fn);
    paramsCache.set(fn, list);
  }
  return list;
}
