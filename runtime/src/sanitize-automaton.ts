/**
 * Aho–Corasick automaton over ASCII keywords, letters without case: one table look-up per character however many
 * keywords there are. Characters that no keyword contains share one class, so that the table stays small.
 */
export interface Automaton {
  /** Class of each of the 128 ASCII characters, class 0 for the rest; multiplied out it is a column of `next`. */
  readonly classes: Uint8Array;
  /** `next[state + class]` is the next state; states are multiples of the width, states from `firstHit` on have hits. */
  readonly next: Uint32Array;
  readonly firstHit: number;
  readonly width: number;
  /** Keywords that end in a state, by `(state - firstHit) / width`. */
  readonly hits: readonly (readonly number[])[];
}

interface Node {
  readonly edges: Map<number, Node>;
  readonly own: number[];
  fail: Node | undefined;
  id: number;
}

function makeNode(): Node {
  return { edges: new Map(), own: [], fail: undefined, id: 0 };
}

function classesOf(keywords: readonly string[]): { classes: Uint8Array; width: number } {
  const classes = new Uint8Array(128);
  let width = 1;
  for (const char of keywords.join('').toLowerCase()) {
    const code = char.charCodeAt(0);
    if (code > 127) throw new Error(`The keyword character ${char} is not ASCII.`);
    if (classes[code] === 0) classes[code] = width++;
  }
  for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32] ?? 0;
  return { classes, width };
}

function trieOf(keywords: readonly string[], classes: Uint8Array): Node {
  const root = makeNode();
  for (const [index, keyword] of keywords.entries()) {
    let node = root;
    for (const char of keyword.toLowerCase()) {
      const edge = classes[char.charCodeAt(0)] ?? 0;
      let next = node.edges.get(edge);
      if (next === undefined) node.edges.set(edge, (next = makeNode()));
      node = next;
    }
    node.own.push(index);
  }
  return root;
}

/** Nodes in the order of their depth, each with its longest proper suffix and the keywords of that suffix. */
function link(root: Node): Node[] {
  const order = [root];
  for (const node of order) {
    for (const [edge, child] of node.edges) {
      let fail = node.fail;
      while (fail !== undefined && !fail.edges.has(edge)) fail = fail.fail;
      child.fail = fail?.edges.get(edge) ?? root;
      child.own.push(...child.fail.own);
      order.push(child);
    }
  }
  return order;
}

/** Builds the automaton; the hits of a state name keywords by their index. */
export function buildAutomaton(keywords: readonly string[]): Automaton {
  const { classes, width } = classesOf(keywords);
  const order = link(trieOf(keywords, classes));
  const plain = order.filter((node) => node.own.length === 0);
  const hitting = order.filter((node) => node.own.length > 0);
  for (const [index, node] of [...plain, ...hitting].entries()) node.id = index * width;
  const next = new Uint32Array(order.length * width);
  for (const node of order) {
    for (let edge = 0; edge < width; edge++) {
      const child = node.edges.get(edge);
      next[node.id + edge] = child?.id ?? (node.fail === undefined ? 0 : (next[node.fail.id + edge] ?? 0));
    }
  }
  return { classes, next, width, firstHit: plain.length * width, hits: hitting.map(({ own }) => own) };
}
