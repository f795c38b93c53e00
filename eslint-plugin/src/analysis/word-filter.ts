/** Seeds of the two bits that stand for a word. */
const FIRST = 0x9e3779b1;
const SECOND = 0x85ebca6b;

/** Characters of the words of a filter: those of `\w`, so that a word for `\b` is one here. */
const isWord = new Uint8Array(256).map((_, code) => (/\w/.test(String.fromCharCode(code)) ? 1 : 0));
/** Characters of names, in bytes that were read one character each: parts of UTF-8 sequences are letters. */
const isName = isWord.map((word, code) => (word === 1 || code >= 128 || code === 0x24 ? 1 : 0));

/** The words of a text as a Bloom filter (https://doi.org/10.1145/362686.362692): most texts without a word are told at once. */
export class WordFilter {
  readonly #bits: Uint32Array;
  readonly #mask: number;

  constructor(bytes: string) {
    // A word of a program comes back: with two bits for each other one, about an eighth of them are set.
    const size = Math.max(32, 2 ** Math.ceil(Math.log2(bytes.length / 2 + 1)));
    this.#bits = new Uint32Array(size / 32);
    this.#mask = size - 1;
    let hash = 0;
    let length = 0;
    for (let i = 0; i < bytes.length; i++) {
      const code = bytes.charCodeAt(i);
      if (isWord[code] === 1) {
        hash = (Math.imul(hash, 31) + code) | 0;
        length++;
      } else if (length > 0) {
        this.#add(hash);
        hash = length = 0;
      }
    }
    if (length > 0) this.#add(hash);
  }

  #add(hash: number): void {
    this.#set(this.#place(hash, FIRST));
    this.#set(this.#place(hash, SECOND));
  }

  #set(at: number): void {
    this.#bits[at >>> 5] = (this.#bits[at >>> 5] ?? 0) | (1 << (at & 31));
  }

  #place(hash: number, seed: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 15), seed);
    return (mixed ^ (mixed >>> 13)) & this.#mask;
  }

  #has(hash: number, seed: number): boolean {
    const at = this.#place(hash, seed);
    return ((this.#bits[at >>> 5] ?? 0) & (1 << (at & 31))) !== 0;
  }

  /** False where the text lacks a word with one of these hashes. */
  mayHaveAll(hashes: readonly number[]): boolean {
    return hashes.every((hash) => this.#has(hash, FIRST) && this.#has(hash, SECOND));
  }

  /** False where the text has no word with one of these hashes. */
  mayHaveAny(hashes: readonly number[]): boolean {
    return hashes.some((hash) => this.#has(hash, FIRST) && this.#has(hash, SECOND));
  }
}

let last: { readonly text: string; readonly words: WordFilter } | undefined;

/** Words of a text; kept for the last one, about which much is asked. */
export function wordsOf(text: string): WordFilter {
  if (last?.text !== text) last = { text, words: new WordFilter(text) };
  return last.words;
}

/** Hashes of the words of a text. */
export function hashesOf(bytes: string): readonly number[] {
  return bytes
    .split(/\W+/)
    .filter((word) => word !== '')
    .map((word) => {
      let hash = 0;
      for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
      return hash;
    });
}

/** Does a text hold another one whose ends are not parts of longer words? */
export function hasWord(bytes: string, searched: string): boolean {
  for (let at = bytes.indexOf(searched); at >= 0; at = bytes.indexOf(searched, at + 1)) {
    const end = at + searched.length;
    if (!(joins(bytes, at - 1) && joins(bytes, at)) && !(joins(bytes, end - 1) && joins(bytes, end))) return true;
  }
  return false;
}

function joins(bytes: string, at: number): boolean {
  return at >= 0 && at < bytes.length && isName[bytes.charCodeAt(at)] === 1;
}
