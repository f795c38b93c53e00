import { isFunction, unwrap, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import { invokeFunction } from './span-life-calls.ts';
import { assumeTest, countQuestions } from './span-life-conditions.ts';
import { evaluateExpression } from './span-life-eval.ts';
import { execStatement, returnValue } from './span-life-exec.ts';
import {
  OutOfBudget,
  type HelperEffect,
  type Machine,
  type Notes,
  type ResolvedFunction,
} from './span-life-machine.ts';
import { freshPath, joinStates, type Jump, type State, type Status } from './span-life-paths.ts';
import { isReader, trackBinding, type Tracking } from './span-life-refs.ts';

/** Statements and calls visited for one span, helpers included. */
const MAX_STEPS = 20_000;
/** Nesting of statements and expressions. */
const MAX_NESTING = 300;
const MAX_HELPERS = 2;
const MAX_RERUNS = 4;

/** Shared by a run and the helpers it looks into. */
export interface Budget {
  steps: number;
  readonly helpers: Map<Node, HelperEffect>;
  readonly resolve: (callee: Node, module: Module) => ResolvedFunction | undefined;
}

/** One span to follow: the variable, the code that owns it and how it starts. */
export interface Subject {
  readonly binding: Binding;
  readonly owner: Node;
  readonly module: Module;
  readonly start: TSESTree.CallExpression | undefined;
  readonly active: boolean;
}

/** What a run leaves behind. */
export interface RunResult {
  readonly exits: readonly Exit[];
  readonly notes: Notes;
  readonly track: Tracking;
}

/** A way out of the owner. `end`: its last line · `late`: a promise that is returned or dropped rejects. */
export interface Exit {
  readonly kind: 'end' | 'return' | 'throw' | 'reject' | 'call' | 'late' | 'dropped' | 'overwritten';
  readonly nodes: readonly Node[];
  readonly state: State;
}

/** A budget for one span. */
export function newBudget(resolve: Budget['resolve']): Budget {
  return { steps: 0, helpers: new Map(), resolve };
}

/** Follows one span through its owner; throws OutOfBudget when the code is too large. */
export function runSpan(subject: Subject, budget: Budget, depth = 0): RunResult {
  const borrowed = new Set<Node>();
  for (let round = 0; ; round++) {
    const result = runOnce(subject, budget, depth, borrowed);
    const more =
      round < MAX_RERUNS ? [...result.notes.gives].filter((n) => !borrowed.has(n) && endsAfter(result, n)) : [];
    if (more.length === 0) return result;
    for (const n of more) borrowed.add(n);
  }
}

/** On every ordinary way out after the hand-over, this code ends the span itself: it was only lent. */
function endsAfter(result: RunResult, node: Node): boolean {
  let seen = false;
  for (const exit of result.exits) {
    if (exit.kind !== 'end' && exit.kind !== 'return') continue;
    for (const p of exit.state) {
      if (p.given !== node || !p.calm) continue;
      if (p.status !== 'ended') return false;
      seen = true;
    }
  }
  return seen;
}

function runOnce(subject: Subject, budget: Budget, depth: number, borrowed: ReadonlySet<Node>): RunResult {
  const { module, owner } = subject;
  const resolve = (callee: Node): ResolvedFunction | undefined =>
    isParameter(callee, module) ? undefined : budget.resolve(callee, module);
  const track = trackBinding(subject.binding, owner, module, (call, index) => {
    if (isReader(call)) return false;
    const target = resolve(call.callee);
    return !target || helperEffect(target, index, budget, depth).ok !== 'open';
  });
  const notes: Notes = {
    starts: 0,
    ends: new Set(),
    gives: new Set(),
    doubleEnds: new Map(),
    lateUses: new Map(),
    early: new Map(),
    unawaited: new Map(),
    detached: [],
    overwritten: new Set(),
    activity: 0,
  };
  const questions = countQuestions(owner);
  let nesting = 0;
  const guarded = <T>(work: () => T): T => {
    if (++nesting > MAX_NESTING) throw new OutOfBudget();
    try {
      return work();
    } finally {
      nesting -= 1;
    }
  };
  const step = (): void => {
    if (++budget.steps > MAX_STEPS) throw new OutOfBudget();
  };
  const m: Machine = {
    module,
    track,
    start: subject.start,
    active: subject.active,
    notes,
    borrowed,
    promises: new Map(),
    questions,
    soft: 0,
    stack: [],
    resolve,
    step,
    helper: (target, index) => helperEffect(target, index, budget, depth),
    exec: (node, state, jumps) =>
      guarded(() => {
        step();
        return execStatement(m, node, state, jumps);
      }),
    evaluate: (node, state, jumps) => guarded(() => evaluateExpression(m, node, state, jumps)),
    assume: (test, state, jumps) => guarded(() => assumeTest(m, test, state, jumps)),
    invoke: (fn, state, jumps) => guarded(() => invokeFunction(m, fn, state, jumps)),
  };
  const jumps: Jump[] = [];
  const entry: State = [freshPath(subject.start ? 'none' : 'open')];
  const body = isFunction(owner) ? owner.body : owner;
  let through: State = [];
  if (body.type === 'BlockStatement' || body.type === 'Program') through = m.exec(body, entry, jumps);
  else if (!track.isSpan(body)) returnValue(body, m.evaluate(body, entry, jumps), jumps);
  return { exits: exitsOf(owner, through, jumps, notes), notes, track };
}

/** A function that callers pass in may be any function, whichever one the workspace happens to pass. */
function isParameter(callee: Node, module: Module): boolean {
  const n = unwrap(callee);
  return n.type === 'Identifier' && module.scopes.resolve(n)?.kind === 'param';
}

function exitsOf(owner: Node, through: State, jumps: readonly Jump[], notes: Notes): Exit[] {
  const exits: Exit[] = [];
  if (through.length > 0) exits.push({ kind: 'end', nodes: [owner], state: through });
  for (const j of jumps) {
    if (j.kind === 'break' || j.kind === 'continue') continue;
    const kind = j.how === 'explicit' ? j.kind : j.how;
    exits.push({ kind, nodes: j.nodes, state: j.state });
  }
  for (const j of notes.detached) exits.push({ kind: 'dropped', nodes: j.nodes, state: j.state });
  for (const node of notes.overwritten) exits.push({ kind: 'overwritten', nodes: [node], state: [freshPath('open')] });
  return exits;
}

const UNKNOWN: HelperEffect = { ok: 'unknown', bad: 'unknown', async: false };

/** What a function does with the span in one of its parameters. */
function helperEffect(target: ResolvedFunction, index: number, budget: Budget, depth: number): HelperEffect {
  const param = target.node.params[index];
  const id = param?.type === 'AssignmentPattern' ? param.left : param;
  if (depth >= MAX_HELPERS || id?.type !== 'Identifier' || target.node.generator)
    return { ...UNKNOWN, async: target.node.async };
  const known = budget.helpers.get(id);
  if (known) return known;
  budget.helpers.set(id, { ...UNKNOWN, async: target.node.async });
  const binding = target.module.scopes.resolve(id);
  const effect = binding ? judgeHelper(target.node, binding, target.module, budget, depth) : UNKNOWN;
  budget.helpers.set(id, effect);
  return effect;
}

function judgeHelper(fn: FunctionNode, binding: Binding, module: Module, budget: Budget, depth: number): HelperEffect {
  const { exits } = runSpan({ binding, owner: fn, module, start: undefined, active: false }, budget, depth + 1);
  const good: State[] = [];
  const bad: State[] = [];
  for (const e of exits) (e.kind === 'end' || e.kind === 'return' ? good : bad).push(e.state);
  const ok = verdict(joinStates(...good));
  const failed = verdict(joinStates(...bad), ok);
  // a helper that ends the span only when it succeeds is judged where it is written, not at each of its callers
  return {
    ok,
    bad: failed === 'open' && ok !== 'open' ? 'unknown' : failed,
    async: fn.async || exits.some((e) => e.kind === 'late'),
  };
}

function verdict(state: State, otherwise: HelperEffect['ok'] = 'unknown'): HelperEffect['ok'] {
  const statuses = new Set<Status>(state.map((p) => p.status));
  if (statuses.size === 0) return otherwise;
  if (statuses.size > 1) return 'unknown';
  return statuses.has('ended') ? 'ended' : statuses.has('open') ? 'open' : 'unknown';
}
