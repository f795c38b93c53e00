import { SqlLexer } from './sql-lexer.ts';
import { type SqlProfile } from './sql-profiles.ts';
import { TOKEN } from './sql-tokens.ts';

/** The literals and comments of a statement as one dialect reads it: start, end and 1 for a literal, flat. */
function literalsOf(source: string, profile: SqlProfile): number[] {
  const lexer = new SqlLexer(source, profile);
  const spans: number[] = [];
  for (;;) {
    const kind = lexer.next();
    if (kind === TOKEN.end) break;
    if (kind === TOKEN.string || kind === TOKEN.number || kind === TOKEN.dollarFunction) {
      spans.push(lexer.start, lexer.end, 1);
    } else if (kind === TOKEN.comment) spans.push(lexer.start, lexer.end, 0);
  }
  spans.push(Infinity, Infinity, 0);
  return spans;
}

/** The list whose next span begins first. */
function nearest(lists: readonly number[][], cursors: readonly number[]): number {
  let best = 0;
  for (let index = 1; index < lists.length; index += 1) {
    if (startAt(lists, cursors, index) < startAt(lists, cursors, best)) best = index;
  }
  return best;
}

function startAt(lists: readonly number[][], cursors: readonly number[], index: number): number {
  return lists[index]?.[cursors[index] ?? 0] ?? Infinity;
}

/**
 * Replaces by `?` what at least one of the dialects reads as a literal, and by a space what they only read as a comment.
 * The rest is code in every dialect.
 */
export function unitedLiterals(source: string, profiles: readonly SqlProfile[]): string {
  const lists = profiles.map((profile) => literalsOf(source, profile));
  const cursors = profiles.map(() => 0);
  let out = '';
  let copied = 0;
  let end = 0;
  let literal = 0;
  for (;;) {
    const list = nearest(lists, cursors);
    const cursor = cursors[list] ?? 0;
    const start = startAt(lists, cursors, list);
    if (start >= end && end > copied) {
      out += literal === 1 ? '?' : ' ';
      copied = end;
      literal = 0;
    }
    if (start === Infinity) return out + source.slice(copied);
    if (start >= end) {
      out += source.slice(copied, start);
      copied = start;
    }
    end = Math.max(end, lists[list]?.[cursor + 1] ?? Infinity);
    literal |= lists[list]?.[cursor + 2] ?? 1;
    cursors[list] = cursor + 3;
  }
}
