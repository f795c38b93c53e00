import type { EmissionFact, LabelFact, Range } from '../analysis/facts.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { replace, type Edit } from './edits.ts';
import { dropTitle, objectRemoval, removalOf, type Entry } from './removal.ts';
import { codeOnly, constantOf, usesOf } from './source.ts';
import { tidied } from './tidy.ts';

/** Ways to bound a label, the one that keeps most information first. */
export function labelSuggestions(reported: LabelFact, emission: EmissionFact, text: string): readonly Suggestion[] {
  if (emission.labels.length === 0 || isGiven(reported, emission, text)) return [];
  return suggestionsFor(reported, emission, text).map((s) => ({ ...s, edits: tidied(text, s.edits) }));
}

function suggestionsFor(reported: LabelFact, emission: EmissionFact, text: string): readonly Suggestion[] {
  const out: Suggestion[] = [];
  const label = atSource(reported, text);
  const better = label.form === 'object' || label.form === 'spread' ? undefined : boundedLabel(label, text);
  if (better) out.push(better);
  const kept = label.form === 'spread' ? keptOfSpread(label, reported, emission, text) : undefined;
  if (kept) out.push(kept);
  // Metrics that declare their labels take all of them with every write.
  const isNeeded = emission.shape.startsWith('telint.') && (label.form === 'property' || label.form === 'shorthand');
  const removal = isNeeded ? undefined : removalOf(label, text);
  if (removal) out.push({ title: dropTitle(label, 'label', text), edits: [removal] });
  else if (label.form === 'object') out.push({ title: 'Drop these labels', edits: [objectRemoval(label.range, text)] });
  else if (!better)
    out.push({ title: `Use the constant 'other' for \`${label.key}\``, edits: [setValue(label, "'other'")] });
  return out;
}

/**
 * The value is a parameter, and a caller in another file gives what is wrong with it: that call is reported too, and once it is
 * right there is nothing wrong here. Dropping the label here would take it from every caller.
 */
function isGiven({ valueRange, bound, sensitive }: LabelFact, { through }: EmissionFact, text: string): boolean {
  const value = text.slice(valueRange.start, valueRange.end);
  if (through !== undefined || !/^[\w$]+$/.test(value)) return false;
  const trace = bound.bound === 'unbounded' ? bound.trace : (sensitive?.trace ?? []);
  return trace.find((s) => s.text !== `\`${value}\``)?.foreign === true;
}

/** `...common(req)` brings in one label too many and one other: that one is read from the same object. */
function keptOfSpread(
  label: LabelFact,
  reported: LabelFact,
  { labels }: EmissionFact,
  text: string,
): Suggestion | undefined {
  const same = labels.filter((l) => l.form === 'spread' && l.range.start === reported.range.start);
  const good = same.filter((l) => l.bound.bound !== 'unbounded' && !l.sensitive);
  const [only] = good;
  const source = text.slice(label.range.start, label.range.end).replace(/^\.\.\.\s*/, '');
  if (
    !only ||
    good.length > 1 ||
    same.some((l) => !/^[A-Za-z_$][\w$]*$/.test(l.key)) ||
    !/^[\w$.#!]+(?:\([\w$.,\s]*\))?$/.test(source)
  )
    return undefined;
  return {
    title: `Keep only \`${only.key}\` of \`${source}\``,
    edits: [replace(label.range, `${only.key}: ${source}.${only.key}`)],
  };
}

/** A bounded value in place of the label's, or of the constant that it is set from. */
function boundedLabel(label: LabelFact, text: string): Suggestion | undefined {
  const value = text.slice(label.valueRange.start, label.valueRange.end);
  const { why } = label.bound;
  const own = boundedForm(value, why, text);
  if (own) return { title: own.title, edits: [setValue(label, own.text)] };
  const constant = constantOf(value, label.valueRange.start, label.bound.trace, text);
  const better = constant && boundedForm(text.slice(constant.start, constant.end), why, text);
  if (!better) return undefined;
  // What else reads the constant keeps its value.
  const isShared = usesOf(value, codeOnly(text)).length > 2;
  return { title: better.title, edits: [isShared ? setValue(label, better.text) : replace(constant, better.text)] };
}

/** The fact moved to the place where its entry is written; a spread begins at its dots. */
export function atSource<T extends Pick<Entry, 'range' | 'valueRange' | 'form' | 'editRange' | 'editForm'>>(
  fact: T,
  text: string,
): T {
  const { editRange, editForm } = fact;
  if (!editRange || !editForm) return withDots({ ...fact, range: ownRange(fact, text) }, text);
  const source = text.slice(editRange.start, editRange.end);
  const prefix =
    editForm === 'property'
      ? /^(?:['"][^'"]*['"]|[\w$.-]+|\[[^\]]*\])\s*:\s*/.exec(source)
      : editForm === 'assignment'
        ? /^(?:[\w$.?!]|\[[^\]]*\])+\s*=\s*/.exec(source)
        : undefined;
  return withDots(
    {
      ...fact,
      range: editRange,
      form: editForm,
      valueRange: { start: editRange.start + (prefix?.[0].length ?? 0), end: editRange.end },
    },
    text,
  );
}

/** What is reported may begin at the called method; an entry begins at its key. */
function ownRange({ range, valueRange, form }: Pick<Entry, 'range' | 'valueRange' | 'form'>, text: string): Range {
  if (form === 'shorthand' || form === 'spread' || form === 'object')
    return { start: valueRange.start, end: range.end };
  if (form !== 'property') return range;
  const key = /(?:'[^'\n]*'|"[^"\n]*"|[\w$]+|\[[^\]]*\])\s*:\s*$/.exec(text.slice(range.start, valueRange.start));
  return key ? { start: range.start + key.index, end: range.end } : range;
}

function withDots<T extends Pick<Entry, 'range' | 'form'>>(fact: T, text: string): T {
  if (fact.form !== 'spread' && fact.form !== 'object') return fact;
  const dots = /\.\.\.\s*$/.exec(text.slice(Math.max(0, fact.range.start - 20), fact.range.start));
  return dots
    ? { ...fact, form: 'spread', range: { start: fact.range.start - dots[0].length, end: fact.range.end } }
    : fact;
}

/** Writes another value; a shorthand property gets its key back. */
function setValue(label: LabelFact, value: string): Edit {
  return label.form === 'shorthand' ? replace(label.range, `${label.key}: ${value}`) : replace(label.valueRange, value);
}

interface Bounded {
  readonly title: string;
  readonly text: string;
}

/** A read of the request's path or URL, with the object that it is read from. */
const REQUEST_PATH =
  /(?<![\w$.])((?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*)[?!]?\.(?:path|url|originalUrl|pathname)\b(?!\s*\()/;

/** A bounded expression for the same idea. */
function boundedForm(value: string, why: string, text: string): Bounded | undefined {
  const fallback = /^([\s\S]*?(?:\?\?|\|\|)\s*)[\w.?]*\b(?:path|url|originalUrl|pathname)$/.exec(value);
  if (fallback?.[1] !== undefined && /route|routerPath/i.test(fallback[1]))
    return { title: "Use 'unmatched' where no route matched", text: `${fallback[1]}'unmatched'` };
  const read = /request path|request URL/.test(why) ? REQUEST_PATH.exec(value) : null;
  const template = read?.[1] === undefined ? undefined : routeTemplate(read[1], text);
  if (read && template !== undefined)
    return {
      title: "Use the route template, 'unmatched' where there is none",
      text: inPlace(value, read[0], template),
    };
  return errorName(value, why);
}

/** `error.message` → `error.name`, alone or in a choice between values. */
function errorName(value: string, why: string): Bounded | undefined {
  const title = 'Use the class name of the error';
  const alone = /^((?:[\w$.]+|\([\w$.]+ as [\w$.]+\)))(\??)\.(?:message|stack)$/.exec(value);
  if (alone?.[1] !== undefined) return { title, text: `${alone[1]}${alone[2] ?? ''}.name` };
  const code = codeOnly(value);
  const reads = [...code.matchAll(/\.(?:message|stack)(?![\w$(])/g)];
  const [read] = reads;
  if (!/error/.test(why) || !read || reads.length > 1 || !/\?|\|\||&&/.test(code) || /\w\s*\(/.test(code))
    return undefined;
  return { title, text: `${value.slice(0, read.index)}.name${value.slice(read.index + read[0].length)}` };
}

/** Where the framework that the file imports keeps the route template; undefined where there is none. */
function routeTemplate(request: string, text: string): string | undefined {
  const parts = request.split('.');
  const last = parts.at(-1) ?? '';
  const imports = (pattern: string): boolean => new RegExp(`['"](?:${pattern})['"/]`).test(text);
  if (imports('koa|@koa/router|koa-router')) return parts[0] === 'ctx' ? "ctx._matchedRoute ?? 'unmatched'" : undefined;
  if (imports('hono')) return last === 'req' ? `${request}.routePath` : undefined;
  if (!/^_?req(?:uest)?$/.test(last)) return undefined;
  if (imports('fastify')) return `${request}.routeOptions.url ?? 'unmatched'`;
  const plain =
    imports('(?:node:)?https?|(?:node:)?http2|next|@sveltejs/kit') && !imports('express|restify|polka|@nestjs/common');
  return plain ? undefined : `${request}.route?.path ?? 'unmatched'`;
}

/** Puts the template where the path stood when the expression has more than one part, else in place of the whole. */
function inPlace(value: string, read: string, template: string): string {
  if (value.startsWith('`') && value.includes(`\${${read}}`)) return value.replace(read, () => template);
  return /\?\?|\|\||&&|\s\?\s/.test(value) ? value.replace(read, () => `(${template})`) : template;
}
