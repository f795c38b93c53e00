import type { TextEdit } from '../findings.ts';
import { eachBelow, type Sheet, type TsNode } from './sheet.ts';
import { indentAt } from './style.ts';

/** Lines around the body of a function; each is indented by what it says, in levels below the function. */
export interface Frame {
  readonly open: readonly string[];
  readonly close: readonly string[];
  /** Levels that the statements of the body move to the right. */
  readonly depth: number;
}

/** Puts lines around the statements of a block, which are indented further and otherwise stay as they are. */
export function frameBlock(sheet: Sheet, frame: Frame): readonly TextEdit[] {
  const { ts, text, style, source, fn } = sheet;
  const { eol, unit } = style;
  const block = fn.body;
  if (!ts.isBlock(block)) return [];
  const close = block.end - 1;
  const base = indentAt(text, isFirstOnLine(text, close) ? close : block.getStart(source));
  const line = (levelled: string): string => base + unit + levelled;
  const directives = block.statements.findLast(
    (s, i) => isDirective(sheet, s) && block.statements.slice(0, i).every((d) => isDirective(sheet, d)),
  );
  const start = directives ? directives.end : block.getStart(source) + 1;
  const edits: TextEdit[] = [];
  const inner = text.slice(start, close);
  const head = /^[ \t]*(?:\/\/[^\n]*|(?:\/\*(?:(?!\*\/)[^\n])*\*\/[ \t]*)*)(?=\r?\n)/.exec(inner);
  const open = frame.open.map(line).join(eol);
  let from: number;
  if (head) {
    // the statements begin on a line of their own; a comment behind the brace stays there
    from = start + head[0].replace(/\r$/, '').length;
    edits.push({ start: from, end: from, text: eol + open });
  } else {
    from = start + (/^[ \t]*/.exec(inner)?.[0].length ?? 0);
    const first = from < close ? eol + base + unit.repeat(frame.depth + 1) : '';
    edits.push({ start, end: from, text: eol + open + first });
  }
  const last = isFirstOnLine(text, close) ? text.lastIndexOf('\n', close - 1) + 1 : undefined;
  edits.push(...indentLines(sheet, from, last ?? close, frame.depth));
  const end = frame.close.map((l) => line(l) + eol).join('');
  if (last !== undefined && last > from) edits.push({ start: last, end: last, text: end });
  else {
    const gap = /[ \t]*$/.exec(text.slice(from, close))?.[0].length ?? 0;
    edits.push({ start: close - gap, end: close, text: eol + end + base });
  }
  return edits;
}

function isDirective({ ts }: Sheet, node: TsNode): boolean {
  return ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
}

function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

/** Indents the lines that begin in a range; lines of template literals and continued strings keep their text. */
export function indentLines(sheet: Sheet, from: number, to: number, depth: number): readonly TextEdit[] {
  const { text, style } = sheet;
  const kept = literalLines(sheet, from, to);
  const edits: TextEdit[] = [];
  const indent = style.unit.repeat(depth);
  for (let at = text.indexOf('\n', from) + 1; at > 0 && at < to; at = text.indexOf('\n', at) + 1)
    if (!kept.has(at) && !/^[ \t]*\r?(?:\n|$)/.test(text.slice(at, at + 200)))
      edits.push({ start: at, end: at, text: indent });
  return edits;
}

function literalLines({ ts, text, source, fn }: Sheet, from: number, to: number): ReadonlySet<number> {
  const kept = new Set<number>();
  eachBelow(ts, fn.body, (node) => {
    if (!ts.isTemplateLiteralToken(node) && !ts.isStringLiteral(node) && !ts.isJsxText(node)) return;
    // text of JSX may be indented, as its line breaks do not count
    if (ts.isJsxText(node)) return;
    if (node.end < from || node.pos > to) return;
    for (let i = text.indexOf('\n', node.getStart(source)); i >= 0 && i < node.end; i = text.indexOf('\n', i + 1))
      kept.add(i + 1);
  });
  return kept;
}
