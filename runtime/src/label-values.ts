/** Label values as they are stored: bounded in length, well-formed, and never a slice that keeps a longer string alive. */

/** Value that stands for everything that a limit or a domain did not let through. */
export const OTHER = '__other__';

/** Longest label value in UTF-16 code units; what is longer is cut, so that a request cannot write megabytes into a scrape. */
export const MAX_VALUE_LENGTH = 256;

/** A value that can be written as a label. */
export type LabelValue = string | number | boolean | bigint;

/** Labels as they come from a caller: names to values, read in the order of the declaration and never kept. */
export type LabelRecord = Readonly<Record<string, unknown>>;

/**
 * The text of a raw label value. Missing values become the empty text, which Prometheus takes as "no such label";
 * objects become `__other__`, because their text has no bound and may run code of the service.
 */
export function labelText(raw: unknown): string {
  switch (typeof raw) {
    case 'string':
      return wellFormed(raw.length > MAX_VALUE_LENGTH ? cut(raw) : raw);
    case 'number':
    case 'boolean':
    case 'bigint':
      return labelText(String(raw));
    case 'object':
      return raw === null ? '' : OTHER;
    case 'symbol':
      return OTHER;
    default:
      // A function can only be an inherited one, such as `constructor` of a label object without that label.
      return '';
  }
}

/** Lone surrogates become U+FFFD, as they do in UTF-8 anyway: otherwise two series would print the same. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

function cut(text: string): string {
  const last = text.charCodeAt(MAX_VALUE_LENGTH - 1);
  const isSplitPair = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, isSplitPair ? MAX_VALUE_LENGTH - 1 : MAX_VALUE_LENGTH);
}

/** A copy of its own: a slice would keep the whole string it was cut from (a URL, a body) in memory. */
export function ownCopy(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

const SHAPE_LENGTH = 24;

/** The shape of a value for messages (`aaaa_999`, 8 characters): tells what kind of value it is and never the value. */
export function shapeOf(text: string): string {
  const shape = text
    .slice(0, SHAPE_LENGTH)
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{Nd}/gu, '9')
    .replace(/[^A9\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/gu, 'a');
  return `${shape}${text.length > SHAPE_LENGTH ? '…' : ''}, ${text.length} characters`;
}
