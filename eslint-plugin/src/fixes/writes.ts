import type { WriteFact } from '../analysis/facts.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { atSource } from './labels.ts';
import { removeEntry, removeStatement, replace, type Edit } from './edits.ts';

/** Ways to keep personal data out of a write. */
export function writeSuggestions(reported: WriteFact, text: string): readonly Suggestion[] {
  const out: Suggestion[] = [];
  const write = atSource(reported, text);
  const value = text.slice(write.valueRange.start, write.valueRange.end);
  const category = write.sensitive?.match.category;
  const key = write.key === undefined || write.key === '*' ? undefined : write.key;
  if ((category === 'url' || category === 'query') && /^[\w.?!()]+$/.test(value) && /url|href/i.test(value)) {
    out.push({ title: 'Keep the URL without its query string', edits: [setValue(write, `${value.replace(/\?\.?$/, '')}.split('?')[0]`)] });
  }
  const person = /^([\w.]*(?:user|customer|member|account|client|person|owner|patient)\w*)(\??)\.(?:email|name|fullName|phone)$/i.exec(value);
  if (person?.[1] !== undefined) out.push({ title: `Write the id instead: \`${person[1]}.id\``, edits: [setValue(write, `${person[1]}${person[2] ?? ''}.id`)] });
  const drop = dropOf(write, text);
  if (drop) out.push({ title: key === undefined ? 'Drop it' : `Drop \`${key}\``, edits: [drop] });
  out.push({ title: "Write '[REDACTED]' instead", edits: [setValue(write, "'[REDACTED]'")] });
  return out;
}

function setValue(write: WriteFact, value: string): Edit {
  return write.form === 'shorthand' ? replace(write.range, `${write.key ?? ''}: ${value}`) : write.form === 'spread' ? replace(write.range, '') : replace(write.valueRange, value);
}

function dropOf(write: WriteFact, text: string): Edit | undefined {
  if (write.form === 'property' || write.form === 'shorthand' || write.form === 'spread') return removeEntry(text, write.range);
  if (write.form === 'assignment') return removeStatement(text, { start: write.range.start, end: write.range.end + (text.charAt(write.range.end) === ';' ? 1 : 0) });
  return undefined;
}
