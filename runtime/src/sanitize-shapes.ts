import type { KeyNode } from './sanitize-keys.ts';

/** Copies the own enumerable properties of an object, one of them with another value. */
type Copier = (value: Record<string, unknown>, key: string, clean: unknown) => Record<string, unknown>;

/**
 * The keys of an object so far, in their order, with the decision for the last of them. Objects of one place mostly look
 * alike, and then the next key is the one that followed the last time.
 */
export interface Shape {
  /** The last key; no key leads to the beginning. */
  readonly key: string | undefined;
  node: KeyNode;
  /** What followed the last time. */
  next: Shape | undefined;
  /** All that has followed, once it is more than one. */
  others: Map<string, Shape> | undefined;
  /** The last text here that needed no change. */
  lastClean: string;
  /** Texts here that were searched, modulo `CYCLE`. */
  searched: number;
  copier: Copier | undefined;
  /** Copies that begin with a change here. */
  copies: number;
}

/** The shapes of the objects at one place. */
export interface Shapes {
  /** An object without keys. */
  readonly start: Shape;
  /** Stands for all that are not remembered. */
  readonly loose: Shape;
  count: number;
  misses: number;
}

/** Shapes at one place. Objects with other keys each time are not worth more. */
const MOST_SHAPES = 512;
/** Keys that led to no shape, after which the shapes of a place are learned anew. */
const MOST_MISSES = 16_384;

/**
 * The engine remembers for each place in the code how to copy objects of few kinds; for others it takes four times as
 * long. So these places, which only look alike, are given away to one kind of objects each.
 */
// prettier-ignore
const COPIERS: readonly Copier[] = [
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
  (value, key, clean) => ({ ...value, [key]: clean }),
];
/** Copies after which a kind is worth a place. */
const WORTH_A_PLACE = 64;
/** For kinds that are copied seldom, and for those that come too late. */
const copyAny: Copier = (value, key, clean) => ({ ...value, [key]: clean });
let given = 0;

function makeShape(key: string | undefined, node: KeyNode): Shape {
  return { key, node, next: undefined, others: undefined, lastClean: '', searched: 0, copier: undefined, copies: 0 };
}

/** An empty memory for the shapes at a place. */
export function makeShapes(node: KeyNode): Shapes {
  const loose = { ...makeShape(undefined, node), copier: copyAny };
  return { start: makeShape(undefined, node), loose, count: 0, misses: 0 };
}

/** The shape after `key`, if it is known but not the one that followed the last time. */
export function knownShape(shape: Shape, key: string): Shape | undefined {
  const known = shape.others?.get(key);
  if (known !== undefined) shape.next = known;
  return known;
}

/** True while the shape after this one may be remembered. */
export function isRoomAfter(shapes: Shapes, shape: Shape): boolean {
  if (shape !== shapes.loose && shapes.count < MOST_SHAPES) return true;
  if (++shapes.misses >= MOST_MISSES) {
    shapes.start.next = undefined;
    shapes.start.others = undefined;
    shapes.count = 0;
    shapes.misses = 0;
  }
  return false;
}

/** Remembers what follows a shape. */
export function addShape(shapes: Shapes, shape: Shape, key: string, node: KeyNode): Shape {
  const added = makeShape(key, node);
  const { next } = shape;
  shapes.count++;
  if (next?.key !== undefined) {
    shape.others ??= new Map([[next.key, next]]);
    shape.others.set(key, added);
  }
  shape.next = added;
  return added;
}

/** The decision for a key of an object whose shape is not remembered. */
export function looseShape({ loose }: Shapes, node: KeyNode): Shape {
  loose.node = node;
  loose.lastClean = '';
  return loose;
}

/** A copy of an object whose first change is the last key of `shape`. */
export function copyWith(
  value: Record<string, unknown>,
  shape: Shape,
  key: string,
  clean: unknown,
): Record<string, unknown> {
  const { copier } = shape;
  if (copier !== undefined) return copier(value, key, clean);
  if (++shape.copies > WORTH_A_PLACE) shape.copier = COPIERS[given++] ?? copyAny;
  return copyAny(value, key, clean);
}

/** Of every `CYCLE` texts that were searched under a key, the first are remembered: where they come again, few are searched. */
const CYCLE = 1024;
const REMEMBERED = 64;
/** Longer texts are not kept. */
export const LONGEST_CLEAN = 160;

/** Remembers a text that needed no change, unless texts under this key hardly ever come again. */
export function rememberClean(shape: Shape, text: string): void {
  shape.searched = (shape.searched + 1) % CYCLE;
  // Comparing with a text of the same length costs as much as a short search.
  shape.lastClean = shape.searched < REMEMBERED && text.length <= LONGEST_CLEAN ? text : '';
}
