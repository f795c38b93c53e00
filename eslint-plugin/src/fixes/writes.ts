import type { WriteFact } from '../analysis/facts.ts';
import { classifyAttributeKey } from '../analysis/sensitivity.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { replace, type Edit } from './edits.ts';
import { atSource } from './labels.ts';
import { callRemoval, dropTitle, objectRemoval, removalOf } from './removal.ts';
import { closeAfter, codeOnly, constantOf, openBefore, usesOf } from './source.ts';
import { tidied } from './tidy.ts';

/** Ways to keep personal data out of a write, the one that keeps most information first. */
export function writeSuggestions(reported: WriteFact, text: string): readonly Suggestion[] {
  return suggestionsFor(reported, text).map((s) => ({ ...s, edits: tidied(text, s.edits) }));
}

function suggestionsFor(reported: WriteFact, text: string): readonly Suggestion[] {
  const out: Suggestion[] = [];
  const write = atSource(reported, text);
  const value = text.slice(write.valueRange.start, write.valueRange.end);
  const category = write.sensitive?.match.category;
  const isWhole = write.form === 'object' || write.form === 'spread';
  if (!isWhole && (category === 'url' || category === 'query')) {
    const plain = withoutQuery(write, value, text);
    if (plain) out.push({ title: 'Keep the URL without its query string', edits: [plain] });
  }
  const byId = isWhole ? undefined : idInstead(write, value, text);
  if (byId) out.push(byId);
  const removal = removalOf(write, text) ?? attributeRemoval(write, text);
  if (removal) out.push({ title: dropTitle(write, 'entry', text), edits: [removal] });
  if (write.form === 'object') out.push({ title: 'Write none of it', edits: [objectRemoval(write.range, text)] });
  else if (!isWhole)
    out.push({ title: "Write '[REDACTED]' instead", edits: [setValue(write, redacted(write, value), text)] });
  return out;
}

/** The URL without what stands behind its `?`; in a text that is put together, the part that can have one. */
function withoutQuery(write: WriteFact, value: string, text: string): Edit | undefined {
  const constant = constantOf(value, write.valueRange.start, write.sensitive?.trace ?? [], text);
  const source = constant ? text.slice(constant.start, constant.end) : '';
  const reads = [...source.matchAll(/\$\{([\w$.]+\.(?:originalUrl|url))\}/g)];
  const [read] = reads;
  if (constant && read?.[1] !== undefined && reads.length === 1 && usesOf(value, codeOnly(text)).length === 2) {
    const end = constant.start + read.index + read[0].length - 1;
    return { start: end, end, text: ".split('?')[0]" };
  }
  if (!/^[\w.?!()]+$/.test(value) || !/url|href/i.test(value)) return undefined;
  return setValue(write, `${value.replace(/\?\.?$/, '')}.split('?')[0]`, text);
}

/** `span.setAttribute(key, value)` goes as a whole. */
function attributeRemoval({ sink, part, range, form }: WriteFact, text: string): Edit | undefined {
  const isCall =
    sink === 'span' && part === 'attribute' && form === 'argument' && text.startsWith('setAttribute', range.start);
  return isCall ? callRemoval(range.start, text) : undefined;
}

/** Writes another value; shorthand properties get their key back. */
function setValue(write: WriteFact, value: string, text: string): Edit {
  if (write.form === 'shorthand') return replace(write.range, `${write.key ?? ''}: ${value}`);
  const { start, end } = write.valueRange;
  // `setEntry('user', { value })`: the value is itself a shorthand property.
  const isShorthand =
    write.sink === 'baggage' &&
    text.slice(start, end) === 'value' &&
    /[{,]\s*$/.test(text.slice(0, start)) &&
    /^\s*[,}]/.test(text.slice(end));
  return replace(write.valueRange, isShorthand ? `value: ${value}` : value);
}

/** The value without what is sensitive: only that part of a text that is put together. */
function redacted(write: WriteFact, value: string): string {
  if (write.sink === 'baggage' && value.startsWith('{')) return "{ value: '[REDACTED]' }";
  const sources = sourceTexts(write);
  if (value.startsWith('`')) {
    const kept = value.replace(/\$\{([^{}`]+)\}/g, (all, inner: string) =>
      sources.has(plain(inner)) ? '[REDACTED]' : all,
    );
    if (kept !== value) return kept;
  }
  const tail = /^(['"][\s\S]*\+\s*)([\w$.?!]+)$/.exec(value);
  return tail?.[1] !== undefined && sources.has(plain(tail[2] ?? '')) ? `${tail[1]}'[REDACTED]'` : "'[REDACTED]'";
}

/** What the evidence calls the sensitive part; a leading type or object name may be missing in the source. */
function sourceTexts(write: WriteFact): ReadonlySet<string> {
  const out = new Set<string>();
  for (const text of [write.sensitive?.what ?? '', ...(write.sensitive?.trace ?? []).map((s) => s.text)]) {
    const name = /^`(.+)`$/.exec(text)?.[1];
    if (name === undefined) continue;
    const parts = plain(name).split('.');
    for (let i = 0; i < parts.length; i++) out.add(parts.slice(i).join('.'));
  }
  return out;
}

function plain(source: string): string {
  return source.trim().replace(/[?!]/g, '');
}

const PERSON =
  /^((?:[\w$]+\.)*\w*(?:user|customer|member|account|client|person|owner|patient)\w*)(\??)\.(?:email|name|fullName|phone)$/i;
const KEY_FIELD = /(email(?:_?address)?|full_?name|name|phone(?:_?number)?)(['"]?\s*[:,]\s*)$/i;

/** `user.email` → `user.id`, with the key of the entry renamed where it says what was written. */
function idInstead(write: WriteFact, value: string, text: string): Suggestion | undefined {
  const wrapped = write.sink === 'baggage' ? /^(\{\s*value:\s*)([^{},]+?)(\s*\})$/.exec(value) : null;
  const [, open = '', inner = value, close = ''] = wrapped ?? [];
  const person = PERSON.exec(inner);
  if (person?.[1] === undefined || write.form === 'shorthand') return undefined;
  const holder = person[1];
  if (hasId(write, holder, text)) return undefined;
  const edits = [setValue(write, `${open}${holder}${person[2] ?? ''}.id${close}`, text)];
  if (write.key !== undefined && classifyAttributeKey(write.key)) {
    const lead = text.slice(Math.max(0, write.valueRange.start - 120), write.valueRange.start);
    const field = KEY_FIELD.exec(lead);
    if (field?.[1] === undefined || !isLiteralKey(lead, field[2] ?? '')) return undefined;
    const at = write.valueRange.start - field[0].length;
    const alone = /[\s{,('"]$/.test(lead.slice(0, field.index));
    const entity = holder.split('.').at(-1) ?? '';
    edits.unshift(
      replace({ start: at, end: at + field[1].length }, alone ? `${entity}Id` : /^[A-Z]/.test(field[1]) ? 'Id' : 'id'),
    );
  }
  return { title: `Write the id instead: \`${holder}.id\``, edits };
}

/** The object that the entry is in, or the call, writes the id already. */
function hasId({ range }: WriteFact, holder: string, text: string): boolean {
  const code = codeOnly(text);
  const open = openBefore(code, range.start);
  const around = open < 0 ? '' : code.slice(open, Math.max(range.end, closeAfter(code, range.end)));
  return usesOf(holder.split('.')[0] ?? holder, around).some(
    (at) => /^[\w$.?!]+/.exec(around.slice(at))?.[0].replace(/[?!]/g, '') === `${holder}.id`,
  );
}

/** A key that the source spells out: quoted, or a plain property name. */
function isLiteralKey(lead: string, tail: string): boolean {
  return /^['"]/.test(tail) || (tail.trim() === ':' && /[\s{,]\w+\s*:\s*$/.test(lead));
}
