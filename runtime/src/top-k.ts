/**
 * The heaviest values of a stream: Space-Saving (Metwally, Agrawal and El Abbadi, 2005). A value whose true share is above
 * 1 / counters is always among the counters, and no count is too high by more than its `error`.
 */
import { ownCopy } from './label-values.ts';

interface Counter {
  readonly value: string;
  count: number;
  /** What the count may be too high by: the count of the value that it replaced. */
  error: number;
  place: number;
}

/** Space-Saving summary with a fixed number of counters, in a binary heap with the smallest count on top. */
export class SpaceSaving {
  readonly #capacity: number;
  readonly #heap: Counter[] = [];
  readonly #byValue = new Map<string, Counter>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Counts a value. Returns a lower bound of how often it came so far, or 0 while nothing is sure. */
  add(value: string): number {
    let counter = this.#byValue.get(value);
    if (counter === undefined) counter = this.#admit(value);
    counter.count++;
    this.#sink(counter);
    return counter.count - counter.error;
  }

  /** Upper bound of how often a value came; it never falls. */
  count(value: string): number {
    const counter = this.#byValue.get(value);
    if (counter !== undefined) return counter.count;
    return this.#heap.length < this.#capacity ? 0 : (this.#heap[0]?.count ?? 0);
  }

  #admit(text: string): Counter {
    // A copy: the text may be a slice of something long.
    const value = ownCopy(text);
    const smallest = this.#heap[0];
    if (this.#heap.length < this.#capacity || smallest === undefined) {
      const counter = { value, count: 0, error: 0, place: this.#heap.length };
      this.#heap.push(counter);
      this.#byValue.set(value, counter);
      this.#rise(counter);
      return counter;
    }
    this.#byValue.delete(smallest.value);
    const counter = { value, count: smallest.count, error: smallest.count, place: 0 };
    this.#heap[0] = counter;
    this.#byValue.set(value, counter);
    return counter;
  }

  #swap(counter: Counter, other: Counter): void {
    const place = counter.place;
    this.#heap[other.place] = counter;
    this.#heap[place] = other;
    counter.place = other.place;
    other.place = place;
  }

  #rise(counter: Counter): void {
    for (;;) {
      const parent = this.#heap[(counter.place - 1) >> 1];
      if (counter.place === 0 || parent === undefined || parent.count <= counter.count) return;
      this.#swap(counter, parent);
    }
  }

  #sink(counter: Counter): void {
    for (;;) {
      const left = this.#heap[counter.place * 2 + 1];
      const right = this.#heap[counter.place * 2 + 2];
      const child = right !== undefined && left !== undefined && right.count < left.count ? right : left;
      if (child === undefined || child.count >= counter.count) return;
      this.#swap(counter, child);
    }
  }
}
