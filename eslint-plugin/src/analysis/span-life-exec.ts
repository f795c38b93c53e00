import { enclosingFunction, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import { give } from './span-life-eval.ts';
import type { Machine, Outcome } from './span-life-machine.ts';
import {
  addJump,
  disturbed,
  forget,
  joinStates,
  mapState,
  stateKey,
  undecided,
  withFact,
  type Jump,
  type Path,
  type State,
} from './span-life-paths.ts';
import { conditionKey } from './span-life-conditions.ts';

const MAX_ROUNDS = 4;

/** Runs one statement; jumps out of it are added to `jumps`, the result is the state after falling through. */
export function execStatement(m: Machine, node: Node, state: State, jumps: Jump[]): State {
  if (state.length === 0) return state;
  switch (node.type) {
    case 'BlockStatement':
    case 'Program':
    case 'StaticBlock':
    case 'TSModuleBlock':
      return execList(m, node.body, state, jumps);
    case 'ExpressionStatement':
      return detach(m, node.expression, m.evaluate(node.expression, state, jumps));
    case 'VariableDeclaration':
      return node.declarations.reduce<State>((s, d) => declare(m, d, s, jumps), state);
    case 'ReturnStatement':
      return leave(m, node, node.argument, state, jumps);
    case 'ThrowStatement': {
      const { state: after } = m.evaluate(node.argument, state, jumps);
      addJump(jumps, {
        kind: 'throw',
        label: undefined,
        how: 'explicit',
        nodes: [node],
        state: mapState(after, (p) => ({ ...p, calm: false })),
      });
      return [];
    }
    case 'IfStatement': {
      const { yes, no } = m.assume(node.test, state, jumps);
      const then = m.exec(node.consequent, yes, jumps);
      return joinStates(then, node.alternate ? m.exec(node.alternate, no, jumps) : no);
    }
    case 'BreakStatement':
    case 'ContinueStatement':
      addJump(jumps, {
        kind: node.type === 'BreakStatement' ? 'break' : 'continue',
        label: node.label?.name,
        how: 'explicit',
        nodes: [node],
        state,
      });
      return [];
    case 'LabeledStatement':
      return execLabeled(m, node, state, jumps);
    case 'ForStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
      return execLoop(m, node, state, jumps);
    case 'SwitchStatement':
      return execSwitch(m, node, state, jumps);
    case 'TryStatement':
      return execTry(m, node, state, jumps);
    case 'ExportNamedDeclaration':
      return node.declaration ? m.exec(node.declaration, state, jumps) : state;
    case 'ExportDefaultDeclaration':
      return m.evaluate(node.declaration, state, jumps).state;
    case 'ClassDeclaration':
      return m.evaluate(node, state, jumps).state;
    case 'WithStatement':
      return m.exec(node.body, m.evaluate(node.object, state, jumps).state, jumps);
    default:
      return state;
  }
}

/** Lists of statements that are longer are generated or scripts, and only what is near the span is run. */
const LONG_LIST = 200;
const NEAR = 20;

function execList(m: Machine, body: readonly Node[], state: State, jumps: Jump[]): State {
  let s = state;
  const [from, to] = body.length > LONG_LIST ? nearSpan(m, body) : [0, body.length];
  for (let i = from; i < to && s.length > 0; i++) s = m.exec(body[i] as Node, s, jumps);
  return s;
}

/** Indexes of the statements of a long list between some before the span and some after its last mention. */
function nearSpan(m: Machine, body: readonly Node[]): readonly [from: number, to: number] {
  const [first, last] = m.track.extent;
  const from = m.start ? indexAt(body, Math.min(first, rangeOf(m.start)[0])) - NEAR : 0;
  return [Math.max(0, from), Math.min(body.length, indexAt(body, last) + 1 + NEAR)];
}

/** Index of the statement that contains an offset, or of the last one before it. */
function indexAt(body: readonly Node[], offset: number): number {
  let low = 0;
  let high = body.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rangeOf(body[middle] as Node)[0] <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The value is not waited for: what its promise does happens later, and nobody sees its rejection. */
export function detach(m: Machine, node: Node, outcome: Outcome): State {
  const { settle, state } = outcome;
  if (!settle?.acts) return state;
  const open = [...settle.ok, ...settle.bad].filter((p) => p.status === 'open');
  if (open.length > 0)
    addJump(m.notes.detached, { kind: 'throw', label: undefined, how: 'late', nodes: [node], state: joinStates(open) });
  return mapState(state, (p): Path =>
    p.status === 'none' ? p : { ...p, status: 'given', at: node, given: undefined, sure: false },
  );
}

function leave(m: Machine, node: Node, argument: Node | null, state: State, jumps: Jump[]): State {
  if (!argument) {
    addJump(jumps, { kind: 'return', label: undefined, how: 'explicit', nodes: [node], state });
    return [];
  }
  returnValue(
    node,
    m.track.isSpan(argument) ? { state: give(m, state, node) } : m.evaluate(argument, state, jumps),
    jumps,
  );
  return [];
}

/** Adds the jumps of a returned value, of its later rejection too. */
export function returnValue(node: Node, { state, settle }: Outcome, jumps: Jump[]): void {
  addJump(jumps, {
    kind: 'return',
    label: undefined,
    how: 'explicit',
    nodes: [node],
    state: settle?.acts ? settle.ok : state,
  });
  if (settle?.acts)
    addJump(jumps, { kind: 'return', label: undefined, how: 'late', nodes: [node], state: disturbed(settle.bad) });
}

function declare(m: Machine, d: TSESTree.VariableDeclarator, state: State, jumps: Jump[]): State {
  if (!d.init) {
    if (
      d.id.type !== 'Identifier' ||
      d.parent.parent.type === 'ForOfStatement' ||
      d.parent.parent.type === 'ForInStatement' ||
      d.parent.kind === 'var'
    )
      return state;
    const { name } = d.id;
    return m.questions.has(name) ? mapState(forget(state, name), (p) => withFact(p, name, false)) : forget(state, name);
  }
  return m.evaluate(d, state, jumps).state;
}

function execLabeled(m: Machine, node: TSESTree.LabeledStatement, state: State, jumps: Jump[]): State {
  const inner: Jump[] = [];
  const after = m.exec(node.body, state, inner);
  const mine = (j: Jump): boolean => j.label === node.label.name && j.kind !== 'return';
  for (const j of inner) if (!mine(j)) addJump(jumps, j);
  return joinStates(after, ...inner.filter(mine).map((j) => j.state));
}

type Loop =
  | TSESTree.ForStatement
  | TSESTree.WhileStatement
  | TSESTree.DoWhileStatement
  | TSESTree.ForInStatement
  | TSESTree.ForOfStatement;

function execLoop(m: Machine, node: Loop, state: State, jumps: Jump[]): State {
  const each = node.type === 'ForInStatement' || node.type === 'ForOfStatement';
  let s = state;
  if (node.type === 'ForStatement' && node.init)
    s = node.init.type === 'VariableDeclaration' ? m.exec(node.init, s, jumps) : m.evaluate(node.init, s, jumps).state;
  if (each) s = m.evaluate(node.right, s, jumps).state;
  let out: State = [];
  const label = node.parent.type === 'LabeledStatement' ? node.parent.label.name : undefined;
  const here = (j: Jump): boolean => j.label === undefined || j.label === label;
  for (let round = 0; round < MAX_ROUNDS && s.length > 0; round++) {
    const before = stateKey(s);
    let body = s;
    if (each) {
      if (node.type === 'ForOfStatement' && node.await)
        addJump(jumps, { kind: 'throw', label: undefined, how: 'reject', nodes: [node], state: disturbed(s) });
      out = joinStates(out, undecided(s));
      body = undecided(s);
      if (node.left.type !== 'VariableDeclaration' && node.left.type === 'Identifier')
        body = forget(body, node.left.name);
    } else if (node.type !== 'DoWhileStatement' && node.test) {
      const { yes, no } = m.assume(node.test, s, jumps);
      out = joinStates(out, no);
      body = yes;
    }
    const inner: Jump[] = [];
    let after = m.exec(node.body, body, inner);
    for (const j of inner) {
      if (j.kind === 'break' && here(j)) out = joinStates(out, j.state);
      else if (j.kind === 'continue' && here(j)) after = joinStates(after, j.state);
      else addJump(jumps, j);
    }
    if (node.type === 'DoWhileStatement') {
      const { yes, no } = m.assume(node.test, after, jumps);
      out = joinStates(out, no);
      after = yes;
    }
    if (node.type === 'ForStatement' && node.update) after = m.evaluate(node.update, after, jumps).state;
    s = node.type === 'DoWhileStatement' ? after : joinStates(s, after);
    if (stateKey(s) === before) break;
  }
  return out;
}

function execSwitch(m: Machine, node: TSESTree.SwitchStatement, state: State, jumps: Jump[]): State {
  const entry = undecided(m.evaluate(node.discriminant, state, jumps).state);
  const inner: Jump[] = [];
  let fall: State = [];
  let cases = 0;
  let quiet = true;
  for (const c of node.cases) {
    const before = m.notes.activity;
    fall = execList(m, c.consequent, joinStates(entry, fall), inner);
    if (c.consequent.length > 0) {
      cases += 1;
      if (m.notes.activity === before) quiet = false;
    }
  }
  const hasDefault = node.cases.some((c) => !c.test);
  let out = fall;
  // Without a default, a switch whose every case ends the span is taken as exhaustive.
  if (!hasDefault && !(quiet && cases > 1)) out = joinStates(out, entry);
  for (const j of inner) {
    if (j.kind === 'break' && j.label === undefined) out = joinStates(out, j.state);
    else addJump(jumps, j);
  }
  return out;
}

function execTry(m: Machine, node: TSESTree.TryStatement, state: State, jumps: Jump[]): State {
  const pending: Jump[] = [];
  const inner: Jump[] = node.handler ? [] : pending;
  const soft = node.handler && endsInside(m, node.block) ? 1 : 0;
  m.soft += soft;
  let normal: State;
  try {
    normal = m.exec(node.block, state, inner);
  } finally {
    m.soft -= soft;
  }
  if (node.handler) {
    const thrown = inner.filter((j) => j.kind === 'throw');
    for (const j of inner) if (j.kind !== 'throw') addJump(pending, j);
    let caught = joinStates(...thrown.map((j) => j.state));
    if (caught.length > 0) {
      const { param } = node.handler;
      if (param?.type === 'Identifier') caught = forget(caught, param.name);
      normal = joinStates(normal, m.exec(node.handler.body, disturbed(caught), pending));
    }
  }
  if (!node.finalizer) {
    for (const j of pending) addJump(jumps, j);
    return normal;
  }
  for (const j of pending) {
    const after = m.exec(node.finalizer, j.state, jumps);
    if (j.kind === 'return' && j.how === 'explicit') noteUnawaited(m, j, after);
    addJump(jumps, { ...j, state: after });
  }
  return m.exec(node.finalizer, normal, jumps);
}

/** `try { return work(); } finally { span.end(); }` with an async `work`: the span ends when the work has only begun. */
function noteUnawaited(m: Machine, jump: Jump, after: State): void {
  const end = after[0]?.at;
  if (
    !end ||
    !m.notes.ends.has(end) ||
    !jump.state.every((p) => p.status === 'open') ||
    !after.every((p) => p.status === 'ended' && p.at === end)
  )
    return;
  for (const node of jump.nodes) {
    const call = node.type === 'ReturnStatement' && node.argument ? unwrap(node.argument) : undefined;
    if (call?.type !== 'CallExpression') continue;
    const target = m.resolve(call.callee);
    if (target?.node.async && !target.node.generator) m.notes.unawaited.set(call, end);
  }
}

/** The block itself, not a function in it, ends the span: its author expects it to be ended here. */
function endsInside(m: Machine, block: Node): boolean {
  const [from, to] = rangeOf(block);
  const fn = enclosingFunction(block);
  return m.track.endings.some((e) => rangeOf(e)[0] >= from && rangeOf(e)[1] <= to && enclosingFunction(e) === fn);
}

/** The state after assigning a value to a plain variable: what is known about it. */
export function assigned(m: Machine, state: State, name: string, value: Node): State {
  const forgotten = forget(state, name);
  if (!m.questions.has(name)) return forgotten;
  const n = unwrap(value);
  let known: boolean | undefined;
  if (n.type === 'Literal') known = Boolean(n.value) || 'regex' in n;
  else if (n.type === 'Identifier' && n.name === 'undefined') known = false;
  else if (n.type === 'UnaryExpression' && n.operator === '!') {
    const key = conditionKey(n.argument);
    return key
      ? mapState(forgotten, (p) => {
          const fact = p.facts.get(key.text);
          return fact === undefined ? p : withFact(p, name, fact === key.negated);
        })
      : forgotten;
  } else if (
    ['ObjectExpression', 'ArrayExpression', 'NewExpression', 'ArrowFunctionExpression', 'FunctionExpression'].includes(
      n.type,
    )
  )
    known = true;
  return known === undefined ? forgotten : mapState(forgotten, (p) => withFact(p, name, known));
}
