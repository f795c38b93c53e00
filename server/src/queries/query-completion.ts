/** What can stand at a place of a PromQL expression that is being written. */

/** What the text before the cursor asks for, and how much of it is typed. */
export type QueryContext =
  | { readonly kind: 'metric'; readonly typed: string }
  /** Labels in the braces of a selector, or in `by (…)`; of the metrics that are named, if any is. */
  | {
      readonly kind: 'label';
      readonly typed: string;
      readonly metrics: readonly string[];
      readonly given: readonly string[];
    }
  | { readonly kind: 'value'; readonly typed: string; readonly metrics: readonly string[]; readonly label: string };

const SELECTOR = /([A-Za-z_:][\w:]*)?\s*\{([^{}]*)$/;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)$/;
const METRIC = /(?<![\w:$])[A-Za-z_:][\w:]*(?=\s*(?:\{|\[|\)|$))/g;

const AGGREGATION =
  /^(?:avg|bottomk|count|count_values|group|limitk|limit_ratio|max|min|quantile|stddev|stdvar|sum|topk)$/;

/** The context at an offset of an expression; `undefined` in comments, numbers and texts. */
export function queryContext(text: string, offset: number): QueryContext | undefined {
  const before = text.slice(0, offset);
  if (/#[^\n]*$/.test(before.replace(/"[^"\n]*"|'[^'\n]*'/g, ''))) return undefined;
  const selector = SELECTOR.exec(before);
  if (selector) return inSelector(selector[1], selector[2] ?? '');
  const grouping = GROUPING.exec(before);
  if (grouping) {
    const parts = (grouping[1] ?? '').split(',').map((part) => part.trim());
    const rest = text.slice(0, grouping.index) + text.slice(offset).replace(/^[^()]*\)/, ' ');
    const metrics = [...rest.matchAll(METRIC)].map(([name]) => name).filter((name) => !AGGREGATION.test(name));
    return { kind: 'label', typed: parts.at(-1) ?? '', metrics, given: parts.slice(0, -1) };
  }
  const [typed = ''] = /[A-Za-z_:][\w:]*$/.exec(before) ?? [];
  const head = before.slice(0, before.length - typed.length);
  return /[\w$"'`.\]}]$/.test(head) || /\[[^\]]*$/.test(head) ? undefined : { kind: 'metric', typed };
}

function inSelector(metric: string | undefined, body: string): QueryContext | undefined {
  const metrics = metric === undefined ? [] : [metric];
  const value = /(?:^|,)\s*([A-Za-z_]\w*)\s*(?:=~|!~|!=|=)\s*(["'`])((?:(?!\2)[^])*)$/.exec(body);
  if (value) {
    // After a bar, one more alternative of a regular expression is written.
    const typed = (value[3] ?? '').split('|').at(-1) ?? '';
    return { kind: 'value', typed, metrics, label: value[1] ?? '' };
  }
  const label = /(?:^|,)\s*([A-Za-z_]\w*)?$/.exec(body);
  if (!label) return undefined;
  const given = [...body.matchAll(/(?:^|,)\s*([A-Za-z_]\w*)\s*[=!]/g)].map((match) => match[1] ?? '');
  return { kind: 'label', typed: label[1] ?? '', metrics, given };
}
