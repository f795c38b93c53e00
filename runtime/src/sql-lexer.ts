import {
  AFTER_END,
  CLASSES,
  CLASS,
  codesOf,
  isDigit,
  isUnicodePunctuation,
  isSpace,
  isWordPart,
  WORD_PARTS,
  WORD_PARTS_BUT_HASH,
} from './sql-characters.ts';
import { NAME_COMES_NEXT } from './sql-words.ts';
import { type SqlProfile } from './sql-profiles.ts';
import { TOKEN, type TokenKind } from './sql-tokens.ts';

const { SPACE, LETTER, DIGIT, OPERATOR, PUNCTUATION, JOINER } = CLASS;

/**
 * One-pass tokenizer: `next()` moves `start`, `end` and returns the kind. Whatever never ends (a string, a quoted name, a
 * comment) reaches to the end of the text and counts as a string or a comment, so that nothing behind it is taken for code.
 */
export class SqlLexer {
  readonly source: string;
  readonly profile: SqlProfile;
  start = 0;
  end = 0;
  /** The word or quoted identifier has digits. */
  digits = false;
  /** A comment began inside a comment, which dialects read differently. */
  nested = false;
  private codes: Uint16Array;
  private escapes = false;
  private chained = false;

  constructor(source: string, profile: SqlProfile) {
    this.source = source;
    this.profile = profile;
    this.codes = codesOf(source);
  }

  /** To be called after another text was read. */
  load(): void {
    this.codes = codesOf(this.source);
  }

  /** Moves to the next token. */
  next(): TokenKind {
    const { source, codes } = this;
    let at = this.end;
    let code = codes[at] ?? AFTER_END;
    while (code === 0x20 || isSpace(code)) code = codes[(at += 1)] ?? AFTER_END;
    this.start = at;
    if (at >= source.length) return TOKEN.end;
    const kind = code < 128 ? CLASSES[code] : LETTER;
    if (kind === LETTER) return this.word(at);
    if (kind === DIGIT) return this.number(at);
    if (code === 0x27) return this.string(at + 1, 0x27, this.escapes || this.profile.backslash);
    if (code === 0x22) return this.doubleQuote(at);
    if (kind === PUNCTUATION) return this.punctuation(at, code);
    if (kind === JOINER) return this.joiner(at, code);
    if (kind === OPERATOR) return this.operator(at, code);
    if (code === 0x60 && this.profile.backtick) return this.quotedName(at, '`', '`');
    this.end = at + 1;
    return TOKEN.operator;
  }

  private to(end: number, kind: TokenKind): TokenKind {
    this.end = end;
    return kind;
  }

  private word(from: number): TokenKind {
    const { source, profile } = this;
    const { codes } = this;
    if ((codes[from] ?? 0) > 127 && isUnicodePunctuation(source.charCodeAt(from))) {
      return this.typographic(from);
    }
    const parts = profile.hash === 'word' ? WORD_PARTS : WORD_PARTS_BUT_HASH;
    let digits = false;
    let at = from + 1;
    for (; ; at += 1) {
      const code = codes[at] ?? AFTER_END;
      const part = parts[code];
      if (part === 1) continue;
      if (part === 2) digits = true;
      else if (code >= 128) {
        if (!isWordPart(code)) break;
      } else if (!this.joins(code, from, at)) break;
    }
    this.digits = digits;
    this.end = at;
    if (at < source.length) this.afterWord(from, at);
    return TOKEN.word;
  }

  /** `@stage/path/` of Snowflake and `SYSDATE@!` of Oracle are one word. */
  private joins(code: number, from: number, at: number): boolean {
    // A part of a path that begins with a digit may be an id or a date, and is a literal.
    if (code === 0x2f)
      return this.profile.stage && this.source.charCodeAt(from) === 0x40 && !isDigit(this.source.charCodeAt(at + 1));
    return code === 0x21 && this.source.charCodeAt(at - 1) === 0x40 && !isWordPart(this.source.charCodeAt(at + 1));
  }

  /** A word decides how the quote behind it is read: `E'…'`, `q'[…]'`, `schema."table"`. */
  private afterWord(from: number, at: number): void {
    const { source, profile } = this;
    const code = source.charCodeAt(at);
    if (code === 0x27) {
      const last = source.charCodeAt(at - 1) | 0x20;
      if (profile.eString && last === 0x65 && at - from === 1) this.escapes = true;
    } else if (code === 0x22 && source.charCodeAt(at - 1) === 0x2e && profile.doubleQuote !== 'string') {
      const digits = this.digits;
      if (this.quotedName(at, '"', '"') !== TOKEN.quoted) this.end = at;
      this.digits ||= digits;
    }
  }

  /** Text between typographic quotes was meant as a string by whoever pasted it. */
  private typographic(from: number): TokenKind {
    const { source } = this;
    const code = source.charCodeAt(from);
    if (code < 0x2018 || code > 0x201f) return this.to(from + 1, TOKEN.operator);
    let at = from + 1;
    while (at < source.length && (source.charCodeAt(at) & 0xfff8) !== 0x2018) at += 1;
    return this.to(Math.min(at + 1, source.length), TOKEN.string);
  }

  /** Everything that is glued to a digit belongs to the literal: `1.5e-3f`, `0x1F`, `1_000`, an unquoted UUID's parts. */
  private number(from: number): TokenKind {
    const { source } = this;
    const hex = source.charCodeAt(from) === 0x30 && (source.charCodeAt(from + 1) | 0x20) === 0x78;
    let at = from;
    for (; at < source.length; at += 1) {
      const code = source.charCodeAt(at);
      if (isDigit(code) || code === 0x2e) continue;
      if (code < 128 ? CLASSES[code] !== LETTER : !isWordPart(code)) break;
      if ((code | 0x20) !== 0x65 || hex) continue;
      const sign = source.charCodeAt(at + 1);
      if ((sign === 0x2b || sign === 0x2d) && isDigit(source.charCodeAt(at + 2))) at += 1;
    }
    return this.to(at, TOKEN.number);
  }

  private string(from: number, quote: number, escapes: boolean): TokenKind {
    const { source } = this;
    const continues = this.escapes;
    this.escapes = false;
    if (quote === 0x27 && this.profile.qQuote && this.isQQuote()) return this.qString(from);
    const delimiter = String.fromCharCode(quote);
    let at = from;
    for (;;) {
      const close = source.indexOf(delimiter, at);
      if (close === -1) return this.to(source.length, TOKEN.string);
      let slashes = 0;
      if (escapes) while (close - slashes > at && source.charCodeAt(close - slashes - 1) === 0x5c) slashes += 1;
      at = close + 1;
      if (slashes % 2 === 1) continue;
      if (source.charCodeAt(at) === quote) {
        at += 1;
        continue;
      }
      if (!continues) break;
      const next = this.continuation(at);
      if (next === 0) break;
      at = next;
    }
    // No word touches a closing quote: a quote too many has turned literals into code and code into literals.
    const glued = CLASSES[source.charCodeAt(at)];
    return this.to(glued === LETTER || glued === DIGIT ? source.length : at, TOKEN.string);
  }

  /** PostgreSQL joins strings that only a line break separates, and the second has the escapes of the first. */
  private continuation(from: number): number {
    const { source } = this;
    let lines = false;
    let at = from;
    for (; CLASSES[source.charCodeAt(at)] === SPACE; at += 1) lines ||= source.charCodeAt(at) === 0x0a;
    return lines && source.charCodeAt(at) === 0x27 ? at + 1 : 0;
  }

  private isQQuote(): boolean {
    const { source, start } = this;
    if ((source.charCodeAt(start - 1) | 0x20) !== 0x71) return false;
    const before = source.charCodeAt(start - 2) | 0x20;
    const edge = before === 0x6e ? start - 3 : start - 2;
    return edge < 0 || !isWordPart(source.charCodeAt(edge));
  }

  private qString(from: number): TokenKind {
    const { source } = this;
    const open = source.charAt(from);
    const close = { '[': ']', '{': '}', '(': ')', '<': '>' }[open] ?? open;
    const end = open === '' ? -1 : source.indexOf(`${close}'`, from + 1);
    return this.to(end === -1 ? source.length : end + 2, TOKEN.string);
  }

  private doubleQuote(at: number): TokenKind {
    const { doubleQuote, backslash } = this.profile;
    if (doubleQuote === 'identifier') return this.quotedName(at, '"', '"');
    if (doubleQuote === 'position' && this.quotedName(at, '"', '"') === TOKEN.quoted) {
      if (this.chained || this.source.charCodeAt(this.end) === 0x2e || this.nameComesNext(at)) return TOKEN.quoted;
    }
    return this.string(at + 1, 0x22, backslash);
  }

  /** No dialect takes a string behind these words or behind a dot. */
  private nameComesNext(at: number): boolean {
    const { source } = this;
    let end = at;
    while (CLASSES[source.charCodeAt(end - 1)] === SPACE) end -= 1;
    if (source.charCodeAt(end - 1) === 0x2e) return true;
    let start = end;
    while (end - start < 8 && CLASSES[source.charCodeAt(start - 1)] === LETTER) start -= 1;
    return NAME_COMES_NEXT.has(source.slice(start, end).toUpperCase());
  }

  /** Reads `"a"."b"` as one name; a name that does not end is as unsafe as a string that does not end. */
  private quotedName(from: number, open: string, close: string): TokenKind {
    const { source } = this;
    this.digits = false;
    this.chained = false;
    let at = from + 1;
    for (;;) {
      const end = source.indexOf(close, at);
      if (end === -1) return this.to(source.length, TOKEN.string);
      for (let inner = at; inner < end && !this.digits; inner += 1) this.digits = isDigit(source.charCodeAt(inner));
      at = end + 1;
      if (source.startsWith(close, at)) at += 1;
      else if (source.charCodeAt(at) === 0x2e && source.startsWith(open, at + 1)) {
        this.chained = true;
        at += 2;
      } else break;
    }
    return this.to(at, TOKEN.quoted);
  }

  private punctuation(at: number, code: number): TokenKind {
    if (code === 0x5b && this.profile.bracket) return this.quotedName(at, '[', ']');
    if (code === 0x2e && isDigit(this.source.charCodeAt(at + 1))) return this.number(at);
    return this.to(at + 1, TOKEN.punctuation);
  }

  private joiner(at: number, code: number): TokenKind {
    if (code === 0x24) return this.dollar(at);
    const { source, profile } = this;
    const next = source.charCodeAt(at + 1);
    if (code === 0x40) {
      if (next === 0x40 && isWordPart(source.charCodeAt(at + 2))) return this.word(at);
      if (next > 0x2f && next !== 0x3f && isWordPart(next) && next !== 0x40) {
        this.word(at);
        return profile.stage ? TOKEN.word : TOKEN.bind;
      }
      if (next === 0x40 || next === 0x3e || next === 0x3f) return this.to(at + 2, TOKEN.operator);
      return this.operator(at, code);
    }
    if (profile.hash === 'comment') return this.lineComment(at + 1);
    if (profile.hash === 'word' && next > 0x22 && next !== 0x3f && isWordPart(next)) {
      return this.word(at);
    }
    if (next === 0x3e) {
      return this.to(source.charCodeAt(at + 2) === 0x3e ? at + 3 : at + 2, TOKEN.jsonPath);
    }
    return next === 0x2d && source.charCodeAt(at + 2) !== 0x2d
      ? this.to(at + 2, TOKEN.jsonPath)
      : this.operator(at, code);
  }

  private dollar(from: number): TokenKind {
    const { source, profile } = this;
    let at = from + 1;
    if (isDigit(source.charCodeAt(at))) {
      while (isDigit(source.charCodeAt(at))) at += 1;
      const more = source.charCodeAt(at);
      if (profile.money || more === 0x2e || at - from > 6 || (isWordPart(more) && more !== 0x3f)) {
        return this.number(from + 1);
      }
      return this.to(at, TOKEN.positional);
    }
    if (profile.dollarQuote === 'none') return this.word(from);
    while (at < source.length && source.charCodeAt(at) !== 0x24) {
      const code = source.charCodeAt(at);
      if (code < 128 ? CLASSES[code] !== LETTER && CLASSES[code] !== DIGIT : !isWordPart(code)) break;
      at += 1;
    }
    if (source.charCodeAt(at) !== 0x24 || (profile.dollarQuote === 'empty' && at > from + 1)) return this.word(from);
    const tag = source.slice(from, at + 1);
    const close = source.indexOf(tag, at + 1);
    if (close === -1) return this.to(source.length, TOKEN.string);
    return this.to(close + tag.length, tag === '$func$' ? TOKEN.dollarFunction : TOKEN.string);
  }

  private operator(at: number, code: number): TokenKind {
    const { source } = this;
    const next = source.charCodeAt(at + 1);
    if (code === 0x2d) {
      if (next === 0x2d && this.isDashComment(at)) return this.lineComment(at + 2);
      if (next === 0x3e) return this.to(source.charCodeAt(at + 2) === 0x3e ? at + 3 : at + 2, TOKEN.jsonPath);
    }
    if (code === 0x2f && next === 0x2a) return this.blockComment(at + 2);
    if (code === 0x2f && next === 0x2f && this.profile.slashComment) return this.lineComment(at + 2);
    if ((code === 0x2b || code === 0x2d) && (isDigit(next) || next === 0x2e) && this.isSign(at)) {
      return this.number(at + 1);
    }
    if (code === 0x2a) return this.to(at + 1, TOKEN.operator);
    if (code === 0x3a) return this.colon(at, next);
    if (code === 0x3c && next === 0x40) return this.to(at + 2, TOKEN.operator);
    if (code === 0x3f && (next === 0x7c || next === 0x26)) return this.to(at + 2, TOKEN.operator);
    return this.operatorRun(at);
  }

  private operatorRun(from: number): TokenKind {
    const { source } = this;
    let at = from + 1;
    for (; at < source.length; at += 1) {
      const code = source.charCodeAt(at);
      const last = source.charCodeAt(at - 1);
      if (CLASSES[code] !== OPERATOR && code !== 0x40 && code !== 0x23) break;
      if (last === 0x3d && (code === 0x3f || code === 0x40)) break;
      if (code === 0x2d || code === 0x2b) break;
      if (code === 0x2f && (source.charCodeAt(at + 1) === 0x2a || source.charCodeAt(at + 1) === 0x2f)) break;
      if (code === 0x23 && this.profile.hash !== 'operator') break;
      if (code === 0x40 && isWordPart(source.charCodeAt(at + 1))) break;
      if (code === 0x3a && source.charCodeAt(at + 1) !== 0x3d && last !== 0x3a) break;
    }
    return this.to(at, TOKEN.operator);
  }

  private colon(at: number, next: number): TokenKind {
    const { source, profile } = this;
    if (next === 0x3a || next === 0x3d) return this.to(at + 2, TOKEN.operator);
    const before = at > 0 ? source.charCodeAt(at - 1) : 0;
    if (isDigit(next) && profile.colonDigits && !isDigit(before)) {
      let end = at + 2;
      while (isDigit(source.charCodeAt(end))) end += 1;
      return this.to(end, TOKEN.bind);
    }
    if (profile.colonDigits && next < 128 && CLASSES[next] === LETTER && before !== 0x3a) {
      this.word(at + 1);
      return TOKEN.bind;
    }
    return this.to(at + 1, TOKEN.operator);
  }

  /** `a-1` subtracts; `a = -1`, `LIMIT -1` have a number with a sign. */
  private isSign(at: number): boolean {
    if (at === 0) return true;
    const before = this.source.charCodeAt(at - 1);
    return !isWordPart(before) && before !== 0x29 && before !== 0x5d && before !== 0x27 && before !== 0x22;
  }

  private isDashComment(at: number): boolean {
    if (!this.profile.dashNeedsSpace) return true;
    const code = this.source.charCodeAt(at + 2);
    return Number.isNaN(code) || (code < 128 && CLASSES[code] === SPACE);
  }

  private lineComment(from: number): TokenKind {
    const close = this.source.indexOf('\n', from);
    return this.to(close === -1 ? this.source.length : close, TOKEN.comment);
  }

  private blockComment(from: number): TokenKind {
    const { source } = this;
    if (!this.profile.nestedComments) {
      const close = source.indexOf('*/', from);
      const end = close === -1 ? source.length : close + 2;
      const inner = source.indexOf('/*', from);
      this.nested ||= inner !== -1 && inner < end;
      return this.to(end, TOKEN.comment);
    }
    let at = from;
    let open = source.indexOf('/*', at);
    let close = source.indexOf('*/', at);
    for (let depth = 1; depth > 0;) {
      if (close === -1) return this.to(source.length, TOKEN.comment);
      const opens = open !== -1 && open < close;
      depth += opens ? 1 : -1;
      at = (opens ? open : close) + 2;
      if (open !== -1 && open < at) open = source.indexOf('/*', at);
      if (close < at) close = source.indexOf('*/', at);
    }
    return this.to(at, TOKEN.comment);
  }
}
