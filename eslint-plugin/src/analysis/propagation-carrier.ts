import { carrierNames } from '../knowledge/libraries/brokers.ts';
import {
  calleeName,
  dottedName,
  isFunction,
  parentOf,
  propertyName,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { specifierName, type Module } from './module.ts';
import { patternIds, type Binding } from './scope.ts';
import { alternatives } from './value.ts';

/** The two directions of the propagation API. */
export type Direction = 'inject' | 'extract';

const PROPAGATOR = /propagat/i;
/** Helper names that only make sense for trace context; used where the helper's body is out of reach. */
const HELPER: Readonly<Record<Direction, RegExp>> = {
  inject:
    /^(?:inject|serialize|attach|add|get|create|build|make|with|to|current|capture|run|start|trace|wrap|propagate|instrument)\w*(?:trace_?(?:context|parent|headers?|carrier|data)|otel|otp|propagation|span_?context|tracing)|^(?:trace_?parent|inject_?(?:context|headers|trace))/i,
  extract:
    /^(?:extract|deserialize|restore|read|parse|with|from|run|continue|start|wrap|resume|propagate|instrument)\w*(?:trace_?(?:context|parent|headers?|carrier|data)?|otel|otp|propagation|span_?context|tracing|remote_?context)$|^(?:continue_?trace|with_?remote|extract_?(?:context|headers|trace))/i,
};
const MAX_DEPTH = 2;
const MAX_CALLS = 120;

/** `propagation.inject(…)`, `api.propagation.extract(…)`, `propagator.inject(…)`: which of the two a call is. */
export function propagationCall(call: TSESTree.CallExpression, module: Module): Direction | undefined {
  const callee = unwrap(call.callee);
  if (callee.type === 'MemberExpression') {
    const name = propertyName(callee);
    if (name !== 'inject' && name !== 'extract') return undefined;
    const object = unwrap(callee.object);
    const holder =
      object.type === 'Identifier'
        ? object.name
        : object.type === 'MemberExpression'
          ? (propertyName(object) ?? '')
          : object.type === 'NewExpression'
            ? (calleeName(object) ?? '')
            : '';
    if (PROPAGATOR.test(holder)) return name;
    if (object.type !== 'Identifier') return undefined;
    const imported = module.scopes.resolve(object)?.declaration;
    return imported && importedName(imported) === 'propagation' ? name : undefined;
  }
  return undefined;
}

function importedName(declaration: Node): string | undefined {
  return declaration.type === 'ImportSpecifier' ? specifierName(declaration.imported) : undefined;
}

/** Answers whether code propagates context, with its results remembered for one file's analysis. */
export class CarrierSearch {
  private readonly ctx: AnalysisContext;
  /** True, or the depth from which a search found nothing. */
  private readonly searched: Record<Direction, Map<Node, true | number>> = { inject: new Map(), extract: new Map() };

  constructor(ctx: AnalysisContext) {
    this.ctx = ctx;
  }

  /** The code under a node propagates in this direction, itself or through functions that it calls. */
  propagates(root: Node, direction: Direction, module: Module, depth = 0): boolean {
    const cache = this.searched[direction];
    const known = cache.get(root);
    if (known === true) return true;
    if (known !== undefined && known <= depth) return false;
    cache.set(root, depth);
    let found = false;
    const calls: TSESTree.CallExpression[] = [];
    walk(root, (node) => {
      if (found) return false;
      if (node.type === 'CallExpression') {
        if (propagationCall(node, module) === direction) found = true;
        else if (calls.length < MAX_CALLS) calls.push(node);
      } else if (direction === 'extract' && namesCarrier(node)) found = true;
      return undefined;
    });
    found ||= calls.some((c) => this.calleePropagates(c, direction, module, depth));
    if (found) cache.set(root, true);
    return found;
  }

  /** The function that a call runs propagates; a helper out of reach is judged by a telling name. */
  calleePropagates(
    call: TSESTree.CallExpression | TSESTree.NewExpression,
    direction: Direction,
    module: Module,
    depth = 0,
  ): boolean {
    if (call.type === 'CallExpression' && propagationCall(call, module) === direction) return true;
    const targets = this.functionsOf(call.callee, module);
    if (targets.length === 0) return HELPER[direction].test(calleeName(call) ?? '');
    if (depth >= MAX_DEPTH) return false;
    return targets.some((t) => this.propagates(t.node, direction, t.module, depth + 1));
  }

  /**
   * The function that a call runs writes a carrier into an object that it is given. A function that injects for a message
   * of its own and gets the same entity (`enqueue(order)`) does not.
   */
  private calleeFills(call: TSESTree.CallExpression, module: Module, depth = 0): boolean {
    const targets = this.functionsOf(call.callee, module);
    if (targets.length === 0) return HELPER.inject.test(calleeName(call) ?? '');
    if (depth >= MAX_DEPTH) return false;
    return targets.some((t) => this.propagates(t.node, 'inject', t.module, depth + 1) && this.fillsParam(t, depth));
  }

  private fillsParam(
    { node: fn, module }: { readonly node: FunctionNode; readonly module: Module },
    depth: number,
  ): boolean {
    const params = new Set<Binding>();
    for (const id of fn.params.flatMap((p) => patternIds(p))) {
      const binding = module.scopes.resolve(id);
      if (binding) params.add(binding);
    }
    let found = false;
    walk(fn.body, (n) => {
      if (found) return false;
      if (n.type === 'AssignmentExpression') {
        const left = unwrap(n.left);
        found = left.type === 'MemberExpression' && rootIn(left, params, module);
      } else if (n.type === 'CallExpression') {
        const callee = unwrap(n.callee);
        if (propagationCall(n, module) === 'inject') {
          const carrier = n.arguments[1];
          found = carrier !== undefined && rootIn(carrier, params, module);
        } else if (
          callee.type === 'MemberExpression' &&
          /^(?:set|append|push|assign|add)$/.test(propertyName(callee) ?? '')
        )
          found = rootIn(
            propertyName(callee) === 'assign' ? (n.arguments[0] ?? callee) : callee.object,
            params,
            module,
          );
        else if (n.arguments.some((a) => rootIn(a, params, module))) found = this.calleeFills(n, module, depth + 1);
      }
      return undefined;
    });
    return found;
  }

  /** Functions of the workspace that an expression can be. */
  functionsOf(expression: Node, module: Module): readonly { readonly node: FunctionNode; readonly module: Module }[] {
    const node = unwrap(expression);
    if (isFunction(node)) return [{ node, module }];
    const found: { node: FunctionNode; module: Module }[] = [];
    for (const v of alternatives(this.ctx.evaluate(node, module)))
      if (v.type === 'function') found.push({ node: v.node, module: v.module });
    if (found.length === 0) found.push(...localFunction(node, module));
    return found;
  }

  /** The arguments of a call carry context: a carrier in them, or in what flows into them. */
  messageCarries(call: TSESTree.CallExpression | TSESTree.NewExpression, module: Module): boolean {
    const flow = flowInto(call, module);
    for (const expression of flow.expressions) {
      if (this.expressionCarries(expression, module)) return true;
    }
    if (this.scopeInjects(call, flow, module)) return true;
    return false;
  }

  private expressionCarries(expression: Node, module: Module): boolean {
    let found = false;
    walk(expression, (node) => {
      if (found) return false;
      if (namesCarrier(node)) found = true;
      else if (node.type === 'CallExpression') found = this.calleePropagates(node, 'inject', module);
      return undefined;
    });
    return found;
  }

  /** `inject` called directly around the message, or a helper that gets a variable of the message. */
  private scopeInjects(call: Node, flow: Flow, module: Module): boolean {
    const outer = outermostFunction(call);
    let found = false;
    if (outer) {
      walk(outer, (node) => {
        if (found) return false;
        if (node.type !== 'CallExpression') return undefined;
        if (propagationCall(node, module) === 'inject') found = true;
        else if (node.arguments.some((a) => rootIn(a, flow.bindings, module))) found = this.calleeFills(node, module);
        return undefined;
      });
    }
    // `runWithCarrier((carrier) => queue.add(…))`: the function around the publish is handed to a helper that injects.
    for (let n = parentOf(call); n && !found; n = parentOf(n)) {
      if (!isFunction(n)) continue;
      const holder = parentOf(n);
      if (
        holder?.type === 'CallExpression' &&
        n.params.some((p) => patternIds(p).some((id) => hasBinding(flow.bindings, id, module)))
      )
        found = this.calleePropagates(holder, 'inject', module);
    }
    return found;
  }
}

interface Flow {
  readonly bindings: ReadonlySet<Binding>;
  /** The arguments and every expression that is written into a variable they use. */
  readonly expressions: readonly Node[];
}

/** Variables that reach the arguments of a call and what is written into them, three steps back. */
export function flowInto(call: TSESTree.CallExpression | TSESTree.NewExpression, module: Module): Flow {
  const bindings = new Set<Binding>();
  const expressions: Node[] = [...call.arguments];
  let frontier: readonly Node[] = call.arguments;
  for (let round = 0; round < 3 && frontier.length > 0; round++) {
    const next: Node[] = [];
    for (const id of frontier.flatMap((e) => identifiersIn(e))) {
      const binding = module.scopes.resolve(id);
      if (!binding || bindings.has(binding) || binding.kind === 'import' || binding.kind === 'function') continue;
      bindings.add(binding);
      next.push(...writesTo(binding, module));
    }
    expressions.push(...next);
    frontier = next;
  }
  return { bindings, expressions };
}

function writesTo(binding: Binding, module: Module): readonly Node[] {
  const writes: Node[] = [];
  const d = binding.declaration;
  if (d.type === 'VariableDeclarator' && d.init) writes.push(d.init);
  for (const ref of module.scopes.references(binding)) {
    let n: Node = ref;
    while (parentOf(n)?.type === 'MemberExpression' && (parentOf(n) as TSESTree.MemberExpression).object === n)
      n = parentOf(n) as Node;
    const parent = parentOf(n);
    if (parent?.type === 'AssignmentExpression' && parent.left === n) {
      writes.push(parent.right);
      if (n.type === 'MemberExpression') writes.push(n);
    }
    // `headers.set(key, value)`, `list.push(x)`
    if (n.type === 'MemberExpression' && parent?.type === 'CallExpression' && parent.callee === n)
      writes.push(...parent.arguments);
  }
  return writes;
}

function identifiersIn(root: Node): readonly TSESTree.Identifier[] {
  const ids: TSESTree.Identifier[] = [];
  walk(root, (n) => {
    if (n.type === 'Identifier') ids.push(n);
    return undefined;
  });
  return ids;
}

/** `x`, `x.headers`, `x.meta.trace`: a part of one of these variables. */
function rootIn(expression: Node, bindings: ReadonlySet<Binding>, module: Module): boolean {
  let n = unwrap(expression);
  while (n.type === 'MemberExpression') n = unwrap(n.object);
  return n.type === 'Identifier' && hasBinding(bindings, n, module);
}

function hasBinding(bindings: ReadonlySet<Binding>, id: TSESTree.Identifier, module: Module): boolean {
  const binding = module.scopes.resolve(id) ?? module.scopes.lookup(id.name, id);
  return binding !== undefined && bindings.has(binding);
}

/** A property, member or header name that says that it is a propagation carrier; a variable only where nothing else is called so. */
function namesCarrier(node: Node): boolean {
  if (node.type === 'Property' || node.type === 'MemberExpression') {
    const name = propertyName(node)?.toLowerCase().replaceAll('-', '');
    return name !== undefined && (carrierNames.has(name) || (node.type === 'Property' && name === 'spancontext'));
  }
  const text =
    node.type === 'Identifier'
      ? node.name
      : node.type === 'Literal' && typeof node.value === 'string' && node.value.length < 24
        ? node.value
        : undefined;
  return text !== undefined && /^_?trace-?(?:parent|state|carrier|headers)$/i.test(text);
}

/** The outermost function or method around a node. */
export function outermostFunction(node: Node): FunctionNode | undefined {
  let outer: FunctionNode | undefined;
  for (let n = parentOf(node); n; n = parentOf(n)) {
    if (isFunction(n)) outer = n;
    if (n.type === 'ClassBody' && outer) break;
  }
  return outer;
}

/** `this.method`, `name`, `x.bind(this)` of the same file, without the evaluator. */
function localFunction(node: Node, module: Module): readonly { node: FunctionNode; module: Module }[] {
  if (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    if (callee.type === 'MemberExpression' && propertyName(callee) === 'bind')
      return localFunction(unwrap(callee.object), module);
    return [];
  }
  if (node.type === 'MemberExpression' && unwrap(node.object).type === 'ThisExpression') {
    const name = propertyName(node);
    for (let n = parentOf(node); n; n = parentOf(n)) {
      if (n.type !== 'ClassBody') continue;
      for (const m of n.body) {
        if (
          (m.type === 'MethodDefinition' || m.type === 'PropertyDefinition') &&
          propertyName(m) === name &&
          isFunction(m.value)
        )
          return [{ node: m.value, module }];
      }
      return [];
    }
  }
  return [];
}

/** Text of a receiver for a message: `this.queue`, `queue`. */
export function receiverName(call: TSESTree.CallExpression | TSESTree.NewExpression): string {
  const callee = unwrap(call.callee);
  return (
    (callee.type === 'MemberExpression' ? dottedName(callee.object) : undefined) ?? calleeName(call) ?? 'the client'
  );
}
