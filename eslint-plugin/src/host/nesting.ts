/** Brackets inside brackets: the native parser overflows its stack, which ends the process, at some 4,000 on a main thread and half of that in a worker. */
const MAX_BRACKETS = 1000;
/** Operators, calls and members in one expression, and `else` in one file: each is a level of the tree, and cheaper for the parser. */
const MAX_LINKS = 2000;
/** A shorter text cannot be too deep. */
const SMALL = 2 * MAX_BRACKETS;

const OPEN = 1;
const CLOSE = 2;
const LINK = 4;
/** A line that ends or begins with one goes on with the expression. */
const OPERATOR = 8;
const END = 16;
const BLANK = 32;

const kinds = new Uint8Array(128);
function mark(characters: string, kind: number): void {
  for (const c of characters) kinds[c.charCodeAt(0)] = (kinds[c.charCodeAt(0)] ?? 0) | kind;
}
mark('([{', OPEN | OPERATOR);
mark(')]}', CLOSE);
mark('+-*/%|&?.>', LINK | OPERATOR);
mark('(', LINK);
mark(':=,<', OPERATOR);
mark(';,', END);
mark(' \t\r', BLANK);
const NEWLINE = 10;

/**
 * Is a text nested so deeply that parsing it could end the process? One pass over the characters, which takes brackets in
 * strings and comments for code: what is wrongly called too deep is not read, and nothing else happens.
 */
export function isTooDeep(text: string): boolean {
  if (text.length < SMALL) return false;
  let depth = 0;
  let links = 0;
  let last = 0;
  let atLineStart = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === NEWLINE) {
      atLineStart = true;
      continue;
    }
    const kind = kinds[c] ?? 0;
    if (kind === BLANK) continue;
    if (kind & OPEN && ++depth > MAX_BRACKETS) return true;
    if (kind & CLOSE && depth > 0) depth--;
    // A statement ends at a semicolon, or where a line begins with a word and the one before did not end with an operator.
    if (kind & END || (atLineStart && !((kind | last) & OPERATOR))) links = 0;
    else if (kind & LINK && ++links > MAX_LINKS) return true;
    last = kind;
    atLineStart = false;
  }
  return (text.match(/\belse\b/g)?.length ?? 0) > MAX_LINKS;
}
