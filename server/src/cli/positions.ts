/** Line and column, both 1-based, as ESLint counts them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Offsets to positions in one text, and its lines. */
export class Lines {
  readonly #text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      // The ends of lines of ECMAScript; `\r\n` is one.
      if (code === 10 || code === 0x2028 || code === 0x2029 || (code === 13 && text.charCodeAt(i + 1) !== 10))
        starts.push(i + 1);
    }
    this.#starts = starts;
  }

  /** Number of lines. */
  get count(): number {
    return this.#starts.length;
  }

  positionAt(offset: number): Position {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: low, column: offset - (this.#starts[low - 1] ?? 0) + 1 };
  }

  /** Text of a 1-based line without its end. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    return this.#text.slice(start, this.#starts[number]).replace(/[\r\n\u2028\u2029]+$/, '');
  }
}
