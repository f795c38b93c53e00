import { enclosingFunction, propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import {
  binaryValue,
  calleeTag,
  lazy,
  nameOf,
  narrowByAssertion,
  numeric,
  templateValue,
  withSpread,
} from './expressions.ts';
import { ModuleGraph } from './module-graph.ts';
import { evaluateCall, evaluateNew } from './evaluate-call.ts';
import { evaluateIdentifier } from './evaluate-binding.ts';
import { memberValue } from './evaluate-member.ts';
import { guardOf } from './guards.ts';
import type { ModuleHost } from './host.ts';
import { semconvNameOfConstant } from '../knowledge/semconv.ts';
import { globalExport, libraryExport } from './libraries.ts';
import { type Module } from './module.ts';
import type { Settings } from './settings.ts';
import {
  bounded,
  join,
  literal,
  unknown,
  type Env,
  type ObjectProperty,
  type ObjectRest,
  type Thunk,
  type Value,
} from './value.ts';
import { TreeMemoryAcrossFiles, treeOfModule } from './tree-memory.ts';

/** Evaluations that one question may take; past it the answer is "unknown". */
const BUDGET = 1500;
const MAX_NESTING = 120;

/** Follows values through a workspace: the demand-driven abstract interpreter behind every fact. */
export class Evaluator {
  readonly host: ModuleHost;
  readonly graph: ModuleGraph;
  readonly settings: Settings;
  private budget = BUDGET;
  private nesting = 0;
  /** Values of the nodes of a module, which go with it when its file is edited. */
  private readonly memos = new TreeMemoryAcrossFiles<Module, Map<Node, Value>>(treeOfModule);
  private recent: { readonly module: Module; readonly memo: Map<Node, Value> } | undefined;
  /** Nodes that are being evaluated: a stack, because a set keeps what was taken out in the tables that it has outgrown. */
  private readonly active: Node[] = [];
  /** Functions whose callers are being asked for, so that recursion ends. */
  readonly activeParams: Node[] = [];

  constructor(host: ModuleHost, settings: Settings) {
    this.host = host;
    this.graph = new ModuleGraph(host);
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
      const known = this.memoOf(module).get(node);
      if (known) return known;
    }
    if (--this.budget < 0 || this.nesting > MAX_NESTING) return unknown(nameOf(node), 'budget');
    if (!env) {
      if (this.active.includes(node)) return unknown(nameOf(node), 'budget');
      this.active.push(node);
    }
    this.nesting++;
    let value: Value;
    try {
      value = this.dispatch(node, module, env);
    } finally {
      this.nesting--;
      if (!env) this.active.pop();
    }
    if (expression !== node) value = narrowByAssertion(this, expression, value, module);
    if (!env && this.budget > 0) this.memoOf(module).set(node, value);
    return value;
  }

  private memoOf(module: Module): Map<Node, Value> {
    if (this.recent?.module === module) return this.recent.memo;
    let memo = this.memos.get(module);
    if (!memo) this.memos.set(module, (memo = new Map<Node, Value>()));
    this.recent = { module, memo };
    return memo;
  }

  private dispatch(node: Node, module: Module, env: Env | undefined): Value {
    const sub = (n: Node): Value => this.evaluate(n, module, env);
    switch (node.type) {
      case 'Literal':
        return 'regex' in node ? unknown([], 'syntax') : literal(node.value);
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
          items: node.elements.map(
            (e) => () =>
              !e ? literal(undefined) : e.type === 'SpreadElement' ? this.elementOf(sub(e.argument)) : sub(e),
          ),
        };
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return { type: 'function', node, module, env };
      case 'ClassDeclaration':
      case 'ClassExpression':
        return { type: 'class', node, module };
      case 'ImportExpression':
        return node.source.type === 'Literal' && typeof node.source.value === 'string'
          ? this.namespace(node.source.value, module)
          : unknown([], 'import');
      default:
        return unknown(nameOf(node), 'syntax');
    }
  }

  /** Value of a branch; a test that compares or looks up the same expression limits it. */
  guarded(node: Node, module: Module, env: Env | undefined): Value {
    const inner = unwrap(node);
    if (inner.type === 'Identifier' || inner.type === 'MemberExpression' || inner.type === 'CallExpression') {
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
    if (key.type === 'literal' && (typeof key.value === 'string' || typeof key.value === 'number'))
      return memberValue(this, object, String(key.value), node, module);
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
      if (name === undefined)
        rest.push({ kind: 'computed', node: p, module, key: lazy(() => this.evaluate(p.key, module, env)), get });
      else props.set(name, { node: p, module, get });
    }
    return { type: 'object', node, module, props, rest };
  }

  /** Copies what a spread argument contributes; what is not an object literal stays a rest. */
  spreadInto(
    props: Map<string, ObjectProperty>,
    rest: ObjectRest[],
    argument: Node,
    module: Module,
    env: Env | undefined,
  ): void {
    const value = this.evaluate(argument, module, env);
    const options = value.type === 'join' ? value.members : [value];
    for (const v of options) {
      if (v.type === 'object') {
        for (const [k, p] of v.props) {
          const before = props.get(k);
          const get = lazy(() =>
            options.length > 1 && before ? join([before.get(), p.get()]) : withSpread(p.get(), v),
          );
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
    if (value.type === 'array')
      return value.items.length === 0 ? unknown([], 'member') : join(value.items.slice(0, 40).map((i) => i()));
    if (value.type === 'join') return join(value.members.map((m) => this.elementOf(m)));
    return memberValue(this, value, '[]', undefined, undefined);
  }

  private thisValue(node: Node, module: Module, env: Env | undefined): Value {
    if (env?.self) return env.self;
    for (let n: Node | undefined = node; n; n = n.parent ?? undefined) {
      if (n.type === 'ClassDeclaration' || n.type === 'ClassExpression')
        return { type: 'instance', of: { type: 'class', node: n, module }, args: undefined };
    }
    const fn = enclosingFunction(node);
    const owner = fn?.parent?.type === 'Property' ? fn.parent.parent : undefined;
    return owner?.type === 'ObjectExpression' ? this.evaluate(owner, module, env) : unknown(['this'], 'syntax');
  }

  /** The module that a specifier means, as an object of its exports, or a package outside the workspace. */
  namespace(specifier: string, from: Module): Value {
    const target = this.graph.importedModule(specifier, from);
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
      if (!props.has(name))
        props.set(name, { node: module.ast, module, get: lazy(() => this.exportValue(module, name)) });
    }
    for (const source of module.starExports) {
      const next = this.graph.importedModule(source, module);
      if (next) this.collectExports(next, props, seen);
    }
  }

  /** Value of an export of a workspace module, followed through re-exports. */
  exportValue(module: Module, name: string, seen = new Set<string>()): Value {
    const found = this.graph.findExport(module, name, seen);
    if (!found) {
      const outside = this.graph.outsideExport(module, name);
      return outside ? this.externalMember([outside.specifier], outside.name) : unknown([name], 'import');
    }
    const { target, home } = found;
    if (target.kind === 'binding') return evaluateIdentifier(this, target.binding.id, home, undefined);
    if (target.kind === 'expression') return this.evaluate(target.node, home, undefined);
    return this.namespace(target.source, home);
  }

  /** Export of a package outside the workspace. */
  externalMember(path: readonly string[], name: string): Value {
    const [specifier = '', ...rest] = path;
    const own =
      rest.length === 0 || (rest.length === 1 && rest[0] === 'default') ? libraryExport(specifier, name) : undefined;
    if (own?.shape)
      return { type: 'shape', shape: own.shape, module: undefined, origin: undefined, evidence: 'proved' };
    const constant =
      rest.length === 0 && specifier.startsWith('@opentelemetry/semantic-conventions')
        ? semconvNameOfConstant(name)
        : undefined;
    if (constant !== undefined) return literal(constant);
    if (own?.value) return { type: 'source', kind: own.value, names: [name], evidence: 'proved' };
    return { type: 'external', path: [...path, name] };
  }

  /** A global by name. */
  global(name: string): Value {
    const known = globalExport(name);
    if (known?.shape)
      return { type: 'shape', shape: known.shape, module: undefined, origin: undefined, evidence: 'proved' };
    return unknown([name], 'global');
  }
}
