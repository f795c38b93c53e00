/** Where the characters of a JSON or YAML string stand in its file. */

/** File offset of an offset in a decoded string; its length maps to the end. */
export type PositionOf = (offset: number) => number;

const ESCAPE = /^\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|[^])/;

/** Whitespace is what folding and indentation change. */
const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\n' || char === '\t' || char === '\r';

/**
 * Aligns a decoded value with its source from `start` on: escapes of double quotes, doubled single quotes, and lines that
 * YAML folds or indents. Where they do not fit, the positions stay at the last one that did.
 */
export function alignString(source: string, start: number, value: string): PositionOf {
  const quote = source[start] === '"' || source[start] === "'" ? source[start] : undefined;
  const offsets: number[] = [];
  let at = quote === undefined ? start : start + 1;
  for (let i = 0; i < value.length; i++) {
    const char = value[i];
    if (quote === undefined && isSpace(source[at]) && !isSpace(char)) while (isSpace(source[at])) at++;
    offsets.push(at);
    if (quote === '"' && source[at] === '\\') at += ESCAPE.exec(source.slice(at, at + 80))?.[0].length ?? 1;
    else if (quote === "'" && char === "'") at += 2;
    else if (isSpace(char) && source[at] !== char) while (isSpace(source[at])) at++;
    else at++;
  }
  offsets.push(at);
  return (offset) => offsets[Math.min(offset, value.length)] ?? start;
}
