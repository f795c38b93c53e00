import type { LabelFact, Range } from '../analysis/facts.ts';
import { removeEntry, removeStatement, replace, type Edit } from './edits.ts';
import { calleeStart, closeAfter, codeOnly, openBefore, statementOf } from './source.ts';

/** What fixes need to know of a label or of an attribute. */
export type Entry = Pick<LabelFact, 'key' | 'range' | 'valueRange' | 'form' | 'editRange' | 'editForm'>;

const LOG_METHODS = new Set([
  'trace',
  'debug',
  'info',
  'log',
  'notice',
  'warn',
  'warning',
  'error',
  'fatal',
  'verbose',
  'silly',
  'http',
]);
/** Methods that work without their object of labels or attributes. */
const OPTIONAL = new Set([
  'inc',
  'dec',
  'set',
  'observe',
  'startTimer',
  'add',
  'record',
  'addEvent',
  'createBaggage',
  'startSpan',
  ...LOG_METHODS,
]);

/** Deletion of an entry together with what is pointless without it; undefined for an argument, which has a place to keep. */
export function removalOf(entry: Pick<Entry, 'form' | 'range'>, text: string): Edit | undefined {
  switch (entry.form) {
    case 'property':
    case 'shorthand':
    case 'spread': {
      const object = objectOfOnly(entry.range, text);
      return object ? objectRemoval(object, text) : removeEntry(text, entry.range);
    }
    case 'assignment': {
      const semicolon = text.charAt(entry.range.end) === ';' ? 1 : 0;
      return statementRemoval({ start: entry.range.start, end: entry.range.end + semicolon }, text);
    }
    default:
      return undefined;
  }
}

/** Deletion of the call whose method stands at an offset, where it is a statement of its own and no part of a chain. */
export function callRemoval(method: number, text: string): Edit | undefined {
  const code = codeOnly(text);
  const name = /^[\w$]+\s*(?:\?\.)?\s*\(/.exec(code.slice(method));
  if (!name) return undefined;
  const paren = method + name[0].length - 1;
  const start = calleeStart(code, paren);
  if (/\(\s*[^)\s]/.test(code.slice(start, paren))) return undefined;
  const statement = statementOf(code, { start, end: closeAfter(code, paren + 1) + 1 });
  return statement && statementRemoval(statement, text);
}

/** Deletes a statement, and the `if` whose only content it is. */
function statementRemoval(statement: Range, text: string): Edit {
  const code = codeOnly(text);
  let { start, end } = statement;
  for (let depth = 0; depth < 3; depth++) {
    const open = openBefore(code, start);
    const close = closeAfter(code, end);
    if (
      open < 0 ||
      close < 0 ||
      code.charAt(open) !== '{' ||
      text.slice(open + 1, start).trim() !== '' ||
      text.slice(end, close).trim() !== ''
    )
      break;
    const head = code.slice(0, open).trimEnd();
    const paren = head.endsWith(')') ? openBefore(code, head.length - 1) : -1;
    const keyword = /\bif\s*$/.exec(code.slice(0, Math.max(0, paren)));
    const hasEffects = /\(|\bawait\b|\+\+|--|(?<![=!<>])=(?![=>])/.test(code.slice(paren + 1, head.length - 1));
    if (
      !keyword ||
      hasEffects ||
      /\belse\s*$/.test(code.slice(0, keyword.index)) ||
      /^\s*else\b/.test(code.slice(close + 1))
    )
      break;
    start = keyword.index;
    end = close + 1;
  }
  return removeStatement(text, { start, end });
}

/** The object literal that has nothing but this entry. */
function objectOfOnly(entry: Range, text: string): Range | undefined {
  const before = /\{\s*$/.exec(text.slice(0, entry.start));
  const after = /^\s*,?\s*\}/.exec(text.slice(entry.end));
  return before && after ? { start: before.index, end: entry.end + after[0].length } : undefined;
}

/** Deletion of an object of labels or attributes: with the argument, the statement or the property that it is. */
export function objectRemoval(object: Range, text: string): Edit {
  const code = codeOnly(text);
  const key = /(?<![\w$'"])attributes\s*:\s*$/.exec(code.slice(0, object.start));
  if (key) {
    const entry = { start: key.index, end: object.end };
    const holder = objectOfOnly(entry, text);
    return holder ? objectRemoval(holder, text) : removeEntry(text, entry);
  }
  const before = code.slice(0, object.start).trimEnd();
  const after = /^(\s*,)?\s*(\))?/.exec(code.slice(object.end));
  const paren = before.endsWith('(') ? before.length - 1 : before.endsWith(',') ? openBefore(code, object.start) : -1;
  const isLast = after?.[2] !== undefined;
  const method =
    paren < 0 || code.charAt(paren) !== '(' ? undefined : /([\w$]+)\s*(?:\?\.)?\s*$/.exec(code.slice(0, paren));
  if (!method || (!isLast && after?.[1] === undefined)) return replace(object, '{}');
  const isOnly = before.endsWith('(') && isLast;
  if (isOnly && method[1] === 'setAttributes') return callRemoval(method.index, text) ?? replace(object, '{}');
  if (!OPTIONAL.has(method[1] ?? '') || (isOnly && LOG_METHODS.has(method[1] ?? ''))) return replace(object, '{}');
  const comma = after?.[1]?.length ?? 0;
  if (before.endsWith(',')) return { start: before.length - 1, end: object.end + (isLast ? comma : 0), text: '' };
  const gap = isOnly ? 0 : (/^\s*/.exec(code.slice(object.end + comma))?.[0].length ?? 0);
  return { start: object.start, end: object.end + comma + gap, text: '' };
}

/** Title of a deletion; a spread goes as a whole, so it is named and not one of its keys. */
export function dropTitle(
  entry: Pick<Entry, 'form' | 'range'> & { readonly key: string | undefined },
  noun: string,
  text: string,
): string {
  if (entry.form === 'spread') return `Drop \`${shortened(text.slice(entry.range.start, entry.range.end))}\``;
  if (entry.key === undefined || entry.key === '*') return noun === 'label' ? 'Drop these labels' : 'Drop it';
  return noun === 'label' ? `Drop the label \`${entry.key}\`` : `Drop \`${entry.key}\``;
}

function shortened(source: string): string {
  const line = source.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
