import type { EmissionFact, LabelFact, Range } from '../analysis/facts.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { removeEntry, removeStatement, replace, type Edit } from './edits.ts';

/** What fixes need to know of a label or of an attribute. */
type Entry = Pick<LabelFact, 'key' | 'range' | 'valueRange' | 'form' | 'editRange' | 'editForm'>;

/** Ways to bound a label, the one that keeps most information first. */
export function labelSuggestions(reported: LabelFact, emission: EmissionFact, text: string): readonly Suggestion[] {
  if (emission.labels.length === 0) return [];
  const out: Suggestion[] = [];
  const label = atSource(reported, text);
  const value = text.slice(label.valueRange.start, label.valueRange.end);
  const better =
    label.form === 'object' || label.form === 'spread' ? undefined : boundedForm(value, label.bound.why, text);
  if (better) out.push({ title: better.title, edits: [setValue(label, better.text)] });
  const removal = removalOf(label, text);
  if (removal) out.push({ title: dropTitle(label, 'label', text), edits: [removal] });
  else if (label.form === 'object') out.push({ title: 'Drop these labels', edits: [replace(label.range, '{}')] });
  else if (!better)
    out.push({ title: `Use the constant 'other' for \`${label.key}\``, edits: [setValue(label, "'other'")] });
  return out;
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

/** Deletion of an entry together with what separates it from others; undefined for an argument, which has a place to keep. */
export function removalOf(entry: Pick<Entry, 'form' | 'range'>, text: string): Edit | undefined {
  switch (entry.form) {
    case 'property':
    case 'shorthand':
    case 'spread':
      return removeEntry(text, entry.range);
    case 'assignment': {
      const semicolon = text.charAt(entry.range.end) === ';' ? 1 : 0;
      return removeStatement(text, { start: entry.range.start, end: entry.range.end + semicolon });
    }
    default:
      return undefined;
  }
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
  const error = /^((?:[\w$.]+|\([\w$.]+ as [\w$.]+\)))(\??)\.(?:message|stack)$/.exec(value);
  if (error?.[1] !== undefined)
    return { title: 'Use the class name of the error', text: `${error[1]}${error[2] ?? ''}.name` };
  return undefined;
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
