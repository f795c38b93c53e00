import { hashesOf, wordsOf } from './word-filter.ts';

/** A pattern that is looked for in few texts: those that hold one of the words, or of the parts of words, without which it matches nothing. */
export class GuardedPattern {
  readonly pattern: RegExp;
  readonly #words: readonly number[];
  readonly #parts: readonly string[];

  constructor(pattern: RegExp, words: readonly string[], parts: readonly string[] = []) {
    this.pattern = pattern;
    this.#words = words.flatMap(hashesOf);
    this.#parts = parts;
  }

  test(text: string): boolean {
    return this.mayMatch(text) && this.pattern.test(text);
  }

  /** False where the pattern matches nothing in a text. */
  mayMatch(text: string): boolean {
    return wordsOf(text).mayHaveAny(this.#words) || this.#parts.some((part) => text.includes(part));
  }
}
