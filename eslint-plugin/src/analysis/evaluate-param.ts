import { argumentAt, isFunction, propertyName, unwrap, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import { callSitesOf, emittedArguments, type CallSite } from './callers.ts';
import { projectPattern } from './evaluate-binding.ts';
import type { Evaluator } from './evaluate.ts';
import { traced } from './expressions.ts';
import { shapeOf, shapeMember } from './libraries.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import { annotationOf, memberType, typeName, valueOfType } from './type-syntax.ts';
import type { Signature } from '../knowledge/types.ts';
import type { ValueKind } from '../knowledge/value-kinds.ts';
import { join, literal, unknown, type DeclaredType, type Env, type Value } from './value.ts';

const MAX_SITES = 10;
const MAX_ARITY = 8;

/** Value of a function parameter when the function is not evaluated for a particular call. */
export function parameterValue(
  ev: Evaluator,
  binding: Binding,
  fn: FunctionNode,
  module: Module,
  env: Env | undefined,
): Value {
  const index = fn.params.findIndex((p) => contains(p, binding.id));
  const param = fn.params[index];
  if (!param || index > MAX_ARITY) return unknown([binding.name], 'parameter');
  const target = param.type === 'RestElement' ? param.argument : param;
  const annotation = annotationOf(target);
  const declared: DeclaredType | undefined = annotation ? { node: annotation, module } : undefined;
  const contextName = annotation ? typeName(annotation) : undefined;

  const whole = wholeParameter(ev, fn, index, target, declared, contextName, module, env);
  if (target.type === 'Identifier') return whole;
  const value = projectPattern(ev, target, binding.id, whole, module, env);
  return value.type === 'unknown' && value.names.length === 0 ? { ...value, names: [binding.name] } : value;
}

function wholeParameter(
  ev: Evaluator,
  fn: FunctionNode,
  index: number,
  target: Node,
  declared: DeclaredType | undefined,
  contextName: string | undefined,
  module: Module,
  env: Env | undefined,
): Value {
  const id =
    target.type === 'Identifier'
      ? target
      : target.type === 'AssignmentPattern' && target.left.type === 'Identifier'
        ? target.left
        : undefined;
  const own = id?.name ?? contextName ?? '';
  const names = id ? [id.name] : contextName ? [contextName] : [];
  const decorated = decoratedParameter(fn.params[index], names, module);
  if (declared) {
    const typed = valueOfType(ev, declared, names);
    if (typed && !(decorated && typed.type === 'instance')) return typed;
  }
  if (decorated) return decorated;
  const fallback = (): Value =>
    unknown(names, 'parameter', {
      declared,
      param: id ? (module.scopes.resolve(id) ?? bindingOf(id, module)) : undefined,
    });
  const role = callbackRole(ev, fn, index, module, env);
  if (role && role.type !== 'unknown') return role;
  const named = conventional(own, fn, index, module, declared !== undefined);
  if (named) return named;
  if (ev.activeParams.includes(fn) || ev.activeParams.length > 6 || ev.exhausted) return fallback();
  ev.activeParams.push(fn);
  try {
    const sites = callSitesOf(ev, fn, module);
    const values = sites.slice(0, MAX_SITES).map((s) => argumentValue(ev, s, index, target));
    if (values.length === 0) return role ?? fallback();
    const joined = join(values);
    return joined.type === 'unknown'
      ? {
          ...joined,
          names: names.length > 0 ? names : joined.names,
          given: joined.given ?? joined.names,
          declared: joined.declared ?? declared,
        }
      : joined;
  } finally {
    ev.activeParams.pop();
  }
}

/** NestJS says with a decorator what part of the request a parameter is. */
const REQUEST_DECORATORS: Readonly<
  Record<string, { readonly whole: ValueKind; readonly part: ValueKind } | 'web.Request' | 'web.Response'>
> = {
  Param: { whole: 'http.params', part: 'http.param' },
  Query: { whole: 'http.query', part: 'http.query.value' },
  Body: { whole: 'http.body', part: 'http.body.value' },
  Headers: { whole: 'http.headers', part: 'http.header' },
  Ip: { whole: 'http.ip', part: 'http.ip' },
  HostParam: { whole: 'http.host', part: 'http.host' },
  Req: 'web.Request',
  Request: 'web.Request',
  Res: 'web.Response',
  Response: 'web.Response',
};

function decoratedParameter(param: Node | undefined, names: readonly string[], module: Module): Value | undefined {
  const decorators = (param as { decorators?: readonly TSESTree.Decorator[] } | undefined)?.decorators ?? [];
  if (decorators.length === 0 || !module.text.includes('@nestjs/common')) return undefined;
  for (const { expression } of decorators) {
    const call = expression.type === 'CallExpression' ? expression : undefined;
    const name = call?.callee.type === 'Identifier' ? call.callee.name : '';
    const role = Object.hasOwn(REQUEST_DECORATORS, name) ? REQUEST_DECORATORS[name] : undefined;
    if (!role) continue;
    if (typeof role === 'string') return { type: 'shape', shape: role, module, origin: expression, evidence: 'proved' };
    const first = call?.arguments[0];
    const key = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
    return {
      type: 'source',
      kind: key === undefined ? role.whole : role.part,
      names: key === undefined ? names : [...names, key],
      evidence: 'proved',
    };
  }
  return undefined;
}

function bindingOf(id: TSESTree.Identifier, module: Module): Binding | undefined {
  return module.scopes.lookup(id.name, id);
}

function argumentValue(ev: Evaluator, site: CallSite, index: number, target: Node): Value {
  if (site.event)
    return site.argument
      ? traced(ev.evaluate(site.argument, site.module, undefined), site.argument, site.module)
      : literal(undefined);
  const arg = argumentAt(site.call, index + (site.offset ?? 0));
  if (!arg) {
    if (site.call.arguments.some((a) => a.type === 'SpreadElement')) return unknown([], 'parameter');
    return target.type === 'AssignmentPattern' ? ev.evaluate(target.right, site.home, undefined) : literal(undefined);
  }
  return traced(ev.evaluate(arg, site.module, undefined), arg, site.module);
}

/** What a callback receives: from a library signature, an array method, a promise, an emitter or a workspace function. */
function callbackRole(
  ev: Evaluator,
  fn: FunctionNode,
  index: number,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  const parent = fn.parent;
  if (parent?.type !== 'CallExpression' && parent?.type !== 'NewExpression') return undefined;
  const position = parent.arguments.indexOf(fn as TSESTree.Expression);
  if (position < 0) return undefined;
  const callee = unwrap(parent.callee);
  const signature = signatureOf(ev, parent, module, env);
  if (signature?.callbacks) {
    const params =
      signature.callbacks[position] ?? (position === parent.arguments.length - 1 ? signature.callbacks[-1] : undefined);
    // Express error handlers take four parameters: (err, req, res, next).
    const shifted = params && fn.params.length === 4 && params[0] === 'web.Request' ? ['js.Error', ...params] : params;
    const shape = shifted?.[index];
    if (shape) return { type: 'shape', shape, module, origin: fn, evidence: 'proved' };
  }
  if (callee.type === 'MemberExpression') {
    const method = propertyName(callee) ?? '';
    const element = ELEMENT_CALLBACKS[method];
    if (element !== undefined && element === index) {
      const receiver = ev.evaluate(callee.object, module, env);
      const whole = receiver.type === 'shape' ? shapeOf(receiver.shape)?.value : undefined;
      if (receiver.type === 'shape')
        return whole
          ? ev.elementOf({
              type: 'source',
              kind: whole,
              names: [receiver.shape.split('.').at(-1) ?? ''],
              evidence: receiver.evidence,
            })
          : undefined;
      return ev.elementOf(receiver);
    }
    if (element !== undefined && index === element + 1)
      return method === 'forEach' || method === 'map'
        ? { type: 'derived', how: 'key', name: 'a key', of: [ev.evaluate(callee.object, module, env)] }
        : undefined;
    if (method === 'reduce' && index === 1) return ev.elementOf(ev.evaluate(callee.object, module, env));
    if (method === 'then' && index === 0 && position === 0) return ev.evaluate(callee.object, module, env);
    if ((method === 'catch' && index === 0) || (method === 'then' && position === 1))
      return { type: 'shape', shape: 'js.Error', module, origin: fn, evidence: 'proved' };
    if (TRPC.has(method) && index === 0 && position === 0 && chainsInput(callee.object))
      return { type: 'shape', shape: 'trpc.Options', module, origin: fn, evidence: 'named' };
    if (LISTEN.has(method) && position === 1) {
      const first = parent.arguments[0];
      if (first?.type === 'Literal' && first.value === 'error' && index === 0)
        return { type: 'shape', shape: 'js.Error', module, origin: fn, evidence: 'named' };
      const args = first ? emittedArguments(ev, first, module, index) : [];
      if (args.length > 0)
        return join(
          args.slice(0, MAX_SITES).map((a) => traced(ev.evaluate(a.node, a.module, undefined), a.node, a.module)),
        );
    }
  }
  return passedTo(ev, parent, position, index, module, env);
}

const ELEMENT_CALLBACKS: Readonly<Record<string, number>> = {
  map: 0,
  forEach: 0,
  filter: 0,
  find: 0,
  some: 0,
  every: 0,
  flatMap: 0,
  findIndex: 0,
  findLast: 0,
};
const LISTEN = new Set(['on', 'once', 'addListener', 'prependListener', 'subscribe', 'addEventListener']);

const TRPC = new Set(['query', 'mutation', 'subscription', 'handler', 'action']);

/** `procedure.input(schema).mutation(…)`: a call named `input` in the chain. */
function chainsInput(node: Node): boolean {
  for (let n = unwrap(node), i = 0; i < 12; i++) {
    if (n.type === 'CallExpression') {
      const callee = unwrap(n.callee);
      if (callee.type !== 'MemberExpression') return false;
      if (propertyName(callee) === 'input' || propertyName(callee) === 'inputSchema') return true;
      n = unwrap(callee.object);
    } else if (n.type === 'MemberExpression') n = unwrap(n.object);
    else return false;
  }
  return false;
}

function signatureOf(
  ev: Evaluator,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  module: Module,
  env: Env | undefined,
): Signature | undefined {
  const callee = unwrap(call.callee);
  if (callee.type === 'MemberExpression') {
    const object = ev.evaluate(callee.object, module, env);
    const name = propertyName(callee);
    if (object.type === 'shape' && name !== undefined) return shapeMember(object.shape, name)?.call;
  }
  const value = ev.evaluate(callee, module, env);
  return value.type === 'shape' ? shapeOf(value.shape)?.call : undefined;
}

/** The callback goes to a workspace function: the arguments that function calls it with. */
function passedTo(
  ev: Evaluator,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  position: number,
  index: number,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  if (call.type !== 'CallExpression' || ev.activeParams.includes(call)) return undefined;
  const callee = ev.evaluate(call.callee, module, env);
  if (callee.type !== 'function') return undefined;
  const param = callee.node.params[position];
  if (param?.type !== 'Identifier') return undefined;
  const binding = callee.module.scopes.lookup(param.name, callee.node.body ?? callee.node);
  if (!binding) return undefined;
  ev.activeParams.push(call);
  try {
    const values: Value[] = [];
    for (const ref of callee.module.scopes.references(binding).slice(0, 20)) {
      if (ref.parent?.type !== 'CallExpression' || ref.parent.callee !== ref) continue;
      const arg = argumentAt(ref.parent, index);
      if (arg) values.push(ev.evaluate(arg, callee.module, undefined));
    }
    return values.length > 0 ? join(values) : undefined;
  } finally {
    ev.activeParams.pop();
  }
}

/** Conventional parameter names stand for well known objects where nothing else is known. */
function conventional(
  name: string,
  fn: FunctionNode,
  index: number,
  module: Module,
  annotated: boolean,
): Value | undefined {
  if (annotated) return undefined;
  const shape = (s: string): Value => ({ type: 'shape', shape: s, module, origin: fn, evidence: 'named' });
  const next = fn.params[index + 1];
  const nextName = next?.type === 'Identifier' ? next.name : '';
  if ((name === 'req' || name === 'request') && (/^(res|reply|response|rep)$/.test(nextName) || name === 'req'))
    return shape('web.Request');
  if ((name === 'res' || name === 'reply') && index > 0) return shape('web.Response');
  if (/^(err|error)$/.test(name)) return shape('js.Error');
  if (name === 'ctx' && /\b(koa|@koa\/router)['"]/.test(module.text)) return shape('koa.Context');
  if (name === 'c' && /['"]hono['"/]/.test(module.text)) return shape('hono.Context');
  if (name === 'span' && module.text.includes('@opentelemetry/')) return shape('otel.Span');
  return undefined;
}

function contains(pattern: Node, id: Node): boolean {
  for (let n: Node | undefined = id; n; n = n.parent ?? undefined) {
    if (n === pattern) return true;
    if (isFunction(n)) return false;
  }
  return false;
}

/** Value of an array element or member through a declared type. */
export function declaredMember(ev: Evaluator, value: Value, name: string): Value | undefined {
  if (value.type !== 'unknown' || !value.declared) return undefined;
  const type = memberType(ev, value.declared, name);
  if (!type) return undefined;
  const context = typeName(value.declared.node);
  const base = value.names.length > 0 ? value.names : context ? [context] : [];
  const names = name === '[]' ? base : [...base, name];
  return valueOfType(ev, type, names) ?? unknown(names, 'member', { declared: type });
}
