import {
  calleeName,
  enclosingFunction,
  parentOf,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import { judgeCaptured, judgeShared } from './span-life-captured.ts';
import { evidenceOf, type Evidence } from './span-life-evidence.ts';
import { lineOf } from './trace.ts';
import { floatingStart } from './span-life-floating.ts';
import { endedOnlyInAnswers, foreignEnd } from './span-life-foreign.ts';
import { OutOfBudget } from './span-life-machine.ts';
import { declaringFunction, destinationOf, outerOf } from './span-life-refs.ts';
import { newBudget, runSpan, type Exit, type RunResult, type Subject } from './span-life-run.ts';

/** A call that starts an OpenTelemetry span. */
export interface SpanStart {
  readonly call: TSESTree.CallExpression;
  readonly module: Module;
  /** `startActiveSpan(callback)`. */
  readonly active: boolean;
  readonly callback: FunctionNode | undefined;
  /** What starts the span ends it when the callback is done (a helper, a Proxy around the tracer): the code that does so. */
  readonly endedBy?: Node | undefined;
}

/** What the judgement asks the workspace. */
export interface SpanLifeDeps {
  /** Workspace function behind a callee expression, if any. */
  resolveFunction(callee: Node, module: Module): { node: FunctionNode; module: Module } | undefined;
}

/** Kinds of mistakes in the life of a span. */
export type SpanProblem =
  | 'never-ended'
  | 'not-on-every-path'
  | 'ended-too-early'
  | 'double-end'
  | 'use-after-end'
  | 'shared-span'
  | 'floating-active-span'
  | 'foreign-end';

/** One mistake in the life of a span. */
export interface SpanLifeFact {
  readonly problem: SpanProblem;
  /** The start; for a second or early `end()` and a late write, that call. */
  readonly node: Node;
  readonly start: Node;
  /** Span name, where it is a literal. */
  readonly name: string | undefined;
  readonly evidence: readonly Evidence[];
  readonly fix: 'wrap-finally' | 'await' | 'return' | undefined;
}

/** Judges the life of one span; never throws, whatever the code looks like. */
export function judgeSpanLife(start: SpanStart, deps: SpanLifeDeps): readonly SpanLifeFact[] {
  const facts: SpanLifeFact[] = [];
  const floating = start.active ? floatingStart(start) : undefined;
  if (floating) facts.push(fact(start, 'floating-active-span', start.call, [floating], 'await'));
  try {
    facts.push(...(start.active ? judgeActive(start, deps) : judgeStarted(start, deps)));
  } catch (error) {
    if (!(error instanceof OutOfBudget) && !(error instanceof RangeError)) throw error;
  }
  return facts;
}

/** Judges `trace.getActiveSpan()`: ending what it returns closes a span that somebody else still uses. */
export function judgeForeignEnd(call: TSESTree.CallExpression, module: Module): readonly SpanLifeFact[] {
  const evidence = foreignEnd(call, module);
  return evidence
    ? [{ problem: 'foreign-end', node: call, start: call, name: undefined, evidence: [evidence], fix: undefined }]
    : [];
}

function judgeActive(start: SpanStart, deps: SpanLifeDeps): SpanLifeFact[] {
  const { callback, module } = start;
  if (!callback) return [];
  const param = callback.params[0];
  const id = param?.type === 'AssignmentPattern' ? param.left : param;
  if (!id) return start.endedBy ? [] : judgeUnnamed(start, callback);
  const binding = id.type === 'Identifier' ? module.scopes.resolve(id) : undefined;
  if (!binding) return [];
  return judge(start, deps, { binding, owner: callback, module, start: undefined, active: true });
}

/** `startActiveSpan(name, () => …)`: without a parameter only the active span of the context could be ended. */
function judgeUnnamed(start: SpanStart, callback: FunctionNode): SpanLifeFact[] {
  const [from, to] = rangeOf(callback);
  const text = start.module.text.slice(from, to);
  if (/\b(?:getActiveSpan|getSpan|getCurrentSpan|arguments)\b/.test(text)) return [];
  return [
    fact(
      start,
      'never-ended',
      start.call,
      [{ text: 'the callback does not take the span as a parameter', node: callback }],
      undefined,
    ),
  ];
}

function judgeStarted(start: SpanStart, deps: SpanLifeDeps): SpanLifeFact[] {
  const { call, module } = start;
  const destination = destinationOf(call, module);
  if (destination.kind === 'dropped')
    return [
      fact(
        start,
        'never-ended',
        call,
        [{ text: 'the span is not kept, so nothing can end it', node: call }],
        undefined,
      ),
    ];
  if (destination.kind !== 'variable') return [];
  const { binding } = destination;
  if (binding.kind === 'import' || binding.kind === 'param') return [];
  const owner = declaringFunction(binding, module);
  const here = enclosingFunction(call) ?? module.ast;
  if (owner === module.ast && here === owner) {
    const shared = judgeShared(binding, module);
    if (shared) return shared.length > 0 ? [fact(start, 'shared-span', call, shared, undefined)] : [];
  }
  const subject: Subject = { binding, owner, module, start: call, active: false };
  if (owner === here) return judge(start, deps, subject);
  const captured = judgeCaptured(binding, call, here, module);
  if (captured === 'local') return judge(start, deps, { ...subject, owner: here });
  return captured ? [fact(start, captured.problem, call, captured.evidence, undefined)] : [];
}

function judge(start: SpanStart, deps: SpanLifeDeps, subject: Subject): SpanLifeFact[] {
  const budget = newBudget((callee, module) => deps.resolveFunction(callee, module));
  const run = runSpan(subject, budget);
  if (subject.start && run.notes.starts === 0) return [];
  const facts: SpanLifeFact[] = start.endedBy
    ? endedTwice(start, run, start.endedBy)
    : leaks(start, run, subject.binding);
  for (const [second, first] of run.notes.doubleEnds)
    facts.push(fact(start, 'double-end', second, [at(start, first, 'it was already ended by `end()`')], undefined));
  const late = [...run.notes.lateUses].at(0);
  if (late) facts.push(fact(start, 'use-after-end', late[0], [at(start, late[1], 'it was ended')], undefined));
  for (const [end, work] of run.notes.early)
    facts.push(
      fact(
        start,
        'ended-too-early',
        end,
        [at(start, work, 'the `await`', 'runs under a span that has ended')],
        undefined,
      ),
    );
  for (const [call, end] of run.notes.unawaited)
    facts.push(
      fact(
        start,
        'ended-too-early',
        call,
        [at(start, end, '`end()`', 'runs before the promise of this call is settled')],
        enclosingFunction(call)?.async ? 'await' : undefined,
      ),
    );
  return facts;
}

/** Whichever way an `end()` is reached, also in a callback of code that cannot be seen, the tracer ends the span again. */
function endedTwice(start: SpanStart, run: RunResult, endedBy: Node): SpanLifeFact[] {
  const written = run.track.endings.map((ref) => callOf(ref));
  return [...new Set([...run.notes.ends, ...written])].map((end) =>
    fact(
      start,
      'double-end',
      end,
      [{ text: 'what starts this span ends it itself when the callback is done', node: endedBy }],
      undefined,
    ),
  );
}

/** The call `span.end()`, or the member where it is only handed on, around a reference to the span. */
function callOf(ref: Node): Node {
  let node = ref;
  for (let parent = outerOf(node); parent; parent = outerOf(node)) {
    if (parent.type === 'MemberExpression') node = parent;
    else if (parent.type === 'CallExpression' && unwrap(parent.callee) === node) node = parent;
    else break;
    if (node.type === 'CallExpression' && calleeName(node) === 'end') break;
  }
  return node;
}

function leaks(start: SpanStart, run: RunResult, binding: Binding): SpanLifeFact[] {
  const answers = endedOnlyInAnswers(run.track.endings, run.track.owner, start.module);
  if (answers) return [fact(start, 'not-on-every-path', start.call, [answers], undefined)];
  const open = run.exits.filter(staysOpen);
  if (open.length === 0) return [];
  const { notes } = run;
  const never = notes.ends.size === 0 && notes.gives.size === 0 && run.track.endings.length === 0;
  // a function nobody here calls may be the one that ends it
  const elsewhere = run.track.endings.some((e) => (enclosingFunction(e) ?? start.module.ast) !== run.track.owner);
  if (notes.ends.size === 0 && notes.gives.size === 0 && elsewhere) return [];
  const fix = wrappable(start, run, binding) ? 'wrap-finally' : undefined;
  return [
    fact(start, never ? 'never-ended' : 'not-on-every-path', start.call, evidenceOf(open, start.module, run), fix),
  ];
}

/** Where a callback that ends the span was registered on some paths to the same ordinary exit, the others are not judged. */
function staysOpen({ kind, state }: Exit): boolean {
  if (!state.some((p) => p.status === 'open')) return false;
  return (kind !== 'end' && kind !== 'return') || !state.some((p) => p.status === 'given' && p.given === undefined);
}

/** A `finally` around the rest of the function is right when the span is not handed to other code. */
function wrappable(start: SpanStart, run: RunResult, binding: Binding): boolean {
  if (
    run.notes.gives.size > 0 ||
    [...run.notes.ends].some((e) => e.type !== 'CallExpression' || calleeName(e) !== 'end')
  )
    return false;
  if (start.active) return true;
  const d = binding.declaration;
  const statement = parentOf(d);
  return (
    d.type === 'VariableDeclarator' &&
    d.init !== null &&
    unwrap(d.init) === start.call &&
    statement !== undefined &&
    parentOf(statement)?.type === 'BlockStatement'
  );
}

function at(start: SpanStart, node: Node, before: string, after = ''): Evidence {
  return { text: `${before} at line ${String(lineOf(node, start.module))}${after ? ` ${after}` : ''}`, node };
}

function fact(
  start: SpanStart,
  problem: SpanProblem,
  node: Node,
  evidence: readonly Evidence[],
  fix: SpanLifeFact['fix'],
): SpanLifeFact {
  return { problem, node, start: start.call, name: spanName(start.call), evidence, fix };
}

function spanName(call: TSESTree.CallExpression): string | undefined {
  const first = call.arguments[0] && unwrap(call.arguments[0]);
  if (first?.type === 'Literal' && typeof first.value === 'string') return first.value;
  if (first?.type === 'TemplateLiteral' && first.expressions.length === 0)
    return first.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
