import { argumentAt, calleeName, dottedName, propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import { builtinCall, builtinMethod } from './builtin-calls.ts';
import { bindParameters } from './frame.ts';
import { memberValue } from './evaluate-member.ts';
import type { Evaluator } from './evaluate.ts';
import { lazy, nameOf, returnAnnotation, returnedExpressions, snippet } from './expressions.ts';
import { globalExport, libraryExport, shapeMember, shapeOf } from './libraries.ts';
import type { Module } from './module.ts';
import { isProtectiveName } from './sensitivity.ts';
import { valueOfType } from './type-syntax.ts';
import type { Signature } from '../knowledge/types.ts';
import {
  bounded,
  join,
  literal,
  membersOf,
  through,
  unknown,
  type Env,
  type FunctionValue,
  type Thunk,
  type Value,
} from './value.ts';

const MAX_FRAMES = 7;

/** Value of a call. */
export function evaluateCall(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  module: Module,
  env: Env | undefined,
): Value {
  const callee = unwrap(call.callee);
  const args = (): readonly Thunk[] => argumentThunks(ev, call.arguments, module, env);
  if (callee.type === 'Identifier' && !module.scopes.resolve(callee)) {
    const first = call.arguments[0];
    if (callee.name === 'require' && first?.type === 'Literal' && typeof first.value === 'string')
      return ev.namespace(first.value, module);
    const known = globalExport(callee.name)?.call;
    if (known) return signatureResult(ev, known, call, undefined, module, env) ?? unknown([callee.name], 'call');
    const builtin = builtinCall(ev, callee.name, args());
    if (builtin) return builtin;
  }
  if (callee.type === 'MemberExpression') return methodCall(ev, call, callee, module, env);
  const target = ev.evaluate(callee, module, env);
  return apply(ev, target, call, args(), undefined, module, env) ?? opaqueCall(ev, call, args());
}

/** Arguments of a call as thunks; a spread of an array literal is laid out. */
function argumentThunks(
  ev: Evaluator,
  nodes: readonly TSESTree.CallExpressionArgument[],
  module: Module,
  env: Env | undefined,
): readonly Thunk[] {
  const out: Thunk[] = [];
  for (const a of nodes) {
    if (a.type !== 'SpreadElement') {
      out.push(lazy(() => ev.evaluate(a, module, env)));
      continue;
    }
    const spread = ev.evaluate(a.argument, module, env);
    if (spread.type === 'array') out.push(...spread.items);
    else out.push(() => ev.elementOf(spread));
  }
  return out;
}

function methodCall(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  callee: TSESTree.MemberExpression,
  module: Module,
  env: Env | undefined,
): Value {
  const name = propertyName(callee);
  const args = argumentThunks(ev, call.arguments, module, env);
  const holder = unwrap(callee.object);
  if (holder.type === 'Identifier' && name !== undefined && !module.scopes.resolve(holder)) {
    const builtin = builtinCall(ev, `${holder.name}.${name}`, args);
    if (builtin) return builtin;
  }
  const object = ev.evaluate(holder, module, env);
  if (name === undefined) return opaqueCall(ev, call, args);
  const results: Value[] = [];
  for (const o of object.type === 'join' ? membersOf(object) : [object]) {
    results.push(methodResult(ev, o, name, call, args, module, env) ?? opaqueCall(ev, call, args, o));
  }
  return join(results);
}

function methodResult(
  ev: Evaluator,
  object: Value,
  name: string,
  call: TSESTree.CallExpression,
  args: readonly Thunk[],
  module: Module,
  env: Env | undefined,
): Value | undefined {
  if (object.type === 'literal' && object.value == null) return unknown([name], 'call');
  if (object.type === 'shape') {
    const member = shapeMember(object.shape, name);
    if (member?.call) return signatureResult(ev, member.call, call, object, module, env);
    const builtin = builtinMethod(ev, object, name, args, call);
    if (builtin) return builtin;
    return undefined;
  }
  if (object.type === 'external') {
    const [specifier = ''] = object.path;
    const known =
      object.path.length === 1 || (object.path.length === 2 && object.path[1] === 'default')
        ? libraryExport(specifier, name)?.call
        : undefined;
    if (known) return signatureResult(ev, known, call, undefined, module, env);
  }
  if (object.type === 'function' && (name === 'call' || name === 'apply' || name === 'bind')) {
    return name === 'bind'
      ? object
      : apply(ev, object, call, name === 'call' ? args.slice(1) : [], args[0]?.(), module, env);
  }
  if (object.type === 'instance' && (name === 'toString' || name === 'valueOf' || name === 'toJSON')) return object;
  const direct =
    object.type === 'instance' || object.type === 'class' || object.type === 'object' || object.type === 'function'
      ? memberValue(ev, object, name, call, module)
      : undefined;
  if (direct && direct.type !== 'unknown') {
    const result = apply(ev, direct, call, args, object, module, env);
    if (result) return result;
  }
  return validated(object, name, call, args) ?? builtinMethod(ev, object, name, args, call);
}

/** Result of calling a value; undefined when it is not known to be callable. */
export function apply(
  ev: Evaluator,
  target: Value,
  call: TSESTree.CallExpression,
  args: readonly Thunk[],
  self: Value | undefined,
  module: Module | undefined,
  env: Env | undefined,
): Value | undefined {
  switch (target.type) {
    case 'function':
      return applyFunction(ev, target, args, self, call, module ?? target.module, env?.depth ?? 0);
    case 'join': {
      const results = target.members.map((m) => apply(ev, m, call, args, self, module, env));
      const known = results.filter((r): r is Value => r !== undefined);
      return known.length > 0 ? join(known) : undefined;
    }
    case 'shape': {
      const signature = shapeOf(target.shape)?.call;
      return signature && module ? signatureResult(ev, signature, call, target, module, env) : undefined;
    }
    case 'external': {
      const [specifier = '', name = 'default'] = target.path;
      const signature = target.path.length <= 2 ? libraryExport(specifier, name)?.call : undefined;
      return signature && module ? signatureResult(ev, signature, call, undefined, module, env) : undefined;
    }
    default:
      return undefined;
  }
}

/** Evaluates the returned expressions of a workspace function for given arguments. */
export function applyFunction(
  ev: Evaluator,
  fn: FunctionValue,
  args: readonly Thunk[],
  self: Value | undefined,
  at: Node,
  module: Module,
  depth: number,
): Value {
  const name =
    'id' in fn.node && fn.node.id ? fn.node.id.name : (calleeName(at as TSESTree.CallExpression) ?? 'a function');
  const typed = (): Value | undefined => {
    const annotation = returnAnnotation(fn.node);
    return annotation ? valueOfType(ev, { node: annotation, module: fn.module }, [name]) : undefined;
  };
  if (ev.settings.normalizers.includes(name)) return bounded(`\`${name}()\``);
  const protects = isProtectiveName(name) || ev.settings.sanitizers.includes(name);
  const protect = (v: Value): Value => (protects ? { type: 'derived', how: 'protected', name, of: [v] } : v);
  if (depth >= MAX_FRAMES || ev.exhausted || fn.node.generator) return protect(typed() ?? unknown([name], 'call'));
  const frame = bindParameters(ev, fn.node, fn.module, args, self ?? fn.env?.self, fn.env, depth + 1);
  const returned = returnedExpressions(fn.node, fn.module);
  if (returned.length === 0) return typed() ?? literal(undefined);
  const values = returned.slice(0, 24).map((r) => ev.guarded(r, fn.module, frame));
  const value = join(values);
  const annotation =
    value.type === 'unknown' || value.type === 'external' || (value.type === 'literal' && value.value == null)
      ? typed()
      : undefined;
  const result =
    annotation ?? (value.type === 'unknown' && value.names.length === 0 ? { ...value, names: [name] } : value);
  return through(protect(result), { text: snippet(at, module), module, node: at });
}

/** Result of a call of a known library function. */
function signatureResult(
  ev: Evaluator,
  signature: Signature,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  self: Value | undefined,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  if (signature.value)
    return {
      type: 'source',
      kind: signature.value,
      names: [...nameOf(call), ...literalNames(call)],
      evidence: self?.type === 'shape' ? self.evidence : 'proved',
      ...(self?.step ? { step: self.step } : {}),
    };
  switch (signature.returns) {
    case undefined:
      return unknown(nameOf(call), 'call');
    case 'this':
      return self ?? unknown(nameOf(call), 'call');
    case 'arg0':
    case 'arg1': {
      const arg = argumentAt(call, signature.returns === 'arg0' ? 0 : 1);
      return arg ? ev.evaluate(arg, module, env) : undefined;
    }
    case 'callback': {
      const last = call.arguments.at(-1);
      const fn = last && last.type !== 'SpreadElement' ? ev.evaluate(last, module, env) : undefined;
      return fn?.type === 'function'
        ? join(
            returnedExpressions(fn.node, fn.module)
              .slice(0, 12)
              .map((r) => ev.evaluate(r, fn.module, fn.env)),
          )
        : unknown(nameOf(call), 'call');
    }
    case 'url.Url': {
      const arg = argumentAt(call, 0);
      const input = arg ? ev.evaluate(arg, module, env) : undefined;
      return {
        type: 'shape',
        shape: comesFromRequest(input) ? 'web.Url' : 'url.Url',
        module,
        origin: call,
        evidence: 'proved',
      };
    }
    default:
      return {
        type: 'shape',
        shape: signature.returns,
        module,
        origin: call,
        env,
        evidence: self?.type === 'shape' ? self.evidence : 'proved',
      };
  }
}

const VALIDATORS = new Set([
  'parse',
  'parseAsync',
  'safeParse',
  'validate',
  'validateAsync',
  'validateSync',
  'cast',
  'assert',
  'decode',
  'attempt',
]);

/** A schema hands its input on; fields that it limits to a list are bounded. */
function validated(
  object: Value,
  name: string,
  call: TSESTree.CallExpression,
  args: readonly Thunk[],
): Value | undefined {
  if (!VALIDATORS.has(name) || object.type === 'instance' || object.type === 'shape') return undefined;
  const holder = unwrap(call.callee);
  const receiver = holder.type === 'MemberExpression' ? (dottedName(holder.object) ?? '') : '';
  return /schema|validator|joi|zod|yup|dto/i.test(receiver) ? args[0]?.() : undefined;
}

/** A header or parameter read by a constant name keeps the name: `req.get('authorization')`. */
function literalNames(call: TSESTree.CallExpression | TSESTree.NewExpression): readonly string[] {
  const first = call.arguments[0];
  return first?.type === 'Literal' && typeof first.value === 'string' ? [first.value] : [];
}

/** Result of a function that cannot be looked into. */
function opaqueCall(ev: Evaluator, call: TSESTree.CallExpression, args: readonly Thunk[], object?: Value): Value {
  const name = calleeName(call) ?? '';
  if (ev.settings.normalizers.includes(name)) return bounded(`\`${name}()\``);
  if (isProtectiveName(name) || ev.settings.sanitizers.includes(name))
    return {
      type: 'derived',
      how: 'protected',
      name,
      of: [...args.slice(0, 1).map((a) => a()), ...(object && args.length === 0 ? [object] : [])],
    };
  const dotted = dottedName(call.callee);
  const names = dotted ? dotted.split('.') : name ? [name] : [];
  const base = object?.type === 'unknown' ? [...object.names, name] : names;
  return unknown(base.slice(-5), 'call');
}

/** Value of `new X(…)`. */
export function evaluateNew(ev: Evaluator, node: TSESTree.NewExpression, module: Module, env: Env | undefined): Value {
  const callee = unwrap(node.callee);
  const args = argumentThunks(ev, node.arguments, module, env);
  if (callee.type === 'Identifier' && !module.scopes.resolve(callee)) {
    const known = globalExport(callee.name)?.construct;
    if (known?.returns) {
      if (known.returns === 'url.Url')
        return {
          type: 'shape',
          shape: comesFromRequest(args[0]?.()) ? 'web.Url' : 'url.Url',
          module,
          origin: node,
          evidence: 'proved',
        };
      return { type: 'shape', shape: known.returns, module, origin: node, env, evidence: 'proved' };
    }
    if (callee.name === 'Proxy')
      return { type: 'shape', shape: 'js.Proxy', module, origin: node, env, evidence: 'proved' };
    const builtin = builtinCall(ev, `new ${callee.name}`, args);
    if (builtin) return builtin;
  }
  const target = ev.evaluate(callee, module, env);
  for (const t of target.type === 'join' ? target.members : [target]) {
    if (t.type === 'class') return { type: 'instance', of: t, args };
    if (t.type === 'shape') {
      const made = shapeOf(t.shape)?.construct?.returns;
      if (made) return { type: 'shape', shape: made, module, origin: node, env, evidence: t.evidence };
    }
    if (t.type === 'external') {
      const [specifier = '', name = 'default'] =
        t.path.length === 3 && t.path[1] === 'default' ? [t.path[0], t.path[2]] : t.path;
      const signature = libraryExport(specifier, name)?.construct;
      if (signature?.returns)
        return { type: 'shape', shape: signature.returns, module, origin: node, env, evidence: 'proved' };
    }
  }
  return unknown([dottedName(callee) ?? ''].filter(Boolean), 'call');
}

function comesFromRequest(input: Value | undefined): boolean {
  return input !== undefined && mentionsSource(input);
}

function mentionsSource(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  if (value.type === 'source') return value.kind === 'http.url' || value.kind === 'http.path';
  if (value.type === 'join') return value.members.some((m) => mentionsSource(m, depth + 1));
  return value.type === 'derived' && value.of.some((m) => mentionsSource(m, depth + 1));
}
