import { dottedName, propertyName, unwrap, walk, type Node, type TSESTree } from './ast.ts';
import type { Machine } from './span-life-machine.ts';
import { joinStates, mapState, undecided, withFact, type Jump, type Path, type State } from './span-life-paths.ts';
import { TreeMemory, treeOfNode } from './tree-memory.ts';

interface Branches {
  readonly yes: State;
  readonly no: State;
}

/** A condition that means the same wherever its variables are unchanged, as text. */
export interface ConditionKey {
  readonly text: string;
  readonly negated: boolean;
}

/** Text of a condition made of names, members, literals and comparisons; undefined for anything that computes. */
export function conditionKey(test: Node): ConditionKey | undefined {
  const n = unwrap(test);
  if (n.type === 'UnaryExpression' && n.operator === '!') {
    const inner = conditionKey(n.argument);
    return inner && { text: inner.text, negated: !inner.negated };
  }
  if (n.type === 'BinaryExpression') {
    const left = operandText(n.left);
    const right = operandText(n.right);
    if (left === undefined || right === undefined) return undefined;
    const nothing = right === 'undefined' || right === 'null';
    // `x !== undefined` and `x` are the same question for objects, which is what such variables hold
    if (nothing && /^[!=]==?$/.test(n.operator)) return { text: left, negated: n.operator.startsWith('=') };
    if (n.operator === '!==' || n.operator === '!=') return { text: `${left}===${right}`, negated: true };
    if (n.operator === '===' || n.operator === '==') return { text: `${left}===${right}`, negated: false };
    return { text: `${left}${n.operator}${right}`, negated: false };
  }
  if (n.type === 'CallExpression' && dottedName(n.callee) === 'Boolean' && n.arguments[0])
    return conditionKey(n.arguments[0]);
  const text = operandText(n);
  return text === undefined ? undefined : { text, negated: false };
}

function operandText(node: Node): string | undefined {
  const n = unwrap(node);
  if (n.type === 'Literal') return n.raw;
  if (n.type === 'UnaryExpression' && n.operator === 'typeof') {
    const inner = operandText(n.argument);
    return inner === undefined ? undefined : `typeof ${inner}`;
  }
  return dottedName(n);
}

const questionsCache = new TreeMemory<Node, ReadonlyMap<string, number>>(treeOfNode);

/** Counts the conditions that a piece of code asks; once, for all spans in it. */
export function countQuestions(root: Node): ReadonlyMap<string, number> {
  let counts = questionsCache.get(root);
  if (!counts) questionsCache.set(root, (counts = count(root)));
  return counts;
}

function count(root: Node): Map<string, number> {
  const counts = new Map<string, number>();
  const ask = (test: Node | null | undefined): void => {
    const key = test ? conditionKey(test) : undefined;
    if (key) counts.set(key.text, (counts.get(key.text) ?? 0) + 1);
  };
  walk(root, (n) => {
    if (
      n.type === 'IfStatement' ||
      n.type === 'ConditionalExpression' ||
      n.type === 'WhileStatement' ||
      n.type === 'DoWhileStatement' ||
      n.type === 'ForStatement'
    )
      ask(n.test);
    else if (n.type === 'LogicalExpression') {
      ask(n.left);
      ask(n.right);
    }
    return undefined;
  });
  return counts;
}

/** Splits a state by a condition; evaluates the parts of the condition that do something. */
export function assumeTest(m: Machine, test: Node, state: State, jumps: Jump[]): Branches {
  const n = unwrap(test);
  if (n.type === 'UnaryExpression' && n.operator === '!') {
    const { yes, no } = m.assume(n.argument, state, jumps);
    return { yes: no, no: yes };
  }
  if (n.type === 'LogicalExpression' && n.operator !== '??') {
    const left = m.assume(n.left, state, jumps);
    if (n.operator === '&&') {
      const right = m.assume(n.right, left.yes, jumps);
      return { yes: right.yes, no: joinStates(left.no, right.no) };
    }
    const right = m.assume(n.right, left.no, jumps);
    return { yes: joinStates(left.yes, right.yes), no: right.no };
  }
  if (n.type === 'Literal') return n.value ? { yes: state, no: [] } : { yes: [], no: state };
  const question = aboutSpan(m, n);
  if (question) return split(state, question);
  if (readsSpan(m, n))
    return {
      yes: undecided(state),
      no: mapState(undecided(state), (p): Path => (p.status === 'open' ? { ...p, status: 'given' } : p)),
    };
  const key = conditionKey(n);
  const evaluated = key && n.type === 'Identifier' ? state : m.evaluate(n, state, jumps).state;
  if (!key) return { yes: undecided(evaluated), no: undecided(evaluated) };
  const branch = (wanted: boolean): State => {
    const fact = wanted !== key.negated;
    const possible = evaluated.filter((p) => (p.facts.get(key.text) ?? fact) === fact);
    const again = (m.questions.get(key.text) ?? 0) > 1;
    return mapState(possible, (p) =>
      p.facts.has(key.text)
        ? p
        : again
          ? { ...withFact(p, key.text, fact), sure: false }
          : p.sure
            ? { ...p, sure: false }
            : p,
    );
  };
  return { yes: branch(true), no: branch(false) };
}

type Question = 'exists' | 'absent' | 'recording' | 'finished';

/** `span`, `span !== undefined`, `span.isRecording()`, `span.ended`. */
function aboutSpan(m: Machine, n: Node): Question | undefined {
  if (m.track.isSpan(n)) return 'exists';
  if (n.type === 'BinaryExpression') {
    const other = m.track.isSpan(n.left) ? n.right : m.track.isSpan(n.right) ? n.left : undefined;
    const nothing = other && (dottedName(other) === 'undefined' || (unwrap(other) as TSESTree.Literal).value === null);
    if (!nothing || !/^[!=]==?$/.test(n.operator)) return undefined;
    return n.operator.startsWith('!') ? 'exists' : 'absent';
  }
  const member = n.type === 'CallExpression' ? unwrap(n.callee) : n;
  if (member.type !== 'MemberExpression' || !m.track.isSpan(member.object)) return undefined;
  const name = propertyName(member);
  if (name === 'isRecording') return 'recording';
  return name === 'ended' || name === '_ended' ? 'finished' : undefined;
}

/** `span.status.code !== 0`: the code looks into the span itself to decide; it is taken to know what it does. */
function readsSpan(m: Machine, n: Node): boolean {
  const parts = n.type === 'BinaryExpression' ? [n.left, n.right] : [n];
  return parts.some((part) => {
    let p = unwrap(part);
    while (p.type === 'MemberExpression') p = unwrap(p.object);
    return p !== unwrap(part) && m.track.isSpan(p);
  });
}

function split(state: State, question: Question): Branches {
  const holds = (p: Path, wanted: boolean): boolean => {
    switch (question) {
      case 'exists':
        return (p.status !== 'none') === wanted;
      case 'absent':
        return (p.status === 'none') === wanted;
      case 'recording':
        return p.status === 'given' || (p.status === 'open') === wanted;
      case 'finished':
        return p.status === 'given' || (p.status === 'ended') === wanted;
    }
  };
  return { yes: state.filter((p) => holds(p, true)), no: state.filter((p) => holds(p, false)) };
}
