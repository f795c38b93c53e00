/** Bounded first-in-first-out queue in one array, so that a full queue costs no allocation and no shifting. */
export class SpanRing<T> {
  readonly capacity: number;
  readonly #slots: (T | undefined)[];
  #head = 0;
  #size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#slots = new Array<T | undefined>(capacity);
  }

  /** Number of items waiting. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item; false when the queue is full and nothing was added. */
  push(item: T): boolean {
    if (this.#size === this.capacity) return false;
    let index = this.#head + this.#size;
    if (index >= this.capacity) index -= this.capacity;
    this.#slots[index] = item;
    this.#size++;
    return true;
  }

  /** Removes and returns the oldest items, `max` at most. */
  take(max: number): T[] {
    const count = Math.min(max, this.#size);
    const items = new Array<T>(count);
    for (let i = 0; i < count; i++) {
      items[i] = this.#slots[this.#head] as T;
      this.#slots[this.#head] = undefined;
      this.#head = this.#head + 1 === this.capacity ? 0 : this.#head + 1;
    }
    this.#size -= count;
    return items;
  }
}
