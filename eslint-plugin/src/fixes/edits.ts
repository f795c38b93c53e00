import type { Range } from '../analysis/facts.ts';

/** Replacement of a half-open character range by a text. */
export interface Edit extends Range {
  readonly text: string;
}

/** How far before and after an entry its comma and comment are looked for, in characters. */
const NEAR = 400;

/** Deletes an entry of an object literal with its comma and the comment behind it, and its line when nothing else is on it. */
export function removeEntry(text: string, range: Range): Edit {
  let { start, end } = range;
  const after = /^\s*,/.exec(text.slice(end, end + NEAR));
  if (after) end += after[0].length;
  else {
    const before = /,\s*$/.exec(text.slice(Math.max(0, start - NEAR), start));
    if (before) start -= before[0].length;
  }
  return withLine(text, start, end);
}

/** Deletes a statement with its line. */
export function removeStatement(text: string, range: Range): Edit {
  return withLine(text, range.start, range.end);
}

/** Widens a deletion over the indentation, the comment behind it and the line break when the line becomes empty. */
function withLine(text: string, start: number, end: number): Edit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const rest = /^[ \t]*(?:\/\/[^\n]*|\/\*(?:(?!\*\/)[^\n])*\*\/[ \t]*)?(?:\r?\n|$)/.exec(text.slice(end, end + NEAR));
  if (/^[ \t]*$/.test(text.slice(lineStart, start)) && rest)
    return { start: lineStart, end: end + rest[0].length, text: '' };
  const gap = text.charAt(end) === ' ' && /[\s{([]/.test(text.charAt(start - 1)) ? 1 : 0;
  return { start, end: end + gap, text: '' };
}

/** Replaces a range. */
export function replace(range: Range, text: string): Edit {
  return { start: range.start, end: range.end, text };
}

/** Inserts an import after the last one at the top of the file, unless the file has it. */
export function addImport(text: string, statement: string, marker: string): Edit[] {
  if (text.includes(marker)) return [];
  const imports = [
    ...text.matchAll(/^import[^;]*?from\s+['"][^'"]+['"];?[ \t]*\r?\n|^import\s+['"][^'"]+['"];?[ \t]*\r?\n/gm),
  ];
  const last = imports.at(-1);
  const at = last
    ? last.index + last[0].length
    : (/^(?:#![^\n]*\n|(?:['"]use strict['"];?\s*\n))*/.exec(text)?.[0].length ?? 0);
  return [{ start: at, end: at, text: `${statement}\n` }];
}
