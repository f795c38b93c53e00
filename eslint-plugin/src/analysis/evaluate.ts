import { calleeName, dottedName, enclosingFunction, propertyName, rangeOf, unwrap, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import { evaluateCall, evaluateNew } from './evaluate-call.ts';
import { evaluateIdentifier } from './evaluate-binding.ts';
import { memberValue } from './evaluate-member.ts';
import { guardOf } from './guards.ts';
import type { ModuleHost } from './host.ts';
import { semconvNameOfConstant } from '../knowledge/semconv.ts';
import { globalExport, libraryExport, librariesOf, libraryType } from './libraries.ts';
import { moduleOf, specifierName, type ExportTarget, type Module } from './module.ts';
import type { Settings } from './settings.ts';
import { importSource, valueOfType } from './type-syntax.ts';
import { bounded, join, literal, through, unknown, type Env, type ObjectProperty, type ObjectRest, type Thunk, type Value } from './value.ts';

/** Evaluations that one question may take; past it the answer is "unknown". */
const BUDGET = 1500;
const MAX_NESTING = 120;

/** An export where it is declared. */
interface FoundExport {
  readonly target: Exclude<ExportTarget, { kind: 'reexport' }>;
  readonly home: Module;
}

/** Follows values through a workspace: the demand-driven abstract interpreter behind every fact. */
export class Evaluator {
  readonly host: ModuleHost;
  readonly settings: Settings;
  private budget = BUDGET;
  private nesting = 0;
  private readonly memo = new WeakMap<Node, Value>();
  private readonly active = new Set<Node>();
  /** Functions whose callers are being asked for, so that recursion ends. */
  readonly activeParams = new Set<Node>();

  constructor(host: ModuleHost, settings: Settings) {
    this.host = host;
    this.settings = settings;
  }

  /** Value of an expression outside any particular call, with a fresh budget. */
  ask(node: Node, module: Module): Value {
    this.budget = BUDGET;
    this.nesting = 0;
    return this.evaluate(node, module, undefined);
  }

  /** Answers a question that was put off, with a budget of its own. */
  fresh(thunk: Thunk): Value {
    this.budget = BUDGET;
    this.nesting = 0;
    return thunk();
  }

  /** True when the current question has used up its budget. */
  get exhausted(): boolean {
    return this.budget <= 0;
  }

  /** Value of an expression in an environment. */
  evaluate(expression: Node, module: Module, env: Env | undefined): Value {
    const node = unwrap(expression);
    if (!env) {
      const known = this.memo.get(node);
      if (known) return known;
    }
    if (--this.budget < 0 || this.nesting > MAX_NESTING) return unknown(nameOf(node), 'budget');
    if (!env) {
      if (this.active.has(node)) return unknown(nameOf(node), 'budget');
      this.active.add(node);
    }
    this.nesting++;
    let value: Value;
    try {
      value = this.dispatch(node, module, env);
    } finally {
      this.nesting--;
      if (!env) this.active.delete(node);
    }
    if (expression !== node) value = narrowByAssertion(this, expression, value, module);
    if (!env && this.budget > 0) this.memo.set(node, value);
    return value;
  }

  private dispatch(node: Node, module: Module, env: Env | undefined): Value {
    const sub = (n: Node): Value => this.evaluate(n, module, env);
    switch (node.type) {
      case 'Literal':
        return 'regex' in node ? unknown([], 'syntax') : literal(node.value as string | number | boolean | bigint | null);
      case 'TemplateLiteral':
        return templateValue(node, sub);
      case 'TaggedTemplateExpression':
        return { type: 'derived', how: 'text', name: calleeTag(node), of: node.quasi.expressions.map(sub) };
      case 'Identifier':
        return evaluateIdentifier(this, node, module, env);
      case 'ThisExpression':
        return this.thisValue(node, module, env);
      case 'Super':
        return unknown(['super'], 'syntax');
      case 'MemberExpression':
        return this.memberExpression(node, module, env);
      case 'CallExpression':
        return evaluateCall(this, node, module, env);
      case 'NewExpression':
        return evaluateNew(this, node, module, env);
      case 'ConditionalExpression':
        return join([this.guarded(node.consequent, module, env), this.guarded(node.alternate, module, env)]);
      case 'LogicalExpression':
        return this.logical(node, module, env);
      case 'BinaryExpression':
        return binaryValue(node, sub);
      case 'UnaryExpression':
        if (node.operator === '!' || node.operator === 'delete') return bounded('a boolean', 2);
        if (node.operator === 'typeof') return bounded('a type name', 8);
        if (node.operator === 'void') return literal(undefined);
        return numeric(node.operator, [sub(node.argument)]);
      case 'UpdateExpression':
        return numeric(node.operator, [sub(node.argument)]);
      case 'AwaitExpression':
        return sub(node.argument);
      case 'AssignmentExpression':
        return node.operator === '=' ? sub(node.right) : join([sub(node.left), sub(node.right)]);
      case 'SequenceExpression': {
        const last = node.expressions.at(-1);
        return last ? sub(last) : literal(undefined);
      }
      case 'ObjectExpression':
        return this.objectLiteral(node, module, env);
      case 'ArrayExpression':
        return {
          type: 'array',
          exact: node.elements.every((e) => e?.type !== 'SpreadElement'),
          items: node.elements.map((e) => () => (!e ? literal(undefined) : e.type === 'SpreadElement' ? this.elementOf(sub(e.argument)) : sub(e))),
        };
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return { type: 'function', node, module, env };
      case 'ClassDeclaration':
      case 'ClassExpression':
        return { type: 'class', node, module };
      case 'ImportExpression':
        return node.source.type === 'Literal' && typeof node.source.value === 'string' ? this.namespace(node.source.value, module) : unknown([], 'import');
      default:
        return unknown(nameOf(node), 'syntax');
    }
  }

  /** Value of a branch; a test that compares or looks up the same expression limits it. */
  guarded(node: Node, module: Module, env: Env | undefined): Value {
    const inner = unwrap(node);
    if (inner.type === 'Identifier' || inner.type === 'MemberExpression') {
      const guard = guardOf(this, inner, module, env);
      if (guard) return guard;
    }
    return this.evaluate(node, module, env);
  }

  private logical(node: TSESTree.LogicalExpression, module: Module, env: Env | undefined): Value {
    if (node.operator === '&&') return this.guarded(node.right, module, env);
    const left = this.evaluate(node.left, module, env);
    const nullish = left.type === 'literal' && (left.value === undefined || left.value === null || left.value === '');
    const right = this.evaluate(node.right, module, env);
    return nullish ? right : join([left, right]);
  }

  private memberExpression(node: TSESTree.MemberExpression, module: Module, env: Env | undefined): Value {
    const name = propertyName(node);
    const object = this.evaluate(node.object, module, env);
    if (name !== undefined) return memberValue(this, object, name, node, module);
    const key = this.evaluate(node.property, module, env);
    if (key.type === 'literal' && (typeof key.value === 'string' || typeof key.value === 'number')) return memberValue(this, object, String(key.value), node, module);
    return memberValue(this, object, undefined, node, module);
  }

  private objectLiteral(node: TSESTree.ObjectExpression, module: Module, env: Env | undefined): Value {
    const props = new Map<string, ObjectProperty>();
    const rest: ObjectRest[] = [];
    for (const p of node.properties) {
      if (p.type === 'SpreadElement') {
        this.spreadInto(props, rest, p.argument, module, env);
        continue;
      }
      let name = propertyName(p);
      const get = lazy(() => this.evaluate(p.value, module, env));
      if (name === undefined && p.computed) {
        const key = this.evaluate(p.key, module, env);
        if (key.type === 'literal') name = String(key.value);
      }
      if (name === undefined) rest.push({ kind: 'computed', node: p, module, key: lazy(() => this.evaluate(p.key, module, env)), get });
      else props.set(name, { node: p, module, get });
    }
    return { type: 'object', node, module, props, rest };
  }

  /** Copies what a spread argument contributes; what is not an object literal stays a rest. */
  spreadInto(props: Map<string, ObjectProperty>, rest: ObjectRest[], argument: Node, module: Module, env: Env | undefined): void {
    const value = this.evaluate(argument, module, env);
    const options = value.type === 'join' ? value.members : [value];
    for (const v of options) {
      if (v.type === 'object') {
        for (const [k, p] of v.props) {
          const before = props.get(k);
          const get = lazy(() => (options.length > 1 && before ? join([before.get(), p.get()]) : withSpread(p.get(), v)));
          props.set(k, { node: p.node, module: p.module, get, via: argument });
        }
        rest.push(...v.rest);
      } else if (v.type !== 'literal' && v.type !== 'bounded') {
        rest.push({ kind: 'spread', node: argument, module, key: undefined, get: () => v });
      }
    }
  }

  /** Any element of an iterable value. */
  elementOf(value: Value): Value {
    // `list = [...list, x]` is an element of itself.
    if (--this.budget < 0 || this.nesting > MAX_NESTING) return unknown([], 'budget');
    this.nesting++;
    try {
      return this.anyElement(value);
    } finally {
      this.nesting--;
    }
  }

  private anyElement(value: Value): Value {
    if (value.type === 'array') return value.items.length === 0 ? unknown([], 'member') : join(value.items.slice(0, 40).map((i) => i()));
    if (value.type === 'join') return join(value.members.map((m) => this.elementOf(m)));
    return memberValue(this, value, '[]', undefined, undefined);
  }

  private thisValue(node: Node, module: Module, env: Env | undefined): Value {
    if (env?.self) return env.self;
    for (let n: Node | undefined = node; n; n = n.parent ?? undefined) {
      if (n.type === 'ClassDeclaration' || n.type === 'ClassExpression') return { type: 'instance', of: { type: 'class', node: n, module }, args: undefined };
    }
    const fn = enclosingFunction(node);
    const owner = fn?.parent?.type === 'Property' ? fn.parent.parent : undefined;
    return owner?.type === 'ObjectExpression' ? this.evaluate(owner, module, env) : unknown(['this'], 'syntax');
  }

  /** The module that a specifier means, as an object of its exports, or a package outside the workspace. */
  namespace(specifier: string, from: Module): Value {
    const target = this.importedModule(specifier, from);
    if (!target) return { type: 'external', path: [specifier] };
    const props = new Map<string, ObjectProperty>();
    this.collectExports(target, props, new Set());
    const commonJs = target.exports.get('module.exports');
    if (commonJs && props.size <= 1) return this.exportValue(target, 'module.exports');
    return { type: 'object', node: target.ast, module: target, props, rest: [] };
  }

  private collectExports(module: Module, props: Map<string, ObjectProperty>, seen: Set<string>): void {
    if (seen.has(module.path)) return;
    seen.add(module.path);
    for (const name of module.exports.keys()) {
      if (!props.has(name)) props.set(name, { node: module.ast, module, get: lazy(() => this.exportValue(module, name)) });
    }
    for (const source of module.starExports) {
      const next = this.importedModule(source, module);
      if (next) this.collectExports(next, props, seen);
    }
  }

  /** Workspace module behind a specifier. */
  importedModule(specifier: string, from: Module): Module | undefined {
    if (librariesOf(specifier).length > 0) return undefined;
    const path = this.host.resolve(specifier, from.path);
    return path === undefined ? undefined : this.moduleAt(path);
  }

  /** Module at a path of the workspace. */
  moduleAt(path: string): Module | undefined {
    const file = this.host.parse(path);
    return file ? moduleOf(file) : undefined;
  }

  /** Value of an export of a workspace module, followed through re-exports. */
  exportValue(module: Module, name: string, seen = new Set<string>()): Value {
    const found = this.findExport(module, name, seen);
    if (!found) {
      const outside = this.outsideExport(module, name);
      return outside ? this.externalMember([outside.specifier], outside.name) : unknown([name], 'import');
    }
    const { target, home } = found;
    if (target.kind === 'binding') return evaluateIdentifier(this, target.binding.id, home, undefined);
    if (target.kind === 'expression') return this.evaluate(target.node, home, undefined);
    return this.namespace(target.source, home);
  }

  private readonly exportCache = new WeakMap<Module, Map<string, FoundExport | undefined>>();

  private findExport(module: Module, name: string, seen: Set<string>): FoundExport | undefined {
    let known = this.exportCache.get(module);
    if (!known) this.exportCache.set(module, (known = new Map()));
    if (known.has(name)) return known.get(name);
    const found = this.searchExport(module, name, seen);
    known.set(name, found);
    return found;
  }

  private searchExport(module: Module, name: string, seen: Set<string>): FoundExport | undefined {
    const key = `${module.path} ${name}`;
    if (seen.has(key) || seen.size > 2000) return undefined;
    seen.add(key);
    const target = module.exports.get(name) ?? (name === 'default' ? module.exports.get('module.exports') : undefined);
    if (target && target.kind !== 'reexport') return { target, home: module };
    if (target) {
      const next = this.importedModule(target.source, module);
      return next ? this.findExport(next, target.name, seen) : undefined;
    }
    for (const source of module.starExports) {
      const next = this.importedModule(source, module);
      const found = next && this.findExport(next, name, seen);
      if (found) return found;
    }
    return undefined;
  }

  /** Package export that a workspace module passes on: `export { Tracer } from '@opentelemetry/api'`. */
  outsideExport(module: Module, name: string, depth = 0): { readonly specifier: string; readonly name: string } | undefined {
    if (depth > 8) return undefined;
    const target = module.exports.get(name);
    const declaration = target?.kind === 'binding' ? target.binding.declaration : undefined;
    const [source, inner] =
      target?.kind === 'reexport' ? [target.source, target.name] : declaration?.type === 'ImportSpecifier' ? [importSource(declaration), specifierName(declaration.imported)] : [undefined, name];
    if (source !== undefined) {
      if (librariesOf(source).length > 0) return { specifier: source, name: inner };
      const next = this.importedModule(source, module);
      return next ? this.outsideExport(next, inner, depth + 1) : undefined;
    }
    for (const star of module.starExports) {
      if (libraryExport(star, name) ?? libraryType(star, name)) return { specifier: star, name };
      const next = librariesOf(star).length > 0 ? undefined : this.importedModule(star, module);
      const found = next && this.outsideExport(next, name, depth + 1);
      if (found) return found;
    }
    return undefined;
  }

  /** Declaration node of an exported type, enum or class of the workspace. */
  exportedDeclaration(specifier: string, name: string, from: Module): { kind: 'node'; node: Node; module: Module } | undefined {
    const target = this.importedModule(specifier, from);
    const found = target && this.findExport(target, name, new Set());
    if (!found) return undefined;
    if (found.target.kind === 'binding') return { kind: 'node', node: found.target.binding.declaration, module: found.home };
    return found.target.kind === 'expression' ? { kind: 'node', node: found.target.node, module: found.home } : undefined;
  }

  /** Export of a package outside the workspace. */
  externalMember(path: readonly string[], name: string): Value {
    const [specifier = '', ...rest] = path;
    const own = rest.length === 0 || (rest.length === 1 && rest[0] === 'default') ? libraryExport(specifier, name) : undefined;
    if (own?.shape) return { type: 'shape', shape: own.shape, module: undefined, origin: undefined, evidence: 'proved' };
    const constant = rest.length === 0 && specifier.startsWith('@opentelemetry/semantic-conventions') ? semconvNameOfConstant(name) : undefined;
    if (constant !== undefined) return literal(constant);
    if (own?.value) return { type: 'source', kind: own.value, names: [name], evidence: 'proved' };
    return { type: 'external', path: [...path, name] };
  }

  /** A global by name. */
  global(name: string): Value {
    const known = globalExport(name);
    if (known?.shape) return { type: 'shape', shape: known.shape, module: undefined, origin: undefined, evidence: 'proved' };
    return unknown([name], 'global');
  }
}

/** Remembers the first result. */
export function lazy(thunk: Thunk): Thunk {
  let value: Value | undefined;
  return () => (value ??= thunk());
}

function withSpread(value: Value, source: Value): Value {
  return source.step && !value.step ? { ...value, step: source.step } : value;
}

function templateValue(node: TSESTree.TemplateLiteral, sub: (n: Node) => Value): Value {
  const parts = node.expressions.map(sub);
  if (parts.length === 0) return literal(node.quasis[0]?.value.cooked ?? '');
  if (parts.every((p) => p.type === 'literal')) {
    return literal(node.quasis.map((q, i) => `${q.value.cooked ?? ''}${i < parts.length ? String((parts[i] as { value: unknown }).value) : ''}`).join(''));
  }
  return { type: 'derived', how: 'text', name: 'a template', of: parts, prefix: constantPrefix(node, parts) };
}

/** Text that every result of a template starts with. */
function constantPrefix(node: TSESTree.TemplateLiteral, parts: readonly Value[]): string {
  let prefix = '';
  for (const [i, q] of node.quasis.entries()) {
    prefix += q.value.cooked ?? '';
    const part = parts[i];
    if (part?.type !== 'literal') break;
    prefix += String(part.value);
  }
  return prefix;
}

function binaryValue(node: TSESTree.BinaryExpression, sub: (n: Node) => Value): Value {
  switch (node.operator) {
    case '==':
    case '===':
    case '!=':
    case '!==':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case 'instanceof':
      return bounded('a comparison', 2);
    case '+': {
      const [left, right] = [sub(node.left as Node), sub(node.right)];
      if (left.type === 'literal' && right.type === 'literal') {
        return typeof left.value === 'number' && typeof right.value === 'number' ? literal(left.value + right.value) : literal(`${String(left.value)}${String(right.value)}`);
      }
      const text = isText(left) || isText(right);
      return { type: 'derived', how: text ? 'text' : 'part', name: 'a concatenation', of: [left, right] };
    }
    case '%':
      return bounded('a remainder');
    default:
      return numeric(node.operator, [sub(node.left as Node), sub(node.right)]);
  }
}

function isText(v: Value): boolean {
  return (v.type === 'literal' && typeof v.value === 'string') || (v.type === 'derived' && v.how === 'text');
}

function numeric(operator: string, of: readonly Value[]): Value {
  return { type: 'derived', how: 'number', name: operator, of };
}

function calleeTag(node: TSESTree.TaggedTemplateExpression): string {
  return dottedName(node.tag) ?? 'a tagged template';
}

function narrowByAssertion(ev: Evaluator, node: Node, value: Value, module: Module): Value {
  if (node.type !== 'TSAsExpression' && node.type !== 'TSTypeAssertion') return value;
  if (value.type === 'join') {
    const open = value.members.filter((m) => m.type !== 'literal' || m.value != null);
    const [only] = open;
    return open.length === 1 && only ? narrowByAssertion(ev, node, only, module) : value;
  }
  if (value.type !== 'unknown' && value.type !== 'external') return value;
  const names = value.type === 'unknown' ? value.names : value.path.slice(-1);
  return valueOfType(ev, { node: node.typeAnnotation, module }, names) ?? (value.type === 'unknown' ? { ...value, declared: { node: node.typeAnnotation, module } } : value);
}

/** Names that an expression shows, outermost first; for unknown values. */
export function nameOf(node: Node): readonly string[] {
  const n = unwrap(node);
  const dotted = dottedName(n);
  if (dotted !== undefined) return dotted.split('.');
  if (n.type === 'CallExpression') {
    const name = calleeName(n);
    return name === undefined ? [] : [name];
  }
  return [];
}

/** Shows an expression in a trace, shortened. */
export function snippet(node: Node, module: Module, max = 48): string {
  const [start, end] = rangeOf(node);
  const text = module.text.slice(start, Math.min(end, start + max * 3)).replace(/\s+/g, ' ');
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

/** Adds a trace step for an expression. */
export function traced(value: Value, node: Node, module: Module, alias?: string): Value {
  return through(value, { text: snippet(node, module), module, node }, alias);
}

/** Expressions that a function returns: its `return` arguments, or the body of a concise arrow. */
export function returnedExpressions(fn: FunctionNode, module: Module): readonly Node[] {
  if (fn.body && fn.body.type !== 'BlockStatement') return [fn.body];
  let byFunction = returnsCache.get(module);
  if (!byFunction) {
    byFunction = new Map();
    for (const r of module.scopes.nodes('ReturnStatement')) {
      const owner = enclosingFunction(r);
      if (!r.argument || !owner) continue;
      const list = byFunction.get(owner);
      if (list) list.push(r.argument);
      else byFunction.set(owner, [r.argument]);
    }
    returnsCache.set(module, byFunction);
  }
  return byFunction.get(fn) ?? [];
}

const returnsCache = new WeakMap<Module, Map<FunctionNode, Node[]>>();

/** Annotated return type of a function. */
export function returnAnnotation(fn: FunctionNode): TSESTree.TypeNode | undefined {
  return fn.returnType?.typeAnnotation;
}
