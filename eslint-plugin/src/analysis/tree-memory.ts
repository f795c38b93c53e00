import { parentOf, type Node } from './ast.ts';
import { onForgetAcrossFiles } from './epoch.ts';

/** What is known of one tree: answers by question and by what was asked about. */
type Known = Map<object, Map<object, unknown>>;

/**
 * Answers about the parts of trees, which go with their tree: at once when `forgetTree` is told that nobody will ask again,
 * and otherwise when nobody holds it. One weak map for all of them, because until the next full collection V8 takes the
 * values of a weak map for reachable, and each of ours leads to its whole tree: an editor would pile up one tree per key.
 */
class Trees {
  #known = new WeakMap<object, Known>();
  #recent: { readonly tree: object; readonly known: Known } | undefined;

  of(tree: object): Known {
    if (this.#recent?.tree === tree) return this.#recent.known;
    let known = this.#known.get(tree);
    if (!known) this.#known.set(tree, (known = new Map<object, Map<object, unknown>>()));
    this.#recent = { tree, known };
    return known;
  }

  forget(tree: object): void {
    this.#known.delete(tree);
    if (this.#recent?.tree === tree) this.#recent = undefined;
  }

  clear(): void {
    this.#known = new WeakMap();
    this.#recent = undefined;
  }
}

const alone = new Trees();
const acrossFiles = new Trees();
onForgetAcrossFiles(() => acrossFiles.clear());

/** Says that a tree will not be asked about again: its file has another text. */
export function forgetTree(tree: object): void {
  alone.forget(tree);
  acrossFiles.forget(tree);
}

/** Something that stands in a tree: a node, or what is made of one. */
type Part = object;

/** Tells the root of the tree of a part. */
type TreeOf<K extends Part> = (part: K) => object;

/** Root of the tree of a node. */
export function treeOfNode(node: Node): object {
  let root = node;
  for (let parent = parentOf(root); parent; parent = parentOf(root)) root = parent;
  return root;
}

/** Root of the tree of a module. */
export function treeOfModule(module: { readonly ast: object }): object {
  return module.ast;
}

/** Root of the tree that declares a binding. */
export function treeOfBinding(binding: { readonly id: Node }): object {
  return treeOfNode(binding.id);
}

class Memory<K extends Part, V> {
  readonly #trees: Trees;
  readonly #treeOf: TreeOf<K>;

  constructor(trees: Trees, treeOf: TreeOf<K>) {
    this.#trees = trees;
    this.#treeOf = treeOf;
  }

  get(part: K): V | undefined {
    return this.#trees.of(this.#treeOf(part)).get(this)?.get(part) as V | undefined;
  }

  set(part: K, value: V): void {
    const known = this.#trees.of(this.#treeOf(part));
    const answers = known.get(this);
    if (answers) answers.set(part, value);
    else known.set(this, new Map<object, unknown>([[part, value]]));
  }
}

/** What follows from one file alone, by a part of its tree. */
export class TreeMemory<K extends Part, V> extends Memory<K, V> {
  constructor(treeOf: TreeOf<K>) {
    super(alone, treeOf);
  }
}

/** What was found with the help of other files, by a part of a tree; empty after the next change of a file. */
export class TreeMemoryAcrossFiles<K extends Part, V> extends Memory<K, V> {
  constructor(treeOf: TreeOf<K>) {
    super(acrossFiles, treeOf);
  }
}
