import { parentOf, rangeOf, type Node } from '../../../eslint-plugin/src/analysis/ast.ts';
import type { ParsedFile, TypeAnswer, TypeOracle } from '../../../eslint-plugin/src/analysis/host.ts';
import { changedPart } from '../changed-part.ts';
import type { FileAnswers, Place } from './batch.ts';

/** What is known of the types of one file: answers by place, `undefined` where nobody knows. */
export type KnownTypes = ReadonlyMap<string, TypeAnswer | undefined>;

/** Answers from what is known of one file, and notes what else it was asked. */
export class AskedTypes implements TypeOracle {
  readonly #file: ParsedFile;
  readonly #known: KnownTypes;
  readonly #open = new Map<string, Place>();

  constructor(file: ParsedFile, known: KnownTypes) {
    this.#file = file;
    this.#known = known;
  }

  /** Places that were asked about and are not known, in the order of the questions. */
  get open(): readonly Place[] {
    return [...this.#open.values()];
  }

  /** Only the file under lint is asked about, as in ESLint: other files have been judged without types. */
  typeOf(node: Node): TypeAnswer | undefined {
    const place = rangeOf(node);
    const key = keyOf(place);
    if (!this.#known.has(key) && this.#isOwn(node)) this.#open.set(key, place);
    else if (this.#isOwn(node)) return this.#known.get(key);
    return undefined;
  }

  #isOwn(node: Node): boolean {
    let root = node;
    for (let above = parentOf(root); above; above = parentOf(above)) root = above;
    return root === this.#file.ast;
  }
}

/** What is known after more answers. */
export function withAnswers(known: KnownTypes, places: readonly Place[], answers: FileAnswers): KnownTypes {
  const all = new Map(known);
  for (const [i, place] of places.entries()) all.set(keyOf(place), answers[i] ?? undefined);
  return all;
}

/** What still holds for a text that has changed in one place: answers in front of it, and behind it at their new places. */
export function carryOver(known: KnownTypes, before: string, after: string): KnownTypes {
  if (before === after) return known;
  const part = changedPart(before, after);
  const kept = new Map<string, TypeAnswer | undefined>();
  for (const [key, answer] of known) {
    const [start = 0, end = 0] = key.split(':').map(Number);
    // What touches the edit can be another expression now.
    if (end < part.start) kept.set(key, answer);
    else if (start > part.end) kept.set(keyOf([start + part.shift, end + part.shift]), answer);
  }
  return kept;
}

function keyOf([start, end]: Place): string {
  return `${start}:${end}`;
}
