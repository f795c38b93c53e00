import { isFunction, propertyName, type Node, type TSESTree } from './ast.ts';
import { annotationOf, typeName, valueOfType } from './type-syntax.ts';
import { declaredMember, parameterValue } from './evaluate-param.ts';
import type { Evaluator } from './evaluate.ts';
import { returnedExpressions } from './expressions.ts';
import { libraryExport, shapeMember } from './libraries.ts';
import type { Module } from './module.ts';
import { valueKinds, type ValueKind } from '../knowledge/value-kinds.ts';
import {
  bounded,
  join,
  literal,
  membersOf,
  unknown,
  type ClassValue,
  type InstanceValue,
  type SourceValue,
  type Value,
} from './value.ts';
import { TreeMemory, treeOfNode } from './tree-memory.ts';

/** Value of `object.name`; an undefined name is a computed access whose key is not known. */
export function memberValue(
  ev: Evaluator,
  object: Value,
  name: string | undefined,
  node: Node | undefined,
  module: Module | undefined,
): Value {
  switch (object.type) {
    case 'join':
      return join(membersOf(object).map((m) => memberValue(ev, m, name, node, module)));
    case 'object':
      return objectMember(ev, object, name, node, module);
    case 'array':
      if (name === 'length') return source('size', ['length']);
      return name !== undefined && /^\d+$/.test(name) && object.exact
        ? (object.items[Number(name)]?.() ?? literal(undefined))
        : ev.elementOf(object);
    case 'shape': {
      const member = name === undefined ? undefined : shapeMember(object.shape, name);
      if (member?.value)
        return carry(source(member.value, [nameOfShape(object.shape), name ?? ''], object.evidence), object);
      if (member?.shape)
        return carry(
          {
            type: 'shape',
            shape: member.shape,
            module: object.module,
            origin: object.origin,
            evidence: object.evidence,
          },
          object,
        );
      if (member?.call) return { type: 'external', path: [object.shape, name ?? ''] };
      return (
        wellKnown([nameOfShape(object.shape)], name) ??
        unknown([nameOfShape(object.shape), ...(name === undefined ? [] : [name])], 'member')
      );
    }
    case 'instance':
      return name === undefined ? unknown([], 'member') : instanceMember(ev, object, name);
    case 'class':
      return name === undefined
        ? unknown([], 'member')
        : (classMember(ev, object, name, true, undefined) ?? unknown([object.node.id?.name ?? '', name], 'member'));
    case 'source':
      return sourceMember(object, name);
    case 'derived':
      if (name === 'length' || name === 'size') return source('size', [name]);
      if (object.how === 'entry') return object;
      return { ...object, how: object.how === 'protected' ? 'protected' : 'part', of: object.of };
    case 'external':
      return name === undefined ? unknown(object.path.slice(1), 'member') : ev.externalMember(object.path, name);
    case 'function':
      if (name === 'name') return source('type.name', ['name']);
      return functionProperty(ev, object, name);
    case 'literal':
      if (name === 'length') return bounded('the length of a constant', 1);
      return object.value == null
        ? unknown(name === undefined ? [] : [name], 'member')
        : bounded('a part of a constant', 1);
    case 'bounded':
      return bounded(object.why, object.count, undefined, object.evidence);
    case 'unknown':
      return unknownMember(ev, object, name);
  }
}

/** Remembers the property that a value without a name of its own was read from. */
function called(value: Value, name: string): Value {
  return value.type === 'unknown' || value.type === 'instance' || value.type === 'external' || value.type === 'join'
    ? { ...value, aliases: [...(value.aliases ?? []), name] }
    : value;
}

/** Keeps the trace of the object that a member was read from. */
function carry(value: Value, from: Value): Value {
  return from.step ? { ...value, step: from.step } : value;
}

function nameOfShape(shape: string): string {
  const last = shape.split('.').at(-1) ?? shape;
  return last.charAt(0).toLowerCase() + last.slice(1);
}

function source(kind: ValueKind, names: readonly string[], evidence: SourceValue['evidence'] = 'proved'): Value {
  return { type: 'source', kind, names, evidence };
}

function objectMember(
  ev: Evaluator,
  object: Extract<Value, { type: 'object' }>,
  name: string | undefined,
  node: Node | undefined,
  module: Module | undefined,
): Value {
  if (name === undefined || name === '[]') {
    const all = [...object.props.values()].slice(0, 60).map((p) => p.get());
    const rest = object.rest.map((r) => r.get());
    return all.length + rest.length === 0 ? unknown([], 'member') : join([...all, ...rest]);
  }
  const prop = object.props.get(name);
  if (prop) {
    const value = called(prop.get(), name);
    if (!object.declared || (value.type !== 'unknown' && value.type !== 'external')) return value;
    return declaredMember(ev, unknown([name], 'member', { declared: object.declared }), name) ?? value;
  }
  if (object.node.type === 'TSEnumDeclaration')
    return bounded(`the enum \`${object.node.id.name}\``, object.props.size);
  for (const r of object.rest) if (r.kind === 'spread') return memberValue(ev, r.get(), name, node, module);
  if (object.rest.length > 0) return join(object.rest.map((r) => r.get()));
  return unknown([name], 'member');
}

function functionProperty(ev: Evaluator, fn: Extract<Value, { type: 'function' }>, name: string | undefined): Value {
  // `fn.prop = value` next to the function.
  for (const a of fn.module.scopes.nodes('AssignmentExpression')) {
    if (
      a.left.type === 'MemberExpression' &&
      name !== undefined &&
      propertyName(a.left) === name &&
      a.left.object.type === 'Identifier' &&
      'id' in fn.node &&
      fn.node.id?.name === a.left.object.name
    )
      return ev.evaluate(a.right, fn.module, undefined);
  }
  return unknown(name === undefined ? [] : [name], 'member');
}

function sourceMember(object: SourceValue, name: string | undefined): Value {
  const facts = valueKinds[object.kind];
  const names = name === undefined ? object.names : [...object.names, name];
  if (name === 'length' || name === 'byteLength' || (name === 'size' && !facts.member)) return source('size', names);
  if (name === 'name' && object.names.at(-1) === 'constructor') return source('type.name', names);
  if (facts.member) return { ...object, kind: facts.member, names };
  if (name !== undefined) {
    const better = wellKnown(object.names, name);
    if (better && !object.kind.startsWith('error') && better.type === 'source' && better.kind.startsWith('http'))
      return carry(better, object);
  }
  return { type: 'derived', how: 'part', name: name ?? 'a part', of: [object] };
}

/** Members that mean the same on every object. */
function wellKnown(path: readonly string[], name: string | undefined): Value | undefined {
  const object = path.at(-1) ?? '';
  switch (name) {
    case 'length':
    case 'byteLength':
      return source('size', [...path, name]);
    case 'headers':
      if (/^(?:res|response|reply)$/i.test(object)) return source('http.response.headers', [...path, name], 'named');
      return /^(?:req|request)$/i.test(object) ? source('http.headers', [...path, name], 'named') : undefined;
    case 'remoteAddress':
      return source('http.ip', [...path, name]);
    case 'statusCode':
      return source('http.status', [...path, name], 'named');
    case 'message':
    case 'stack':
      return isErrorName(object)
        ? source(name === 'stack' ? 'error.stack' : 'error.message', [...path, name])
        : undefined;
    case 'name':
    case 'code':
      if (object === 'constructor') return source('type.name', [...path, name]);
      return isErrorName(object) ? source(name === 'code' ? 'error.code' : 'error.name', [...path, name]) : undefined;
    default:
      return undefined;
  }
}

/** Identifiers that conventionally hold an error. */
export function isErrorName(name: string): boolean {
  return /^(?:e|er|err|error|ex|exception|cause|reason)$/.test(name) || /(?:Error|Err|Exception)$/.test(name);
}

function unknownMember(ev: Evaluator, object: Extract<Value, { type: 'unknown' }>, name: string | undefined): Value {
  if (name === undefined) return carry(unknown([...object.names, '[]'], 'member'), object);
  const declared = declaredMember(ev, object, name);
  if (declared) return carry({ ...declared, aliases: [...(declared.aliases ?? []), name] }, object);
  if (name === '[]')
    return carry(
      unknown(
        object.names.map((n, i) => (i === object.names.length - 1 ? singular(n) : n)),
        'member',
      ),
      object,
    );
  const known = wellKnown(object.names, name);
  if (known) return carry(known, object);
  const context = object.declared ? typeName(object.declared.node) : undefined;
  const base =
    context && object.names.length <= 1 ? [...object.names.slice(0, 0), context, ...object.names] : object.names;
  const alias = object.aliases?.at(-1);
  const path =
    alias !== undefined && alias !== base.at(-1) && !base.includes(alias) ? [...base, alias, name] : [...base, name];
  return carry(unknown(path.slice(-6), 'member'), object);
}

function singular(word: string): string {
  return word.endsWith('ies')
    ? `${word.slice(0, -3)}y`
    : word.endsWith('s') && !word.endsWith('ss')
      ? word.slice(0, -1)
      : word;
}

function instanceMember(ev: Evaluator, instance: InstanceValue, name: string): Value {
  const found = classMember(ev, instance.of, name, false, instance);
  return found ? called(found, name) : unknown([instance.of.node.id?.name ?? 'this', name], 'member');
}

/** A field, accessor or method; searched in the class and its workspace base classes. */
export function classMember(
  ev: Evaluator,
  cls: ClassValue,
  name: string,
  isStatic: boolean,
  self: InstanceValue | undefined,
  depth = 0,
): Value | undefined {
  const { node, module } = cls;
  const values: Value[] = [];
  let annotation: TSESTree.TypeNode | undefined;
  for (const m of node.body.body) {
    if (!('key' in m) || propertyName(m) !== name || m.static !== isStatic) continue;
    if (m.type === 'MethodDefinition') {
      if (m.kind === 'get')
        return join(
          returnedExpressions(m.value as TSESTree.FunctionExpression, module).map((r) =>
            ev.evaluate(r, module, undefined),
          ),
        );
      if (isFunction(m.value))
        return {
          type: 'function',
          node: m.value,
          module,
          env: {
            bindings: new Map(),
            self: self ?? { type: 'instance', of: cls, args: undefined },
            parent: undefined,
            depth: 0,
          },
        };
    } else if (m.type === 'PropertyDefinition') {
      annotation = annotationOf(m);
      if (m.value) values.push(ev.evaluate(m.value, module, undefined));
    }
  }
  for (const w of fieldWrites(cls)) if (w.name === name) values.push(ev.evaluate(w.value, module, undefined));
  if (!isStatic) {
    const parameter = parameterProperty(node, name);
    if (parameter) {
      annotation ??= annotationOf(parameter.param);
      values.push(
        parameterValue(
          ev,
          { name, kind: 'param', id: parameter.id, declaration: parameter.fn, scope: module.scopes.root },
          parameter.fn,
          module,
          undefined,
        ),
      );
    }
  }
  const meaningful = values.filter((v) => !(v.type === 'literal' && v.value == null));
  const value = meaningful.length > 0 ? join(meaningful) : annotation ? undefined : values[0];
  if (annotation && (!value || value.type === 'unknown' || value.type === 'external')) {
    const typed = valueOfType(ev, { node: annotation, module }, [name]);
    if (typed) return typed;
    if (!value || value.type === 'unknown')
      return unknown([typeName(annotation) ?? node.id?.name ?? 'this', name].slice(-2), 'member', {
        declared: { node: annotation, module },
      });
  }
  if (value?.type === 'object' && annotation) return { ...value, declared: { node: annotation, module } };
  if (value) return value;
  if (!node.superClass || depth > 4) return undefined;
  const base = ev.evaluate(node.superClass, module, undefined);
  if (base.type === 'external') {
    const shape = libraryExport(base.path[0] ?? '', base.path.at(-1) ?? '')?.construct?.returns;
    return shape
      ? memberValue(
          ev,
          { type: 'shape', shape, module, origin: undefined, evidence: 'proved' },
          name,
          undefined,
          module,
        )
      : undefined;
  }
  return base.type === 'class' ? classMember(ev, base, name, isStatic, self, depth + 1) : undefined;
}

const writesCache = new TreeMemory<Node, readonly { readonly name: string; readonly value: Node }[]>(treeOfNode);

/** Assignments `this.x = …` anywhere in the class, and `instance.x = …` to a variable made by `new` of the class in static factories. */
function fieldWrites(cls: ClassValue): readonly { readonly name: string; readonly value: Node }[] {
  const known = writesCache.get(cls.node);
  if (known) return known;
  const out: { name: string; value: Node }[] = [];
  for (const a of cls.module.scopes.nodes('AssignmentExpression')) {
    if (a.operator !== '=' || a.left.type !== 'MemberExpression') continue;
    const name = propertyName(a.left);
    if (name === undefined || !inside(a, cls.node)) continue;
    const { object } = a.left;
    if (
      object.type === 'ThisExpression' ||
      (object.type === 'Identifier' && object.name === cls.node.id?.name) ||
      (object.type === 'Identifier' && isOwnInstance(object, cls))
    )
      out.push({ name, value: a.right });
  }
  writesCache.set(cls.node, out);
  return out;
}

function isOwnInstance(id: TSESTree.Identifier, cls: ClassValue): boolean {
  const binding = cls.module.scopes.resolve(id);
  const init = binding?.declaration.type === 'VariableDeclarator' ? binding.declaration.init : undefined;
  return init?.type === 'NewExpression' && init.callee.type === 'Identifier' && init.callee.name === cls.node.id?.name;
}

function inside(node: Node, ancestor: Node): boolean {
  for (let n: Node | undefined = node; n; n = n.parent ?? undefined) if (n === ancestor) return true;
  return false;
}

function parameterProperty(
  node: ClassValue['node'],
  name: string,
): { readonly param: Node; readonly id: TSESTree.Identifier; readonly fn: TSESTree.FunctionExpression } | undefined {
  for (const m of node.body.body) {
    if (m.type !== 'MethodDefinition' || m.kind !== 'constructor' || m.value.type !== 'FunctionExpression') continue;
    for (const p of m.value.params) {
      if (p.type !== 'TSParameterProperty') continue;
      const id = p.parameter.type === 'AssignmentPattern' ? p.parameter.left : p.parameter;
      if (id.type === 'Identifier' && id.name === name) return { param: p, id, fn: m.value };
    }
  }
  return undefined;
}
