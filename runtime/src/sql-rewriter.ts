import { SqlLexer } from './sql-lexer.ts';
import { type SqlProfile } from './sql-profiles.ts';
import { TOKEN, type TokenKind } from './sql-tokens.ts';
import { EXTRACT_FIELDS, SQL_COMMANDS, SQL_KEYWORDS } from './sql-words.ts';

/** What the rewriter keeps and how it lays the statement out; every field is set. */
export interface SqlSettings {
  readonly canonical: boolean;
  readonly collapseLists: boolean;
  readonly keepBoolean: boolean;
  readonly keepNull: boolean;
  readonly keepPositional: boolean;
  readonly keepBind: boolean;
  readonly keepDigits: boolean;
  readonly keepJsonPath: boolean;
  readonly keepAlias: boolean;
  readonly keepQuotes: boolean;
  readonly keepSemicolon: boolean;
  readonly tight: boolean;
  readonly dollarFunctions: boolean;
}

const PLACEHOLDER = '?';
const SIMPLE_NAME = /^.[\p{L}_][\p{L}\p{N}_]*.$/u;
const SPACES = /[ \t\n\r]/;
const QUOTES = /["[\]`]/g;
const DIGITS = /\d+/g;
const DOLLAR_FUNCTION = '$func$';

/** Writes one statement anew from its tokens: literals become `?`, the rest is copied in runs as long as possible. */
export class SqlRewriter {
  private readonly source: string;
  private readonly profile: SqlProfile;
  private readonly settings: SqlSettings;
  private readonly lexer: SqlLexer;
  private out = '';
  private runFrom = 0;
  private runTo = 0;
  private first = true;
  private comment = false;
  // The last token that is no space and no comment, written or not. The code is 0 unless it is one character long.
  private lastKind: TokenKind = TOKEN.end;
  private lastCode = 0;
  private lastStart = 0;
  private lastEnd = 0;
  private lastAs = false;
  private lastFunction = false;
  /** 1 behind `EXTRACT`, 2 behind its parenthesis. */
  private extract = 0;
  private nameBeforeColon = false;
  private grouping = false;
  private pendingComma = false;
  /** Depth of a parenthesis that begins the statement; -1 once it is closed. */
  private headDepth = 0;
  private headCommand = false;
  private copy = false;
  private inlineData = false;
  private identified = false;
  private secretNext = false;

  constructor(source: string, profile: SqlProfile, settings: SqlSettings) {
    this.source = source;
    this.profile = profile;
    this.settings = settings;
    this.lexer = new SqlLexer(source, profile);
  }

  /** A comment began inside a comment. */
  get nested(): boolean {
    return this.lexer.nested;
  }

  /** Gives the sanitized statement. */
  run(): string {
    const lexer = this.lexer;
    for (;;) {
      const kind = lexer.next();
      if (kind === TOKEN.comment) {
        this.comment = true;
        continue;
      }
      if (kind === TOKEN.end) break;
      this.token(kind, lexer.start, lexer.end);
      // `COPY t FROM stdin;` of a dump: rows follow.
      if (this.inlineData && this.lastCode === 0x3b) break;
    }
    this.flush();
    const text = this.out.trim();
    return this.settings.keepSemicolon || !text.endsWith(';') ? text : text.slice(0, -1).trimEnd();
  }

  private token(kind: TokenKind, start: number, end: number): void {
    const copied = kind === TOKEN.operator || kind === TOKEN.punctuation;
    const text = copied ? undefined : this.replacement(kind, start, end);
    const code = text === PLACEHOLDER ? 0x3f : end - start === 1 ? this.source.charCodeAt(start) : 0;
    if (this.settings.canonical) this.canonical(kind, start, end, code, text);
    else if (!this.grouped(code)) this.write(start, end, text, '');
    this.lastKind = kind;
    this.lastCode = code;
    this.lastStart = start;
    this.lastEnd = end;
    this.first = false;
    this.comment = false;
  }

  private canonical(kind: TokenKind, start: number, end: number, code: number, text: string | undefined): void {
    const word = kind === TOKEN.word;
    const as = word && end - start === 2 && this.is(start, end, 'as');
    if (!this.leave(kind, start, end, code, as)) {
      if (!this.grouped(code)) this.write(start, end, text, this.separator(kind, code));
      if (this.first || this.headDepth > 0) this.leadingParenthesis(kind, start, end, code);
    }
    if (code === 0x3a) this.nameBeforeColon = this.lastIsName();
    this.lastAs = as;
    this.lastFunction = word && this.source.charCodeAt(end) === 0x28;
    if (this.lastFunction && end - start === 7) this.extract = this.is(start, end, 'extract') ? 1 : 0;
    else if (this.extract > 0) this.extract = this.extract === 1 && code === 0x28 ? 2 : 0;
  }

  /** What stands in the place of a token, or undefined where it is copied. */
  private replacement(kind: TokenKind, start: number, end: number): string | undefined {
    const settings = this.settings;
    switch (kind) {
      case TOKEN.string:
      case TOKEN.number:
        // A path may be kept, but nothing that was cut off or glued together.
        return settings.keepJsonPath && this.lastKind === TOKEN.jsonPath && this.isPath(start, end)
          ? undefined
          : PLACEHOLDER;
      case TOKEN.word:
        return this.word(start, end);
      case TOKEN.quoted:
        return this.quoted(start, end);
      case TOKEN.dollarFunction:
        return settings.dollarFunctions ? this.program(start, end) : PLACEHOLDER;
      case TOKEN.positional:
        return settings.keepPositional ? undefined : PLACEHOLDER;
      case TOKEN.bind:
        return settings.keepBind ? undefined : PLACEHOLDER;
      default:
        return undefined;
    }
  }

  private isPath(start: number, end: number): boolean {
    return this.source.charCodeAt(start) !== 0x27 || (end - start > 1 && this.source.charCodeAt(end - 1) === 0x27);
  }

  /** Sanitizes the body of `$func$ … $func$`, which cannot contain another one. */
  private program(start: number, end: number): string {
    const width = DOLLAR_FUNCTION.length;
    const body = new SqlRewriter(this.source.slice(start + width, end - width), this.profile, this.settings);
    const text = body.run();
    this.lexer.load();
    return DOLLAR_FUNCTION + text + DOLLAR_FUNCTION;
  }

  private word(start: number, end: number): string | undefined {
    if (this.secretNext) return this.secret(start, end);
    const settings = this.settings;
    switch (this.source.charCodeAt(start) | 0x20) {
      case 0x62: // b
        if (this.identified && this.is(start, end, 'by')) this.secretNext = true;
        break;
      case 0x63: // c
        if (this.first && this.is(start, end, 'copy')) this.copy = true;
        break;
      case 0x66: // f
        if (!settings.keepBoolean && this.is(start, end, 'false')) return PLACEHOLDER;
        break;
      case 0x69: // i
        if (end - start === 10 && this.is(start, end, 'identified')) this.identified = true;
        break;
      case 0x6e: // n
        if (!settings.keepNull && this.is(start, end, 'null')) return PLACEHOLDER;
        break;
      case 0x72: // r
        if (this.identified && this.is(start, end, 'replace')) this.secretNext = true;
        break;
      case 0x73: // s
        if (this.copy && this.is(start, end, 'stdin')) this.inlineData = true;
        break;
      case 0x74: // t
        if (!settings.keepBoolean && this.is(start, end, 'true')) return PLACEHOLDER;
        break;
      default:
    }
    if (this.extract === 2 && EXTRACT_FIELDS.has(this.upper(start, end))) return PLACEHOLDER;
    if (settings.keepDigits || !this.lexer.digits || this.source.charCodeAt(end) === 0x28) return undefined;
    return this.source.slice(start, end).replace(DIGITS, PLACEHOLDER);
  }

  /** Oracle takes passwords without quotes: `IDENTIFIED BY new REPLACE old`. */
  private secret(start: number, end: number): string | undefined {
    if (this.is(start, end, 'values') || this.is(start, end, 'password') || this.is(start, end, 'random')) {
      return undefined;
    }
    this.secretNext = false;
    return PLACEHOLDER;
  }

  private quoted(start: number, end: number): string | undefined {
    if (this.secretNext) return this.secret(start, end);
    const { keepDigits, keepQuotes } = this.settings;
    const digits = !keepDigits && this.lexer.digits;
    if (keepQuotes && !digits) return undefined;
    const name = this.source.slice(start, end);
    const strip = !keepQuotes && !SPACES.test(name) && !(this.lastAs && !SIMPLE_NAME.test(name));
    const text = digits ? name.replace(DIGITS, PLACEHOLDER) : name;
    return strip ? text.replace(QUOTES, '') : text;
  }

  /** Tells whether the token is not written at all: an alias, or AS until it is known what follows. */
  private leave(kind: TokenKind, start: number, end: number, code: number, as: boolean): boolean {
    if (this.headDepth === -1) {
      // Parameters that SQL Server declares before a prepared statement: `(@p1 int) SELECT …`.
      if (!this.headCommand) this.restart();
      this.headDepth = -2;
    }
    if (this.settings.keepAlias) return false;
    if (as) return true;
    if (!this.lastAs) return false;
    if (kind === TOKEN.quoted) return true;
    if (kind === TOKEN.word && code !== 0x3f && this.source.charCodeAt(end) !== 0x28 && !this.isKeyword(start, end)) {
      return true;
    }
    const as_ = this.source.slice(this.lastStart, this.lastEnd);
    this.put(code === 0x2c || code === 0x3b ? as_ : ` ${as_}`, this.lastEnd);
    return false;
  }

  private restart(): void {
    this.out = '';
    this.runFrom = this.runTo;
  }

  private leadingParenthesis(kind: TokenKind, start: number, end: number, code: number): void {
    if (this.first ? code === 0x28 : this.headDepth > 0 && code === 0x28) this.headDepth += 1;
    else if (this.headDepth > 0) {
      if (kind === TOKEN.word && SQL_COMMANDS.has(this.upper(start, end))) this.headCommand = true;
      if (code === 0x29 && --this.headDepth === 0) this.headDepth = -1;
    }
  }

  /** `(?, ?, ?)` is one placeholder, so that the length of a list does not make another statement. */
  private grouped(code: number): boolean {
    if (!this.settings.collapseLists) return false;
    if (code === 0x3f) {
      if (this.lastCode === 0x28 || this.lastCode === 0x5b) this.grouping = true;
      else if (this.pendingComma) {
        this.pendingComma = false;
        return true;
      }
      return false;
    }
    if (!this.grouping) return false;
    if (code === 0x2c && this.lastCode === 0x3f) {
      this.pendingComma = true;
      return true;
    }
    if (code === 0x29 || code === 0x5d) this.grouping = false;
    else if (this.pendingComma) this.put(',', this.lastEnd);
    this.pendingComma = false;
    return false;
  }

  /** Space before a token in the canonical layout. */
  private separator(kind: TokenKind, code: number): string {
    if (this.first || code === 0x2c || code === 0x3b) return '';
    const last = this.lastCode;
    if (this.settings.tight) {
      if (this.lastFunction || last === 0x28 || last === 0x5b || code === 0x29 || code === 0x5d) return '';
    }
    if (kind === TOKEN.word || kind === TOKEN.quoted) {
      if (last === 0x3a && !this.nameBeforeColon) return '';
      if (this.lastEnd - this.lastStart > 1 && this.source.charCodeAt(this.lastEnd - 1) === 0x2e) return '';
    }
    return code === 0x3d && last === 0x3a ? '' : ' ';
  }

  private write(start: number, end: number, text: string | undefined, separator: string): void {
    if (this.joins(start, separator)) this.runTo = start;
    else {
      this.flush();
      this.out += this.settings.canonical ? separator : this.gap(start);
      this.runFrom = start;
      this.runTo = start;
    }
    if (text === undefined) this.runTo = end;
    else this.put(text, end);
  }

  /** The source has between the last run and this token exactly what the output needs. */
  private joins(start: number, separator: string): boolean {
    const gap = start - this.runTo;
    if (!this.settings.canonical) return !this.comment && this.runTo === this.lastEnd;
    return gap === separator.length && (gap === 0 || this.source.charCodeAt(this.runTo) === 0x20);
  }

  private gap(start: number): string {
    return this.comment ? ' ' : this.source.slice(this.lastEnd, start);
  }

  /** Writes text in the place of what ends in the source at `end`. */
  private put(text: string, end: number): void {
    this.flush();
    this.out += text;
    this.runFrom = end;
    this.runTo = end;
  }

  private flush(): void {
    if (this.runTo > this.runFrom) this.out += this.source.slice(this.runFrom, this.runTo);
  }

  private lastIsName(): boolean {
    if (this.lastKind === TOKEN.word) return this.lastCode !== 0x3f && !this.isKeyword(this.lastStart, this.lastEnd);
    return this.lastKind === TOKEN.quoted;
  }

  private isKeyword(start: number, end: number): boolean {
    return end - start < 14 && SQL_KEYWORDS.has(this.upper(start, end));
  }

  private upper(start: number, end: number): string {
    return this.source.slice(start, end).toUpperCase();
  }

  /** Compares a word case-insensitively, without a copy. */
  private is(start: number, end: number, word: string): boolean {
    if (end - start !== word.length) return false;
    for (let index = 0; index < word.length; index += 1) {
      if ((this.source.charCodeAt(start + index) | 0x20) !== word.charCodeAt(index)) return false;
    }
    return true;
  }
}
