import type { Node } from './ast.ts';

/** What a path knows about the span: `none` not started here · `given` somebody else may end it. */
export type Status = 'none' | 'open' | 'ended' | 'given';

/** Conditions that hold on a path, by normalised text. */
export type Facts = ReadonlyMap<string, boolean>;

/** One class of executions that reach a program point. */
export interface Path {
  readonly status: Status;
  /** The `end()` call or hand-over that made the status. */
  readonly at: Node | undefined;
  /** The hand-over that this path went through; stays when the span is ended here later. */
  readonly given: Node | undefined;
  /** No exception since the hand-over. */
  readonly calm: boolean;
  /** Nothing undecided (branch, exception) since the status was made. */
  readonly sure: boolean;
  readonly facts: Facts;
}

/** All paths that reach a program point; empty means unreachable. */
export type State = readonly Path[];

/** How control leaves a statement other than by falling through. */
export interface Jump {
  readonly kind: 'return' | 'throw' | 'break' | 'continue';
  readonly label: string | undefined;
  /** `reject`: an awaited promise · `call`: user code called here · `late`: a promise returned to the caller rejects. */
  readonly how: 'explicit' | 'reject' | 'call' | 'late';
  /** Places that leave this way in the same state; the first few are kept. */
  readonly nodes: readonly Node[];
  readonly state: State;
}

const NO_FACTS: Facts = new Map();
const MAX_PATHS = 24;
const MAX_FACTS = 10;
const MAX_NODES = 3;

const ids = new WeakMap<Node, number>();
let lastId = 0;

function idOf(node: Node | undefined): number {
  if (!node) return 0;
  let id = ids.get(node);
  if (id === undefined) ids.set(node, (id = ++lastId));
  return id;
}

/** The path before anything happened. */
export function freshPath(status: Status): Path {
  return { status, at: undefined, given: undefined, calm: true, sure: true, facts: NO_FACTS };
}

const keys = new WeakMap<Path, string>();

function pathKey(p: Path): string {
  let key = keys.get(p);
  if (key === undefined) keys.set(p, (key = makeKey(p)));
  return key;
}

function makeKey(p: Path): string {
  const facts =
    p.facts.size === 0
      ? ''
      : [...p.facts]
          .map(([k, v]) => (v ? k : `!${k}`))
          .sort()
          .join('&');
  return `${p.status}|${String(idOf(p.at))}|${String(idOf(p.given))}|${p.calm ? 1 : 0}${p.sure ? 1 : 0}|${facts}`;
}

/** Text that is equal for equal states. */
export function stateKey(state: State): string {
  return state.map(pathKey).sort().join('\n');
}

function distinct(paths: readonly Path[]): Path[] {
  const seen = new Map<string, Path>();
  for (const p of paths) {
    const key = pathKey(p);
    if (!seen.has(key)) seen.set(key, p);
  }
  return [...seen.values()];
}

/** Union of states; where it grows too large, conditions are forgotten first. */
export function joinStates(...states: readonly State[]): State {
  const lists = states.filter((s) => s.length > 0);
  if (lists.length === 0) return [];
  const [first] = lists;
  if (first && first.length <= MAX_PATHS && lists.every((l) => l === first)) return first;
  let paths = distinct(lists.flat());
  if (paths.length > MAX_PATHS) paths = distinct(paths.map((p) => ({ ...p, facts: NO_FACTS })));
  if (paths.length > MAX_PATHS)
    paths = distinct(paths.map((p) => ({ ...p, facts: NO_FACTS, at: undefined, sure: false })));
  return paths;
}

/** The state with every path changed. */
export function mapState(state: State, change: (p: Path) => Path): State {
  const paths = state.map(change);
  if (paths.every((p, i) => p === state[i])) return state;
  return paths.length === 1 ? paths : distinct(paths);
}

/** After a branch that could have gone either way. */
export function undecided(state: State): State {
  return mapState(state, (p) => (p.sure ? { ...p, sure: false } : p));
}

/** After an exception. */
export function disturbed(state: State): State {
  return mapState(state, (p) => (p.sure || p.calm ? { ...p, sure: false, calm: false } : p));
}

/** The path with one more known condition. */
export function withFact(p: Path, key: string, value: boolean): Path {
  if (p.facts.get(key) === value) return p;
  const facts = new Map(p.facts);
  facts.set(key, value);
  if (facts.size > MAX_FACTS)
    for (const oldest of facts.keys()) {
      facts.delete(oldest);
      break;
    }
  return { ...p, facts };
}

/** The state without what is known about conditions that mention a name. */
export function forget(state: State, name: string): State {
  const mentions = (key: string): boolean => key.split(/[^\w$]+/).includes(name);
  if (!state.some((p) => p.facts.size > 0)) return state;
  return mapState(state, (p) => {
    const kept = [...p.facts].filter(([key]) => !mentions(key));
    return kept.length === p.facts.size ? p : { ...p, facts: new Map(kept) };
  });
}

/** Adds a jump; jumps of one kind in one state are kept once. */
export function addJump(jumps: Jump[], jump: Jump): void {
  if (jump.state.length === 0) return;
  const key = stateKey(jump.state);
  const i = jumps.findIndex(
    (j) => j.kind === jump.kind && j.label === jump.label && j.how === jump.how && stateKey(j.state) === key,
  );
  const known = jumps[i];
  if (!known) jumps.push(jump);
  else if (known.nodes.length < MAX_NODES)
    jumps[i] = { ...known, nodes: [...known.nodes, ...jump.nodes.filter((n) => !known.nodes.includes(n))] };
}
