import type { EmissionFact, LabelFact } from '../analysis/facts.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { removeEntry, removeStatement, replace, type Edit } from './edits.ts';

/** Ways to bound a label, the one that keeps most information first. */
export function labelSuggestions(reported: LabelFact, emission: EmissionFact, text: string): readonly Suggestion[] {
  const out: Suggestion[] = [];
  const label = atSource(reported, text);
  const value = text.slice(label.valueRange.start, label.valueRange.end);
  const better = boundedForm(value, label.bound.why);
  if (better) out.push({ title: better.title, edits: [setValue(label, better.text)] });
  const removal = removalOf(label, text);
  if (removal) out.push({ title: label.key === '*' ? 'Drop these labels' : `Drop the label \`${label.key}\``, edits: [removal] });
  else if (!better) out.push({ title: `Use the constant 'other' for \`${label.key}\``, edits: [setValue(label, "'other'")] });
  return emission.labels.length > 0 ? out : [];
}

/** The fact moved to the place where its entry is written. */
export function atSource<T extends Pick<LabelFact, 'range' | 'valueRange' | 'form' | 'editRange' | 'editForm'>>(fact: T, text: string): T {
  const { editRange, editForm } = fact;
  if (!editRange || !editForm) return fact;
  const source = text.slice(editRange.start, editRange.end);
  const colon = editForm === 'property' ? /^(?:['"][^'"]*['"]|[\w$.-]+|\[[^\]]*\])\s*:\s*/.exec(source) : editForm === 'assignment' ? /^[^=]*=\s*/.exec(source) : undefined;
  return { ...fact, range: editRange, form: editForm, valueRange: { start: editRange.start + (colon?.[0].length ?? 0), end: editRange.end } };
}

/** Writes another value; a shorthand property gets its key back. */
function setValue(label: LabelFact, value: string): Edit {
  return label.form === 'shorthand' ? replace(label.range, `${label.key}: ${value}`) : replace(label.valueRange, value);
}

/** A bounded expression for the same idea. */
function boundedForm(value: string, why: string): { readonly title: string; readonly text: string } | undefined {
  const request = /\b(req|request|ctx\.req|ctx\.request)\b(?=[.?])/.exec(value)?.[1];
  const fallback = /^([\s\S]*?(?:\?\?|\|\|)\s*)[\w.?]*\b(?:path|url|originalUrl|pathname)$/.exec(value);
  if (fallback?.[1] !== undefined && /route|routerPath/i.test(fallback[1])) return { title: "Use 'unmatched' where no route matched", text: `${fallback[1]}'unmatched'` };
  if (request && /request path|request URL/.test(why)) return { title: "Use the route template, 'unmatched' where there is none", text: `${request}.route?.path ?? 'unmatched'` };
  const error = /^([\w.]+?)\??\.(?:message|stack)$/.exec(value);
  if (error?.[1] !== undefined) return { title: 'Use the class name of the error', text: `${error[1]}.name` };
  return undefined;
}

function removalOf(label: LabelFact, text: string): Edit | undefined {
  switch (label.form) {
    case 'property':
    case 'shorthand':
    case 'spread':
      return removeEntry(text, label.range);
    case 'assignment': {
      const semicolon = text.charAt(label.range.end) === ';' ? 1 : 0;
      return removeStatement(text, { start: label.range.start, end: label.range.end + semicolon });
    }
    default:
      return undefined;
  }
}
