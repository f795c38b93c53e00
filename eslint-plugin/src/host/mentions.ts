import { hashesOf, hasWord, WordFilter } from '../analysis/word-filter.ts';
import { encode, importedNames } from './bytes.ts';
import { put } from './sorted-list.ts';

/** Part of the names of many packages that are asked for. */
const COMMON_WORD = 'opentelemetry';
/** From here on a filter costs less than searching the text again. */
const MANY_SEARCHES = 8;
/** So many changes are not entered one by one. */
const MANY_CHANGES = 1000;

/** The files that are searched. */
export interface SearchedFiles {
  /** The bytes of a file, one character each. */
  read(path: string): string | undefined;
  /** All files that are searched, sorted; undefined until they are listed. */
  listed(): readonly string[] | undefined;
  isListed(path: string): boolean;
  files(): readonly string[];
  importers(path: string): readonly string[];
  /** Does a file that imports these names import another one? The same question as `importers`, about one file. */
  importsFile(names: ReadonlySet<string>, path: string, imported: string): boolean;
}

interface Mention {
  /** Encoded, as the bytes that they are searched in. */
  readonly words: readonly string[];
  readonly hashes: readonly number[];
  readonly importing: string | undefined;
  files: readonly string[];
  /** Number of changes that are entered. */
  seen: number;
}

/** What is known of the text of a file that was searched. */
interface Searched {
  readonly bytes: string;
  searches: number;
  filter?: WordFilter;
}

/** Which files hold which words: an answer is kept, and entered into it is what has changed when it is asked for again. */
export class Mentions {
  readonly #source: SearchedFiles;
  readonly #mentions = new Map<string, Mention>();
  readonly #searched = new Map<string, Searched>();
  #changes: string[] = [];

  constructor(source: SearchedFiles) {
    this.#source = source;
  }

  /** A file came, went or has another text. */
  changed(path: string): void {
    this.#changes.push(path);
    if (this.#changes.length < MANY_CHANGES) return;
    this.#changes = [];
    this.#mentions.clear();
  }

  /** Names of packages have changed, by which files are imported. */
  forgetImports(): void {
    for (const [key, { importing }] of this.#mentions) if (importing !== undefined) this.#mentions.delete(key);
  }

  /** Files that hold every word; with `importing` those that may import that file, and words whole. */
  of(words: readonly string[], importing: string | undefined): readonly string[] {
    const key = `${words.join('\0')}\0\0${importing ?? ''}`;
    let mention = this.#mentions.get(key);
    if (mention) this.#enterChanges(mention);
    else {
      const pool = importing === undefined ? this.#pool(words) : this.#source.importers(importing);
      const encoded = words.map(encode);
      mention = {
        words: encoded,
        hashes: importing === undefined ? [] : encoded.flatMap(hashesOf),
        importing,
        files: [],
        seen: this.#changes.length,
      };
      const asked = mention;
      mention.files = pool.filter((path) => this.#holds(path, asked));
      this.#mentions.set(key, mention);
    }
    return mention.files;
  }

  /** Does a file hold a word? */
  names(path: string, word: string): boolean {
    const bytes = this.#source.read(path);
    const encoded = encode(word);
    return bytes !== undefined && this.#mayHold(path, bytes, hashesOf(encoded)) && hasWord(bytes, encoded);
  }

  /**
   * Files to search: those with the last of several words, which the caller asks for with many others, and for names of
   * packages around OpenTelemetry those with that word.
   */
  #pool(words: readonly string[]): readonly string[] {
    const last = words.at(-1);
    if (words.length > 1 && last !== undefined) return this.of([last], undefined);
    return last !== undefined && last !== COMMON_WORD && last.includes(COMMON_WORD)
      ? this.of([COMMON_WORD], undefined)
      : this.#source.files();
  }

  #enterChanges(mention: Mention): void {
    if (mention.seen === this.#changes.length) return;
    const changes = new Set(this.#changes.slice(mention.seen));
    mention.seen = this.#changes.length;
    if (!this.#source.listed()) return;
    for (const path of changes) {
      if (!this.#source.isListed(path)) continue;
      const { importing } = mention;
      // Most files do not import most others, and that is told sooner.
      const mayImport =
        importing === undefined ||
        this.#source.importsFile(importedNames(this.#source.read(path) ?? ''), path, importing);
      const matches = mayImport && this.#holds(path, mention);
      if (mention.files.includes(path) !== matches) mention.files = put(mention.files, path, matches);
    }
  }

  #holds(path: string, { words, hashes, importing }: Mention): boolean {
    const bytes = this.#source.read(path);
    if (bytes === undefined) return false;
    if (importing === undefined) return words.every((word) => bytes.includes(word));
    return words.length === 0 || (this.#mayHold(path, bytes, hashes) && words.every((word) => hasWord(bytes, word)));
  }

  #mayHold(path: string, bytes: string, hashes: readonly number[]): boolean {
    let searched = this.#searched.get(path);
    if (searched?.bytes !== bytes) this.#searched.set(path, (searched = { bytes, searches: 0 }));
    if (++searched.searches < MANY_SEARCHES) return true;
    const filter = (searched.filter ??= new WordFilter(bytes));
    return filter.mayHaveAll(hashes);
  }
}
