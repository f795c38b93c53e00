import type { TextEdit } from '../findings.ts';
import { hasCounter, hasTimer } from './applied.ts';
import { awaitExpression, awaitReturns } from './awaits.ts';
import { frameBlock, indentLines, type Frame } from './body.ts';
import { Head } from './head.ts';
import type { InstrumentAction, InstrumentContext, InstrumentFile } from './index.ts';
import { counterOf, histogramOf, libraryOf } from './metric-definitions.ts';
import { openSheet, type Sheet } from './sheet.ts';
import { literal, sorted } from './span-actions.ts';
import { indentAt } from './style.ts';
import type { Target } from './target.ts';
import { obstacle, variantsOf } from './variants.ts';

type Recipe = (sheet: Sheet, head: Head, target: Target, context: InstrumentContext) => Made;

/** Lines around the body, and the definition that new ones have to stand below. */
interface Made {
  readonly frame: Frame;
  readonly after: string | undefined;
}

/** "Count calls and errors" and "time with a histogram" for the function at the cursor. */
export function metricActions(
  target: Target,
  file: InstrumentFile,
  context: InstrumentContext,
): readonly InstrumentAction[] {
  const actions: InstrumentAction[] = [];
  const add = (kind: string, title: string, settles: string, recipe: Recipe): void => {
    const reason = obstacle(target);
    if (reason !== undefined) {
      actions.push({ title, kind, disabled: `Not possible: ${reason}.`, edits: () => [] });
      return;
    }
    for (const { waits, note } of variantsOf(target, settles))
      actions.push({ title: title + note, kind, edits: () => surround(target, file, context, waits, recipe) });
  };
  const { name } = target;
  if (!hasCounter(target))
    add('refactor.rewrite.telint.counter', `Count calls and errors of \`${name}\``, 'when', counter);
  if (!hasTimer(target))
    add('refactor.rewrite.telint.histogram', `Time \`${name}\` with a histogram`, 'until', histogram);
  return actions;
}

function counter(sheet: Sheet, head: Head, target: Target, context: InstrumentContext): Made {
  const library = libraryOf(sheet, context);
  const { name, after } = counterOf(sheet, head, target, library, context);
  const { unit, semi, quote, isTypeScript } = sheet.style;
  const outcome = head.names.free('outcome', 'callOutcome');
  const [good, bad] = [literal('success', quote), literal('error', quote)];
  const type = isTypeScript && library === '@telint/runtime/metrics' ? `: ${good} | ${bad}` : '';
  const labels = outcome === 'outcome' ? '{ outcome }' : `{ outcome: ${outcome} }`;
  const write = library === '@opentelemetry/api' ? `${name}.add(1, ${labels})` : `${name}.inc(${labels})`;
  return {
    after,
    frame: {
      open: [`let ${outcome}${type} = ${good}${semi}`, 'try {'],
      close: [
        '} catch (error) {',
        `${unit}${outcome} = ${bad}${semi}`,
        `${unit}throw error${semi}`,
        '} finally {',
        `${unit}${write}${semi}`,
        '}',
      ],
      depth: 1,
    },
  };
}

function histogram(sheet: Sheet, head: Head, target: Target, context: InstrumentContext): Made {
  const library = libraryOf(sheet, context);
  const { name, after } = histogramOf(sheet, head, target, library, context);
  const { unit, semi } = sheet.style;
  const isApi = library === '@opentelemetry/api';
  const local = isApi ? head.names.free('startedAt', 'callStartedAt') : head.names.free('stopTimer', 'stopCallTimer');
  const start = isApi ? 'performance.now()' : `${name}.startTimer()`;
  const stop = isApi ? `${name}.record((performance.now() - ${local}) / 1000)` : `${local}()`;
  return {
    after,
    frame: {
      open: [`const ${local} = ${start}${semi}`, 'try {'],
      close: ['} finally {', `${unit}${stop}${semi}`, '}'],
      depth: 1,
    },
  };
}

function surround(
  target: Target,
  file: InstrumentFile,
  context: InstrumentContext,
  waits: boolean,
  recipe: Recipe,
): readonly TextEdit[] {
  const sheet = openSheet(file, target.body);
  if (!sheet) return [];
  const head = new Head(sheet);
  const { frame, after } = recipe(sheet, head, target, context);
  const edits = [...head.edits(after)];
  if (waits && !target.isAsync) {
    const at = asyncPlace(sheet);
    edits.push({ start: at, end: at, text: 'async ' });
  }
  if (target.isBlock) return sorted([...edits, ...(waits ? awaitReturns(sheet) : []), ...frameBlock(sheet, frame)]);
  return sorted([...edits, ...blockOf(sheet, frame, waits)]);
}

/** Where `async` goes: before the name of a method, else before the function. */
function asyncPlace({ ts, fn, source }: Sheet): number {
  if (ts.isMethodDeclaration(fn)) return fn.name.getStart(source);
  const keyword = fn.getChildren(source).find((c) => c.kind === ts.SyntaxKind.FunctionKeyword);
  return (keyword ?? fn).getStart(source);
}

/** A block with lines around what was the expression of an arrow function. */
function blockOf(sheet: Sheet, frame: Frame, waits: boolean): TextEdit[] {
  const { ts, text, source, fn, style } = sheet;
  const { eol, unit, semi } = style;
  const start = fn.body.getStart(source);
  const arrow = ts.isArrowFunction(fn) ? fn.equalsGreaterThanToken.end : start;
  const isBare = text.slice(arrow, start).trim() === '';
  const from = isBare ? arrow : start;
  const base = indentAt(text, from);
  const line = (levelled: string): string => eol + base + unit + levelled;
  const isBelow = text.slice(from, start).includes('\n');
  const open = `${isBare ? ' ' : ''}{${frame.open.map(line).join('')}${line(`${unit}return `)}`;
  const close = `${semi}${frame.close.map(line).join('')}${eol}${base}}`;
  return [
    { start: from, end: start, text: open },
    ...(waits ? awaitExpression(sheet, fn.body) : []),
    ...indentLines(sheet, start, fn.body.end, isBelow ? 1 : 2),
    { start: fn.body.end, end: fn.body.end, text: close },
  ];
}
