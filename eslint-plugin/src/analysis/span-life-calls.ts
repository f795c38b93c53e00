import {
  calleeName,
  dottedName,
  isFunction,
  propertyName,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import { entrust, give } from './span-life-eval.ts';
import { returnValue } from './span-life-exec.ts';
import type { Machine, Outcome, Settlement } from './span-life-machine.ts';
import { addJump, disturbed, joinStates, mapState, type Jump, type Path, type State } from './span-life-paths.ts';
import { mayThrowInTry, runsUserCode } from './span-life-raise.ts';
import { contextEscapes, isReader } from './span-life-refs.ts';

/** Methods that run their last function argument once, before they return. */
const RUNNERS = new Set(['with', 'withSpan', 'startActiveSpan', 'run', 'runInAsyncScope']);
/** Span methods whose effect is lost after `end()`. */
const WRITES = new Set([
  'setAttribute',
  'setAttributes',
  'addEvent',
  'setStatus',
  'recordException',
  'updateName',
  'addLink',
  'addLinks',
]);
const MAX_DEPTH = 5;

/** A call of any kind. */
export function evaluateCall(m: Machine, call: TSESTree.CallExpression, state: State, jumps: Jump[]): Outcome {
  m.step();
  if (call === m.start) return { state: begin(m, call, evaluateArguments(m, call, state, jumps)) };
  const callee = unwrap(call.callee);
  if (isFunction(callee)) return m.invoke(callee, evaluateArguments(m, call, state, jumps), jumps);
  if (callee.type === 'MemberExpression') {
    const name = propertyName(callee);
    if (m.track.isSpan(callee.object))
      return {
        state: spanMethod(m, call, name, evaluateArguments(m, call, chained(m, callee.object, state, jumps), jumps)),
      };
    if (name === 'end' && m.active && isActiveSpan(callee.object)) return { state: end(m, call, state) };
    if ((name === 'then' || name === 'catch' || name === 'finally') && call.arguments.length > 0)
      return chain(m, call, callee, name, state, jumps);
    if (name === 'exit' && dottedName(callee.object) === 'process') return { state: [] };
    if (name !== undefined && RUNNERS.has(name)) {
      const fn = functionArgument(m, call);
      if (fn)
        return m.invoke(
          fn,
          evaluateArguments(m, call, m.evaluate(callee.object, state, jumps).state, jumps, fn),
          jumps,
        );
    }
  } else {
    const fn = m.track.localFunction(callee);
    if (fn && m.track.acts(fn) && !fn.generator) return m.invoke(fn, evaluateArguments(m, call, state, jumps), jumps);
  }
  const before =
    callee.type === 'MemberExpression'
      ? m.evaluate(callee, state, jumps).state
      : isLeaf(callee)
        ? state
        : m.evaluate(callee, state, jumps).state;
  const after = evaluateArguments(m, call, before, jumps);
  const out = passSpan(m, call, after);
  if (runsUserCode(call, m))
    addJump(jumps, {
      kind: 'throw',
      label: undefined,
      how: 'call',
      nodes: [call],
      state: disturbed(out.settle?.bad ?? out.state),
    });
  else if (m.soft > 0 && mayThrowInTry(call))
    addJump(jumps, { kind: 'throw', label: undefined, how: 'call', nodes: [call], state: disturbed(after) });
  return out;
}

/** `new`: a promise executor runs at once, anything else keeps what it is given. */
export function evaluateNew(m: Machine, node: TSESTree.NewExpression, state: State, jumps: Jump[]): Outcome {
  m.step();
  const executor = node.arguments[0] && unwrap(node.arguments[0]);
  if (calleeName(node) === 'Promise' && isFunction(executor) && m.track.acts(executor)) {
    const thrown: Jump[] = [];
    const before = m.notes.activity;
    const { state: ok } = m.invoke(executor, state, thrown);
    return {
      state: ok,
      settle: { ok, bad: joinStates(...thrown.map((j) => j.state)), acts: m.notes.activity > before },
    };
  }
  return { state: evaluateArguments(m, node, state, jumps) };
}

function isLeaf(callee: Node): boolean {
  return callee.type === 'Identifier' || callee.type === 'Super';
}

/** Arguments in order; the span itself as an argument is left to `passSpan`, a function that is run is skipped. */
function evaluateArguments(
  m: Machine,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  state: State,
  jumps: Jump[],
  skip?: FunctionNode,
): State {
  let s = state;
  for (const a of call.arguments) {
    const arg = unwrap(a);
    if (arg === skip || (skip && m.track.localFunction(arg) === skip)) continue;
    if (call.type === 'CallExpression' && m.track.isSpan(arg)) continue;
    s = entrust(m, arg, m.evaluate(arg, s, jumps));
  }
  return s;
}

function functionArgument(m: Machine, call: TSESTree.CallExpression): FunctionNode | undefined {
  for (let i = call.arguments.length - 1; i >= 0; i--) {
    const a = call.arguments[i];
    const arg = a && unwrap(a);
    if (isFunction(arg)) return arg.generator ? undefined : arg;
    const local = arg && m.track.localFunction(arg);
    if (local && !local.generator) return local;
  }
  return undefined;
}

function begin(m: Machine, call: TSESTree.CallExpression, state: State): State {
  m.notes.starts += 1;
  if (state.some((p) => p.status === 'open')) m.notes.overwritten.add(call);
  return mapState(state, (p): Path => ({
    ...p,
    status: 'open',
    at: undefined,
    given: undefined,
    calm: true,
    sure: true,
  }));
}

function isActiveSpan(node: Node): boolean {
  const n = unwrap(node);
  return n.type === 'CallExpression' && (calleeName(n) === 'getActiveSpan' || calleeName(n) === 'getCurrentSpan');
}

/** `span.setAttribute(…).end()`: the setters before the last call. */
function chained(m: Machine, receiver: Node, state: State, jumps: Jump[]): State {
  const n = unwrap(receiver);
  return n.type === 'CallExpression' ? m.evaluate(n, state, jumps).state : state;
}

function spanMethod(m: Machine, call: TSESTree.CallExpression, name: string | undefined, state: State): State {
  if (name === 'end') return end(m, call, state);
  if (name !== undefined && WRITES.has(name)) {
    const late = state.length > 0 && state.every((p) => p.status === 'ended' && p.sure) ? state[0]?.at : undefined;
    if (late) m.notes.lateUses.set(call, late);
  }
  return state;
}

function end(m: Machine, call: Node, state: State): State {
  const again = state.find((p) => p.status === 'ended' && p.sure && p.at !== undefined && p.at !== call);
  if (again?.at) m.notes.doubleEnds.set(call, again.at);
  if (state.some((p) => p.status !== 'none')) {
    m.notes.ends.add(call);
    m.notes.activity += 1;
  }
  return mapState(state, (p): Path => (p.status === 'none' ? p : { ...p, status: 'ended', at: call, sure: true }));
}

/** The span is an argument: what the function behind the call does with it. */
function passSpan(m: Machine, call: TSESTree.CallExpression, state: State): Outcome {
  const index = call.arguments.findIndex((a) => m.track.isSpan(a));
  if (index < 0) return { state };
  if (isReader(call)) return { state: contextEscapes(call, m.module) ? give(m, state, call) : state };
  const local = m.track.localFunction(call.callee);
  const target = local ? { node: local, module: m.module } : m.resolve(call.callee);
  if (!target) return { state: give(m, state, call) };
  const effect = m.helper(target, index);
  const ok = apply(m, call, state, effect.ok);
  const bad = apply(m, call, state, effect.bad);
  if (!effect.async) return { state: ok };
  const acts = effect.ok !== 'open' || effect.bad !== 'open';
  return { state: acts ? give(m, state, call, true) : state, settle: { ok, bad: disturbed(bad), acts } };
}

function apply(m: Machine, call: Node, state: State, effect: 'ended' | 'open' | 'unknown'): State {
  if (effect === 'open') return state;
  return effect === 'ended' ? end(m, call, state) : give(m, state, call);
}

/** `promise.then(a, b)`, `.catch(b)`, `.finally(c)`. */
function chain(
  m: Machine,
  call: TSESTree.CallExpression,
  callee: TSESTree.MemberExpression,
  name: 'then' | 'catch' | 'finally',
  state: State,
  jumps: Jump[],
): Outcome {
  const before = m.notes.activity;
  const base = m.evaluate(callee.object, state, jumps);
  const promise = unwrap(callee.object);
  const resolved = promise.type === 'CallExpression' && dottedName(promise.callee) === 'Promise.resolve';
  const from: Settlement = base.settle ?? { ok: base.state, bad: resolved ? [] : disturbed(base.state), acts: false };
  const [first, second] = call.arguments;
  let settled: Settlement;
  if (name === 'then') {
    const a = react(m, first, from.ok);
    const b = second && isHandler(second) ? react(m, second, from.bad) : { ok: [], bad: from.bad };
    settled = { ok: joinStates(a.ok, b.ok), bad: joinStates(a.bad, b.bad), acts: false };
  } else if (name === 'catch') {
    const b = react(m, first, from.bad);
    settled = { ok: joinStates(from.ok, b.ok), bad: b.bad, acts: false };
  } else {
    const a = react(m, first, from.ok);
    const b = react(m, first, from.bad);
    settled = { ok: a.ok, bad: joinStates(a.bad, b.ok, b.bad), acts: false };
  }
  return { state: base.state, settle: { ...settled, acts: from.acts || m.notes.activity > before } };
}

function isHandler(node: Node): boolean {
  const n = unwrap(node);
  return !(n.type === 'Literal' || (n.type === 'Identifier' && n.name === 'undefined'));
}

/** Runs a promise callback on the paths that reach it. */
function react(m: Machine, callback: Node | undefined, state: State): { ok: State; bad: State } {
  if (!callback || state.length === 0) return { ok: state, bad: [] };
  const fn = isFunction(unwrap(callback)) ? (unwrap(callback) as FunctionNode) : m.track.localFunction(callback);
  if (!fn) {
    const ended = isEndReference(m, callback);
    return { ok: ended ? end(m, callback, state) : m.evaluate(callback, state, []).state, bad: [] };
  }
  const thrown: Jump[] = [];
  const { state: after, settle } = m.invoke(fn, state, thrown);
  const bad = joinStates(settle?.bad ?? [], ...thrown.map((j) => j.state));
  return { ok: settle?.ok ?? after, bad };
}

/** `span.end` or `span.end.bind(span)` as a callback. */
function isEndReference(m: Machine, callback: Node): boolean {
  let n = unwrap(callback);
  if (n.type === 'CallExpression' && calleeName(n) === 'bind') {
    const callee = unwrap(n.callee);
    if (callee.type === 'MemberExpression') n = unwrap(callee.object);
  }
  return n.type === 'MemberExpression' && propertyName(n) === 'end' && m.track.isSpan(n.object);
}

/** Runs a function of this code in place. */
export function invokeFunction(m: Machine, fn: FunctionNode, state: State, jumps: Jump[]): Outcome {
  if (state.length === 0) return { state };
  if (m.stack.includes(fn) || m.stack.length >= MAX_DEPTH || fn.generator)
    return { state: m.track.acts(fn) ? give(m, state, fn, true) : state };
  const before = m.notes.activity;
  const inner: Jump[] = [];
  const soft = m.soft;
  m.soft = 0;
  m.stack.push(fn);
  let through: State = [];
  try {
    if (fn.body.type === 'BlockStatement') through = m.exec(fn.body, state, inner);
    else if (m.track.isSpan(fn.body)) through = give(m, state, fn.body);
    else returnValue(fn.body, m.evaluate(fn.body, state, inner), inner);
  } finally {
    m.stack.pop();
    m.soft = soft;
  }
  const states = (test: (j: Jump) => boolean): State[] => inner.filter(test).map((j) => j.state);
  const ok = joinStates(through, ...states((j) => j.kind === 'return' && j.how !== 'late'));
  const late = states((j) => j.kind === 'return' && j.how === 'late');
  const thrown = inner.filter((j) => j.kind === 'throw');
  const acts = m.notes.activity > before;
  if (fn.async)
    return {
      state: acts ? state : ok,
      settle: { ok, bad: disturbed(joinStates(...late, ...thrown.map((j) => j.state))), acts },
    };
  for (const j of thrown) addJump(jumps, j);
  return late.length > 0 || acts
    ? { state: ok, ...(late.length > 0 ? { settle: { ok, bad: joinStates(...late), acts } } : {}) }
    : { state: ok };
}
