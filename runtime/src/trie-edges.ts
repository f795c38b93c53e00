/** The edges of the trie of series: which raw values get one, and how they go. */
import type { LabelState } from './limits.ts';

/** A node of the trie: stored values, and other spellings of them, to the next level or to series. */
export type Node<S> = Map<unknown, Node<S> | S>;

/** Longest raw text that gets an edge of its own beside the value it stands for. */
const MAX_ALIAS = 8;

/** Whether a raw value is one of few that stand for its stored value. */
export function isSpelling(raw: unknown, { domain }: LabelState): boolean {
  if (typeof raw === 'string') return domain.hasFewSpellings === true && raw.length <= MAX_ALIAS;
  return typeof raw !== 'function' && typeof raw !== 'object';
}

/** Takes detached series out of the trie together with the edges of their other spellings and with empty nodes. */
export function prune<S>(node: Node<S>, gone: ReadonlySet<S>, depth: number): void {
  for (const [key, child] of node) {
    if (depth > 1) prune(child as Node<S>, gone, depth - 1);
    if (depth > 1 ? (child as Node<S>).size === 0 : gone.has(child as S)) node.delete(key);
  }
}
