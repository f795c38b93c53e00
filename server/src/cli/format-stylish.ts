import type { Paint } from './io.ts';
import type { LinesOf, Message, Result, SkippedFile } from './results.ts';
import { relativePath } from './select-files.ts';

/** What a format writes about. */
export interface Report {
  readonly root: string;
  readonly results: readonly Result[];
  readonly skipped: readonly SkippedFile[];
  readonly lines: LinesOf;
  /** Number of findings that `--fix` has repaired. */
  readonly fixed: number;
  readonly version: string;
}

const MAX_FRAME = 160;

/** For people: file by file, each finding with the line it is about and the way its value took. */
export function formatStylish({ root, results, skipped, lines, fixed }: Report, paint: Paint): string {
  const out: string[] = [];
  for (const { filePath, messages } of results) {
    if (messages.length === 0) continue;
    out.push(paint('underline', relativePath(root, filePath)));
    for (const message of messages) out.push(...block(message, filePath, root, lines, paint));
    out.push('');
  }
  for (const { filePath, reason } of skipped)
    out.push(paint('dim', `Not checked: ${relativePath(root, filePath)} ${reason}.`));
  if (fixed > 0) out.push(`${count(fixed, 'finding')} fixed`);
  const summary = summaryOf(results, paint);
  if (summary !== '') out.push(...(skipped.length > 0 ? [''] : []), summary);
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

function block(m: Message, path: string, root: string, lines: LinesOf, paint: Paint): string[] {
  const level = m.severity === 2 ? paint('red', 'error') : paint('yellow', 'warning');
  return [
    `  ${m.line}:${m.column}  ${level}  ${m.message}  ${paint('dim', m.ruleId)}`,
    ...frame(m, lines.of(path).line(m.line), paint),
    ...trace(m, root, paint),
  ];
}

function frame(m: Message, source: string, paint: Paint): string[] {
  const indent = source.length - source.trimStart().length;
  const text = source.slice(indent).replaceAll('\t', ' ');
  if (text.trim() === '' || m.column - indent > MAX_FRAME) return [];
  const gutter = String(m.line);
  const width = m.endLine === m.line ? m.endColumn - m.column : text.length - (m.column - indent) + 1;
  const shown = text.length > MAX_FRAME ? `${text.slice(0, MAX_FRAME)}…` : text;
  const carets = '^'.repeat(Math.max(1, Math.min(width, shown.length - (m.column - indent) + 1)));
  return [
    `    ${paint('dim', `${gutter} |`)} ${shown}`,
    `    ${paint('dim', `${' '.repeat(gutter.length)} |`)} ${' '.repeat(Math.max(0, m.column - indent - 1))}${paint('red', carets)}`,
  ];
}

function trace(m: Message, root: string, paint: Paint): string[] {
  return (m.related ?? []).map(
    (place) =>
      `    ${paint('dim', place.step ? '←' : '·')} ${place.message}  ${paint('cyan', `${relativePath(root, place.filePath)}:${place.line}`)}`,
  );
}

function summaryOf(results: readonly Result[], paint: Paint): string {
  const errors = results.reduce((n, r) => n + r.errorCount, 0);
  const warnings = results.reduce((n, r) => n + r.warningCount, 0);
  const known = results.reduce((n, r) => n + r.suppressedMessages.length, 0);
  const files = results.filter((r) => r.messages.length > 0).length;
  const baseline = known > 0 ? `${count(known, 'finding')} in the baseline` : '';
  if (errors + warnings === 0) return baseline;
  const parts = [errors > 0 ? count(errors, 'error') : '', warnings > 0 ? count(warnings, 'warning') : ''];
  const text = `${parts.filter((p) => p !== '').join(' and ')} in ${count(files, 'file')}${baseline === '' ? '' : `, ${baseline}`}`;
  const fixable = results.reduce((n, r) => n + r.messages.filter((m) => m.fix).length, 0);
  const hint = fixable === 0 ? '' : `\n${count(fixable, 'finding')} can be fixed with --fix`;
  return paint('bold', paint(errors > 0 ? 'red' : 'yellow', text)) + hint;
}

/** "1 file", "2 files". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
