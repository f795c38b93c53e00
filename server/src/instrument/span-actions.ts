import type { TextEdit } from '../findings.ts';
import { hasSpan } from './applied.ts';
import { awaitReturns } from './awaits.ts';
import { frameBlock, indentLines } from './body.ts';
import { Head } from './head.ts';
import type { InstrumentAction, InstrumentContext, InstrumentFile } from './index.ts';
import { innerType, redeclaredParameter, usesOwnFrame } from './inner-function.ts';
import { stemOf } from './name.ts';
import { openSheet, type Sheet } from './sheet.ts';
import { indentAt } from './style.ts';
import type { Target } from './target.ts';
import { obstacle, variantsOf } from './variants.ts';

const KIND = 'refactor.rewrite.telint.span';
const API = '@opentelemetry/api';

/** "Wrap in a span" for the function at the cursor. */
export function spanActions(
  target: Target,
  file: InstrumentFile,
  context: InstrumentContext,
): readonly InstrumentAction[] {
  if (hasSpan(target)) return [];
  const title = `Wrap \`${target.name}\` in a span`;
  const reason =
    (isRuntime(context, target) && target.returns === 'mixed' ? target.refused : obstacle(target)) ??
    redeclaredParameter(target);
  if (reason !== undefined) return [{ title, kind: KIND, disabled: `Not possible: ${reason}.`, edits: () => [] }];
  if (isRuntime(context, target)) return [{ title, kind: KIND, edits: () => wrapRuntime(target, file) }];
  return variantsOf(target, 'that ends when').map(({ waits, note }) => ({
    title: title + note,
    kind: KIND,
    edits: () => wrapPlain(target, file, context, waits),
  }));
}

/** `withSpan` takes any function; a generator that uses `this` or `arguments` would lose them in it. */
function isRuntime(context: InstrumentContext, target: Target): boolean {
  return context.flavour === 'runtime' && !(target.isGenerator && usesOwnFrame(target));
}

function wrapPlain(
  target: Target,
  file: InstrumentFile,
  context: InstrumentContext,
  waits: boolean,
): readonly TextEdit[] {
  const sheet = openSheet(file, target.body);
  if (!sheet) return [];
  const head = new Head(sheet);
  const tracer = tracerOf(sheet, head, context);
  const status = head.import(API, 'SpanStatusCode');
  const span = head.names.free('span', 'activeSpan', 'ownSpan');
  const { unit, semi, quote, eol, isTypeScript } = sheet.style;
  const name = literal(target.name, quote);
  const error = isTypeScript ? 'error as Error' : 'error';
  const endings = [
    '} catch (error) {',
    `${unit}${span}.recordException(${error})${semi}`,
    `${unit}${span}.setStatus({ code: ${status}.ERROR })${semi}`,
    `${unit}throw error${semi}`,
    '} finally {',
    `${unit}${span}.end()${semi}`,
    '}',
  ];
  const edits: TextEdit[] = [...head.edits()];
  if (target.isGenerator) {
    const open = [`const ${span} = ${tracer}.startSpan(${name})${semi}`, 'try {'];
    return sorted([...edits, ...frameBlock(sheet, { open, close: endings, depth: 1 })]);
  }
  const awaits = waits ? awaitReturns(sheet) : [];
  const type = innerType(sheet, waits);
  const start = `${tracer}.startActiveSpan(${name}, ${waits ? 'async ' : ''}(${span})${type} => {`;
  if (target.isBlock) {
    const open = [`return ${start}`, `${unit}try {`];
    const close = [...endings.map((line) => unit + line), `})${semi}`];
    return sorted([...edits, ...awaits, ...frameBlock(sheet, { open, close, depth: 2 })]);
  }
  const { gap, start: from, end: to } = expressionRange(sheet);
  const line = indentAt(sheet.text, from);
  // a call over several lines begins below the arrow
  const base = gap === undefined ? line : line + unit;
  const lead = gap === undefined ? '' : eol + base;
  const open = `${lead}${start}${eol}${base}${unit}try {${eol}${base}${unit}${unit}return `;
  const close = endings.map((ending) => eol + base + unit + ending).join('');
  return sorted([
    ...edits,
    { start: gap ?? from, end: from, text: open },
    ...awaits,
    ...indentLines(sheet, from, to, gap === undefined ? 2 : 3),
    { start: to, end: to, text: `${semi}${close}${eol}${base}})` },
  ]);
}

function wrapRuntime(target: Target, file: InstrumentFile): readonly TextEdit[] {
  const sheet = openSheet(file, target.body);
  if (!sheet) return [];
  const head = new Head(sheet);
  const withSpan = head.import('@telint/runtime', 'withSpan', 'runWithSpan');
  const { semi, quote } = sheet.style;
  const name = literal(target.name, quote);
  const edits = [...head.edits()];
  const type = innerType(sheet, target.isAsync);
  if (target.isGenerator) {
    const inner = `${target.isAsync ? 'async ' : ''}function* ()${type} {`;
    const open = [`return yield* ${withSpan}(${name}, ${inner}`];
    return sorted([...edits, ...frameBlock(sheet, { open, close: [`})${semi}`], depth: 1 })]);
  }
  const start = `${withSpan}(${name}, ${target.isAsync ? 'async ' : ''}()${type} => `;
  if (target.isBlock)
    return sorted([...edits, ...frameBlock(sheet, { open: [`return ${start}{`], close: [`})${semi}`], depth: 1 })]);
  const { start: from, end: to } = expressionRange(sheet);
  return sorted([...edits, { start: from, end: from, text: start }, { start: to, end: to, text: ')' }]);
}

function tracerOf(sheet: Sheet, head: Head, context: InstrumentContext): string {
  const { ts, text, style } = sheet;
  const own = head.defined(
    (init) =>
      ts.isCallExpression(init) &&
      ts.isPropertyAccessExpression(init.expression) &&
      init.expression.name.text === 'getTracer',
  );
  const used =
    own ??
    head.imported((name) => new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}\\.startActiveSpan\\(`).test(text));
  if (used !== undefined) return used;
  const trace = head.import(API, 'trace');
  const name = head.names.free('tracer', 'otelTracer');
  const scope = literal(context.project?.packageName ?? stemOf(sheet.path), style.quote);
  head.define(`const ${name} = ${trace}.getTracer(${scope})${style.semi}`);
  return name;
}

/** The expression of an arrow function with its parentheses, and where the blanks before it begin if it is on the arrow's line. */
function expressionRange({ ts, fn, source, text }: Sheet): {
  readonly gap: number | undefined;
  readonly start: number;
  readonly end: number;
} {
  const start = fn.body.getStart(source);
  const arrow = ts.isArrowFunction(fn) ? fn.equalsGreaterThanToken.end : start;
  return { gap: /^[ \t]*$/.test(text.slice(arrow, start)) ? arrow : undefined, start, end: fn.body.end };
}

/** A string literal in the quotes of the file. */
export function literal(text: string, quote: "'" | '"'): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
  return quote + escaped + quote;
}

/** Edits in the order of the text; those at one place stay in their order. */
export function sorted(edits: readonly TextEdit[]): readonly TextEdit[] {
  return edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
}
