import type { WriteFact } from '../analysis/facts.ts';
import { writeSuggestions } from '../fixes/writes.ts';
import { partText, tracePlaces, traceText, type Problem } from './create-rule.ts';

/** Options of the rules about personal data: keys that are never reported. */
export type IgnoreOptions = readonly [{ readonly ignore: readonly string[] }];

/** JSON schema of {@link IgnoreOptions}. */
export const IGNORE_SCHEMA = [
  {
    type: 'object',
    additionalProperties: false,
    properties: { ignore: { type: 'array', items: { type: 'string' } } },
  },
] as const;

/** Facts without those that a place in the code has caused before: one value written five times is one finding. */
export function* oncePerOrigin<F extends { readonly origin?: string | undefined }>(facts: Iterable<F>): Iterable<F> {
  const seen = new Set<string>();
  for (const fact of facts) {
    if (fact.origin !== undefined && seen.has(fact.origin)) continue;
    if (fact.origin !== undefined) seen.add(fact.origin);
    yield fact;
  }
}

/** Placeholder `trace` of a message: the written expression and where its value comes from, or nothing. */
export function traceSuffix(trace: Parameters<typeof traceText>[0], valueText: string): string {
  const steps = traceText(trace, valueText);
  return steps === '' ? '' : ` (\`${valueText}\` ← ${steps})`;
}

/** Problems of the writes whose value is sensitive; `messageOf` names the message of a write. */
export function* sensitiveWrites<M extends string>(
  writes: readonly WriteFact[],
  ignore: readonly string[],
  text: string,
  messageOf: (write: WriteFact) => M,
): Iterable<Problem<M>> {
  const reportable = writes.filter((w) => w.sensitive && (w.key === undefined || !ignore.includes(w.key)));
  for (const write of oncePerOrigin(reportable)) {
    const { sensitive } = write;
    if (!sensitive) continue;
    yield {
      range: write.range,
      messageId: messageOf(write),
      data: {
        part: partText(write),
        what: sensitive.what,
        category: sensitive.match.category,
        trace: traceSuffix(sensitive.trace, write.valueText),
      },
      suggest: () => writeSuggestions(write, text),
      related: tracePlaces(sensitive.trace),
    };
  }
}
