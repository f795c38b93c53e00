import { isWordCode } from './sanitize-text.ts';

const DELIMITERS = new Set(' \t\r\n"\'`,;&<>(){}[]|');

function isDelimiter(text: string, at: number): boolean {
  return DELIMITERS.has(text.charAt(at));
}

function isNumberPart(char: string): boolean {
  return (char >= '0' && char <= '9') || (char >= 'A' && char <= 'Z');
}

/**
 * Cuts a text to `length` UTF-16 units with a mark. The run of characters at the cut goes as a whole, as do groups of
 * digits and capitals before it: half a token, half a card number would not be recognised any more.
 */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  const mark = `[TRUNCATED ${text.length} chars]`;
  let end = length - mark.length;
  while (end > 0 && !isDelimiter(text, end - 1)) end--;
  for (;;) {
    let at = end;
    while (at > 0 && isDelimiter(text, at - 1)) at--;
    let start = at;
    while (start > 0 && isNumberPart(text.charAt(start - 1)) && at - start < 24) start--;
    if (start === at || (start > 0 && isWordCode(text.charCodeAt(start - 1)))) break;
    end = start;
  }
  return text.slice(0, end) + mark;
}
