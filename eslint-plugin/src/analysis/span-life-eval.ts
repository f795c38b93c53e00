import { childrenOf, isFunction, propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import { evaluateCall, evaluateNew } from './span-life-calls.ts';
import { assigned, detach } from './span-life-exec.ts';
import type { Machine, Outcome } from './span-life-machine.ts';
import {
  addJump,
  disturbed,
  forget,
  joinStates,
  mapState,
  undecided,
  type Jump,
  type Path,
  type State,
} from './span-life-paths.ts';
import { isRealWork, mayReject } from './span-life-raise.ts';
import { outerOf } from './span-life-refs.ts';

/** Hands the span to other code at a node; `final`: this code can not be shown to end it afterwards. */
export function give(m: Machine, state: State, node: Node, final = false): State {
  if (m.borrowed.has(node)) return state;
  if (!state.some((p) => p.status === 'open')) return state;
  m.notes.gives.add(node);
  m.notes.activity += 1;
  return mapState(state, (p): Path =>
    p.status === 'open'
      ? { ...p, status: 'given', at: node, given: final ? undefined : node, calm: true, sure: true }
      : p,
  );
}

/** A promise goes somewhere that waits for it; what its callbacks do with the span counts as done by others. */
export function entrust(m: Machine, node: Node, { state, settle }: Outcome): State {
  if (!settle?.acts) return state;
  m.notes.gives.add(node);
  return mapState(state, (p): Path =>
    p.status === 'none' ? p : { ...p, status: 'given', at: node, given: undefined, sure: false },
  );
}

/** Evaluates an expression for what it does to the span. */
export function evaluateExpression(m: Machine, node: Node, state: State, jumps: Jump[]): Outcome {
  if (state.length === 0) return { state };
  const n = unwrap(node);
  switch (n.type) {
    case 'Literal':
    case 'ThisExpression':
    case 'Super':
    case 'MetaProperty':
    case 'PrivateIdentifier':
    case 'TemplateElement':
      return { state };
    case 'Identifier':
      return evaluateIdentifier(m, n, state);
    case 'MemberExpression':
      return evaluateMember(m, n, state, jumps);
    case 'CallExpression':
      return evaluateCall(m, n, state, jumps);
    case 'NewExpression':
      return evaluateNew(m, n, state, jumps);
    case 'AwaitExpression':
      return { state: evaluateAwait(m, n, state, jumps) };
    case 'VariableDeclarator':
      return n.init ? assign(m, n.id, n.init, n, state, jumps) : { state };
    case 'AssignmentExpression':
      return evaluateAssignment(m, n, state, jumps);
    case 'ConditionalExpression': {
      const { yes, no } = m.assume(n.test, state, jumps);
      return either(m.evaluate(n.consequent, yes, jumps), m.evaluate(n.alternate, no, jumps));
    }
    case 'LogicalExpression': {
      if (n.operator === '??') {
        const left = m.track.isSpan(n.left) ? state : m.evaluate(n.left, state, jumps).state;
        return either({ state: undecided(left) }, m.evaluate(n.right, undecided(left), jumps));
      }
      const { yes, no } = m.assume(n.left, state, jumps);
      return n.operator === '&&'
        ? either({ state: no }, m.evaluate(n.right, yes, jumps))
        : either({ state: yes }, m.evaluate(n.right, no, jumps));
    }
    case 'UnaryExpression':
      if (m.track.isSpan(n.argument)) return { state };
      return n.operator === 'void'
        ? { state: detach(m, n, m.evaluate(n.argument, state, jumps)) }
        : { state: m.evaluate(n.argument, state, jumps).state };
    case 'BinaryExpression':
      return { state: operands(m, [n.left, n.right], state, jumps) };
    case 'TemplateLiteral':
      return { state: operands(m, n.expressions, state, jumps) };
    case 'UpdateExpression':
      return { state: n.argument.type === 'Identifier' ? forget(state, n.argument.name) : state };
    case 'SequenceExpression': {
      let out: Outcome = { state };
      for (const e of n.expressions) out = m.evaluate(e, detach(m, n, out), jumps);
      return out;
    }
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'ClassExpression':
    case 'ClassDeclaration':
      return { state: m.track.acts(n) ? give(m, state, n, true) : state };
    default:
      if (n.type.startsWith('TS')) return { state };
      return { state: childrenOf(n).reduce((s, c) => entrust(m, c, m.evaluate(c, s, jumps)), state) };
  }
}

function evaluateIdentifier(m: Machine, n: TSESTree.Identifier, state: State): Outcome {
  if (m.track.isSpan(n)) return { state: give(m, state, n.parent) };
  const binding = m.promises.size > 0 ? m.module.scopes.resolve(n) : undefined;
  const settle = binding && m.promises.get(binding);
  if (settle?.acts) return { state, settle };
  const fn = m.track.localFunction(n);
  return { state: fn && m.track.acts(fn) ? give(m, state, n, true) : state };
}

function evaluateMember(m: Machine, n: TSESTree.MemberExpression, state: State, jumps: Jump[]): Outcome {
  if (m.track.isSpan(n.object)) {
    // `span.end` as a value: somebody will call it
    const isEnd = !n.computed && n.property.type === 'Identifier' && n.property.name === 'end';
    return { state: isEnd ? give(m, state, n, true) : state };
  }
  const object = m.evaluate(n.object, state, jumps).state;
  return { state: n.computed ? m.evaluate(n.property, object, jumps).state : object };
}

function operands(m: Machine, nodes: readonly Node[], state: State, jumps: Jump[]): State {
  return nodes.reduce((s, e) => (m.track.isSpan(e) ? s : m.evaluate(e, s, jumps).state), state);
}

function either(a: Outcome, b: Outcome): Outcome {
  const state = joinStates(a.state, b.state);
  if (!a.settle && !b.settle) return { state };
  return {
    state,
    settle: {
      ok: joinStates(a.settle?.ok ?? a.state, b.settle?.ok ?? b.state),
      bad: joinStates(a.settle?.bad ?? [], b.settle?.bad ?? []),
      acts: (a.settle?.acts ?? false) || (b.settle?.acts ?? false),
    },
  };
}

function evaluateAwait(m: Machine, n: TSESTree.AwaitExpression, state: State, jumps: Jump[]): State {
  const { state: after, settle } = m.evaluate(n.argument, state, jumps);
  noteEarlyEnd(m, n, state);
  if (settle) {
    addJump(jumps, { kind: 'throw', label: undefined, how: 'reject', nodes: [n], state: disturbed(settle.bad) });
    return settle.ok;
  }
  if (mayReject(n.argument, m.resolve) && !isResult(m, n) && !isHandled(m, n.argument))
    addJump(jumps, { kind: 'throw', label: undefined, how: 'reject', nodes: [n], state: disturbed(after) });
  return after;
}

/** Members of result objects: code that asks for them gets its errors as values, not as rejections. */
const RESULT_MEMBERS = new Set(['isErr', 'isOk', 'isLeft', 'isRight', '_unsafeUnwrap', 'unwrapOr']);

/** `const result = await f(); if (result.isErr()) …`, `const { data, error } = await query`. */
function isResult(m: Machine, n: TSESTree.AwaitExpression): boolean {
  const d = outerOf(n);
  if (d?.type !== 'VariableDeclarator') return false;
  if (d.id.type === 'ObjectPattern')
    return d.id.properties.some((p) => p.type === 'Property' && propertyName(p) === 'error');
  const binding = d.id.type === 'Identifier' ? m.module.scopes.resolve(d.id) : undefined;
  return (
    binding !== undefined &&
    m.module.scopes.references(binding).some((ref) => {
      const member = outerOf(ref);
      return (
        member?.type === 'MemberExpression' && member.object === ref && RESULT_MEMBERS.has(propertyName(member) ?? '')
      );
    })
  );
}

/** A variable with a promise whose rejections a `catch` already takes. */
function isHandled(m: Machine, argument: Node): boolean {
  const id = unwrap(argument);
  const binding = id.type === 'Identifier' ? m.module.scopes.resolve(id) : undefined;
  return binding !== undefined && m.promises.get(binding)?.bad.length === 0;
}

function noteEarlyEnd(m: Machine, n: TSESTree.AwaitExpression, state: State): void {
  if (!m.active || m.stack.length > 0 || state.length === 0 || !isRealWork(n.argument)) return;
  const first = state[0]?.at;
  if (
    first &&
    m.notes.ends.has(first) &&
    state.every((p) => p.status === 'ended' && p.sure && p.at === first) &&
    !m.notes.early.has(first)
  )
    m.notes.early.set(first, n);
}

function evaluateAssignment(m: Machine, n: TSESTree.AssignmentExpression, state: State, jumps: Jump[]): Outcome {
  if (n.operator === '=' || n.operator === '??=' || n.operator === '||=')
    return assign(m, n.left, n.right, n, state, jumps);
  const after = m.evaluate(n.right, state, jumps).state;
  return { state: n.left.type === 'Identifier' ? forget(after, n.left.name) : after };
}

function assign(m: Machine, target: Node, value: Node, node: Node, state: State, jumps: Jump[]): Outcome {
  const left = unwrap(target);
  if (left.type === 'Identifier') {
    const binding = m.module.scopes.resolve(left);
    if (binding === m.track.primary) return { state: assignSpan(m, value, node, state, jumps) };
    // a function kept in a variable does nothing until it is called or passed on
    if (isFunction(unwrap(value))) return { state: assigned(m, state, left.name, value) };
    if (m.track.isSpan(value) || (binding && m.track.bindings.has(binding))) return { state };
    const out = m.evaluate(value, state, jumps);
    const settle = out.settle;
    if (settle?.acts && binding && m.module.scopes.references(binding).length > 0) {
      m.promises.set(binding, settle);
      const pending = mapState(out.state, (p): Path =>
        p.status === 'none' ? p : { ...p, status: 'given', at: node, given: undefined, sure: false },
      );
      return { state: assigned(m, pending, left.name, value) };
    }
    if (settle && binding) m.promises.set(binding, settle);
    return { state: assigned(m, detach(m, node, out), left.name, value) };
  }
  let after = detach(m, node, m.evaluate(value, state, jumps));
  if (left.type === 'MemberExpression') {
    after = m.evaluate(left.object, after, jumps).state;
    let root: Node = left;
    while (root.type === 'MemberExpression') root = unwrap(root.object);
    if (root.type === 'Identifier') after = forget(after, root.name);
  }
  return { state: after };
}

function assignSpan(m: Machine, value: Node, node: Node, state: State, jumps: Jump[]): State {
  if (m.track.isSpan(value)) return state;
  const before = m.notes.starts;
  const after = m.evaluate(value, state, jumps).state;
  if (m.notes.starts > before) return after;
  if (after.some((p) => p.status === 'open')) m.notes.overwritten.add(node);
  return mapState(after, (p): Path => ({ ...p, status: 'none', at: undefined, given: undefined }));
}
