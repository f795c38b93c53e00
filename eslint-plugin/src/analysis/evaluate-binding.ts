import { isFunction, propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import { parameterValue } from './evaluate-param.ts';
import { memberValue } from './evaluate-member.ts';
import type { Evaluator } from './evaluate.ts';
import { lazy, traced } from './expressions.ts';
import { guardOf, replacementLimits } from './guards.ts';
import { libraryExport } from './libraries.ts';
import { importSource, specifierName, type Module } from './module.ts';
import { type Binding } from './scope.ts';
import { annotationOf, valueOfType } from './type-syntax.ts';
import {
  join,
  literal,
  unknown,
  type Env,
  type ObjectProperty,
  type ObjectRest,
  type ObjectValue,
  type Value,
} from './value.ts';
import { TreeMemory, treeOfBinding } from './tree-memory.ts';

/** Value of a name where it is used. */
export function evaluateIdentifier(
  ev: Evaluator,
  id: TSESTree.Identifier,
  module: Module,
  env: Env | undefined,
): Value {
  if (id.name === 'undefined') return literal(undefined);
  const binding =
    module.scopes.resolve(id) ?? (id.parent && isDeclaration(id) ? module.scopes.lookup(id.name, id) : undefined);
  if (!binding) return ev.global(id.name);
  const guard = id === binding.id ? undefined : guardOf(ev, id, module, env);
  if (guard) return guard;
  for (let e = env; e; e = e.parent) {
    const thunk = e.bindings.get(binding);
    if (thunk) return traced(thunk(), id, module, id.name);
  }
  const value = bindingValue(ev, binding, module, env);
  return binding.kind === 'function' || binding.kind === 'class' || binding.kind === 'enum'
    ? value
    : traced(value, id, module, id.name);
}

function isDeclaration(id: Node): boolean {
  return id.parent?.type === 'ExportSpecifier';
}

/** Value of a binding, outside a call unless `env` is given. */
export function bindingValue(ev: Evaluator, binding: Binding, module: Module, env: Env | undefined): Value {
  const { declaration } = binding;
  switch (binding.kind) {
    case 'const':
    case 'let':
    case 'var':
      return variableValue(ev, binding, module, env);
    case 'function':
      return isFunction(declaration)
        ? { type: 'function', node: declaration, module, env }
        : unknown([binding.name], 'syntax');
    case 'class':
      return { type: 'class', node: declaration as TSESTree.ClassDeclaration, module };
    case 'enum':
      return enumObject(ev, declaration as TSESTree.TSEnumDeclaration, module);
    case 'import':
      return importValue(ev, binding, module);
    case 'param':
      return isFunction(declaration)
        ? parameterValue(ev, binding, declaration, module, env)
        : unknown([binding.name], 'parameter');
    case 'catch':
      return projectPattern(
        ev,
        (declaration as TSESTree.CatchClause).param as Node,
        binding.id,
        { type: 'shape', shape: 'js.Error', module, origin: declaration, evidence: 'proved' },
        module,
        env,
      );
    default:
      return unknown([binding.name], 'syntax');
  }
}

function variableValue(ev: Evaluator, binding: Binding, module: Module, env: Env | undefined): Value {
  const declarator = binding.declaration as TSESTree.VariableDeclarator;
  const statement = declarator.parent as Node | undefined;
  const loop = statement?.parent;
  let initial: Value | undefined;
  if ((loop?.type === 'ForOfStatement' || loop?.type === 'ForInStatement') && loop.left === statement) {
    const iterable = ev.evaluate(loop.right, module, env);
    const element: Value =
      loop.type === 'ForOfStatement'
        ? ev.elementOf(iterable)
        : { type: 'derived', how: 'key', name: 'a key', of: [iterable] };
    initial = projectPattern(ev, declarator.id, binding.id, element, module, env);
  } else if (declarator.init) {
    initial =
      declarator.id.type === 'Identifier'
        ? ev.evaluate(declarator.init, module, env)
        : projectPattern(ev, declarator.id, binding.id, ev.evaluate(declarator.init, module, env), module, env);
  }
  if (initial?.type === 'object') initial = withLaterWrites(ev, initial, binding, module, env);
  const assigned = binding.kind === 'const' ? [] : assignmentsOf(binding, module);
  const values: Value[] = [];
  const limited = assigned.map((a) => replacementLimits(ev, a, binding.name, module, env)).find((v) => v !== undefined);
  if (limited) values.push(limited);
  else if (initial && !(assigned.length > 0 && initial.type === 'literal' && initial.value == null))
    values.push(initial);
  for (const a of assigned.slice(0, 8)) {
    const v = ev.evaluate(a, module, env);
    values.push(v.type === 'object' ? withLaterWrites(ev, v, binding, module, env) : v);
  }
  const annotation = annotationOf(binding.id) ?? annotationOf(declarator.id);
  if (values.length === 0) {
    const typed =
      annotation && declarator.id.type === 'Identifier'
        ? valueOfType(ev, { node: annotation, module }, [binding.name])
        : undefined;
    return typed ?? unknown([binding.name], 'syntax', annotation ? { declared: { node: annotation, module } } : {});
  }
  const value = join(values);
  if (annotation && value.type === 'object' && declarator.id.type === 'Identifier')
    return { ...value, declared: { node: annotation, module } };
  if (annotation && declarator.id.type === 'Identifier' && (value.type === 'unknown' || value.type === 'external')) {
    const typed = valueOfType(ev, { node: annotation, module }, [binding.name]);
    if (typed) return typed;
    if (value.type === 'unknown') return { ...value, declared: { node: annotation, module } };
  }
  return value;
}

const assignmentCache = new TreeMemory<Binding, readonly Node[]>(treeOfBinding);

/** Right-hand sides of later assignments to a variable. */
function assignmentsOf(binding: Binding, module: Module): readonly Node[] {
  const known = assignmentCache.get(binding);
  if (known) return known;
  const out: Node[] = [];
  for (const ref of module.scopes.references(binding)) {
    const parent = ref.parent;
    if (parent?.type === 'AssignmentExpression' && parent.left === ref) out.push(parent.right);
  }
  assignmentCache.set(binding, out);
  return out;
}

interface Write {
  readonly key: string | undefined;
  readonly keyNode: Node | undefined;
  readonly value: Node;
  readonly node: Node;
  readonly spread: boolean;
}
const writesCache = new TreeMemory<Binding, readonly Write[]>(treeOfBinding);

/** `x.a = v`, `x['a'] = v`, `x[k] = v`, `Object.assign(x, …)`. */
function writesTo(binding: Binding, module: Module): readonly Write[] {
  const known = writesCache.get(binding);
  if (known) return known;
  const out: Write[] = [];
  for (const ref of module.scopes.references(binding).slice(0, 400)) {
    const parent = ref.parent;
    if (parent?.type === 'MemberExpression' && parent.object === ref) {
      const up = parent.parent;
      if (up?.type === 'AssignmentExpression' && up.left === parent) {
        out.push({
          key: propertyName(parent),
          keyNode: parent.computed ? parent.property : undefined,
          value: up.right,
          node: up,
          spread: false,
        });
      }
    } else if (parent?.type === 'CallExpression' && parent.arguments[0] === ref) {
      const callee = unwrap(parent.callee);
      if (
        callee.type === 'MemberExpression' &&
        callee.object.type === 'Identifier' &&
        callee.object.name === 'Object' &&
        propertyName(callee) === 'assign'
      ) {
        for (const a of parent.arguments.slice(1))
          out.push({ key: undefined, keyNode: undefined, value: a, node: a, spread: true });
      }
    }
  }
  writesCache.set(binding, out);
  return out;
}

function withLaterWrites(
  ev: Evaluator,
  object: ObjectValue,
  binding: Binding,
  module: Module,
  env: Env | undefined,
): Value {
  const writes = writesTo(binding, module);
  if (writes.length === 0) return object;
  const props = new Map<string, ObjectProperty>(object.props);
  const rest: ObjectRest[] = [...object.rest];
  for (const w of writes) {
    const get = lazy(() => ev.evaluate(w.value, module, env));
    if (w.spread) ev.spreadInto(props, rest, w.value, module, env);
    else if (w.key !== undefined) {
      const before = props.get(w.key);
      props.set(w.key, { node: w.node, module, get: before ? lazy(() => join([before.get(), get()])) : get });
    } else if (w.keyNode) {
      const keyNode = w.keyNode;
      const key = ev.evaluate(keyNode, module, env);
      if (key.type === 'literal') props.set(String(key.value), { node: w.node, module, get });
      else rest.push({ kind: 'computed', node: w.node, module, key: () => key, get });
    }
  }
  return { ...object, props, rest };
}

/** Value that a pattern gives to one of its identifiers. */
export function projectPattern(
  ev: Evaluator,
  pattern: Node,
  id: TSESTree.Identifier,
  value: Value,
  module: Module,
  env: Env | undefined,
): Value {
  const path = patternPath(pattern, id);
  if (!path) return unknown([id.name], 'syntax');
  let v = value;
  for (const step of path) {
    if (step.kind === 'member') v = memberValue(ev, v, step.name, step.node, module);
    else if (step.kind === 'index')
      v = v.type === 'array' && v.exact ? (v.items[step.index]?.() ?? literal(undefined)) : indexed(ev, v, step.index);
    else if (step.kind === 'rest') v = restOf(v, step.taken);
    else {
      const missing = v.type === 'literal' && v.value === undefined;
      const fallback = ev.evaluate(step.node, module, env);
      v = missing ? fallback : join([v, fallback]);
    }
  }
  return v;
}

function indexed(ev: Evaluator, value: Value, index: number): Value {
  if (value.type === 'derived' && value.how === 'entry')
    return index === 0
      ? { type: 'derived', how: 'key', name: 'a key', of: value.of }
      : ev.elementOf(entryValues(value.of[0] ?? value));
  return ev.elementOf(value);
}

/** The values of an object as an array value. */
export function entryValues(value: Value): Value {
  if (value.type === 'object')
    return {
      type: 'array',
      exact: false,
      items: [...value.props.values()].map((p) => p.get).concat(value.rest.map((r) => r.get)),
    };
  return value;
}

function restOf(value: Value, taken: ReadonlySet<string>): Value {
  if (value.type === 'source' && [...taken].some((k) => /cookie|authorization/i.test(k)))
    return { type: 'derived', how: 'protected', name: 'the remaining properties', of: [value] };
  if (value.type !== 'object') return value;
  return { ...value, props: new Map([...value.props].filter(([k]) => !taken.has(k))) };
}

type PatternStep =
  | { readonly kind: 'member'; readonly name: string | undefined; readonly node: Node }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'rest'; readonly taken: ReadonlySet<string> }
  | { readonly kind: 'default'; readonly node: Node };

/** Steps from the matched value to an identifier of the pattern; undefined when it is not there. */
export function patternPath(pattern: Node, id: Node): PatternStep[] | undefined {
  if (pattern === id) return [];
  switch (pattern.type) {
    case 'AssignmentPattern': {
      const inner = patternPath(pattern.left, id);
      return inner && [{ kind: 'default', node: pattern.right }, ...inner];
    }
    case 'TSParameterProperty':
      return patternPath(pattern.parameter, id);
    case 'ObjectPattern':
      for (const p of pattern.properties) {
        if (p.type === 'RestElement') {
          const inner = patternPath(p.argument, id);
          if (inner)
            return [
              {
                kind: 'rest',
                taken: new Set(pattern.properties.map((q) => (q.type === 'Property' ? (propertyName(q) ?? '') : ''))),
              },
              ...inner,
            ];
        } else {
          const inner = patternPath(p.value, id);
          if (inner) return [{ kind: 'member', name: propertyName(p), node: p }, ...inner];
        }
      }
      return undefined;
    case 'ArrayPattern':
      for (const [index, e] of pattern.elements.entries()) {
        const inner = e && patternPath(e.type === 'RestElement' ? e.argument : e, id);
        if (inner) return e.type === 'RestElement' ? inner : [{ kind: 'index', index }, ...inner];
      }
      return undefined;
    case 'RestElement':
      return patternPath(pattern.argument, id);
    default:
      return undefined;
  }
}

function enumObject(ev: Evaluator, node: TSESTree.TSEnumDeclaration, module: Module): Value {
  const props = new Map<string, ObjectProperty>();
  const members =
    (node.body as { members?: readonly TSESTree.TSEnumMember[] } | undefined)?.members ??
    (node as unknown as { members?: readonly TSESTree.TSEnumMember[] }).members ??
    [];
  for (const [index, m] of members.entries()) {
    const name = m.id.type === 'Identifier' ? m.id.name : String((m.id as { value?: unknown }).value);
    const { initializer } = m;
    props.set(name, {
      node: m,
      module,
      get: initializer ? lazy(() => ev.evaluate(initializer, module, undefined)) : () => literal(index),
    });
  }
  return { type: 'object', node, module, props, rest: [] };
}

function importValue(ev: Evaluator, binding: Binding, module: Module): Value {
  const { declaration } = binding;
  if (declaration.type === 'TSImportEqualsDeclaration') {
    const ref = declaration.moduleReference;
    if (ref.type === 'TSExternalModuleReference' && ref.expression.type === 'Literal')
      return ev.namespace(ref.expression.value, module);
    return unknown([binding.name], 'import');
  }
  const source = importSource(declaration);
  if (source === undefined) return unknown([binding.name], 'import');
  if (declaration.type === 'ImportNamespaceSpecifier') return ev.namespace(source, module);
  const name = declaration.type === 'ImportSpecifier' ? specifierName(declaration.imported) : 'default';
  const target = ev.graph.importedModule(source, module);
  if (target) return ev.exportValue(target, name);
  if (name === 'default' && !libraryExport(source, 'default')) return { type: 'external', path: [source] };
  return ev.externalMember([source], name);
}
