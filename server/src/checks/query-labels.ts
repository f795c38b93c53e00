import type { Condition } from '../queries/promql-calls.ts';
import type { Query, QueryFile } from '../queries/query-files.ts';
import { knownValues } from '../queries/query-labels.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import {
  callsOf,
  isReadable,
  labelsOfTemplate,
  namesOf,
  queryNames,
  rangeOf,
  type QueryName,
} from '../queries/query-names.ts';
import type { CheckProblem } from './checks.ts';

/** Flags labels that no write sets, values that no write gives, and labels in texts that the result does not have. */
export function* queryLabels(files: readonly QueryFile[], links: QueryLinks): Generator<CheckProblem> {
  const alerts = new Map(
    links.index.files.flatMap(({ queries }) =>
      queries.flatMap((query) => (query.place.kind === 'alert' ? [[query.place.title, query] as const] : [])),
    ),
  );
  for (const file of files) {
    for (const name of queryNames(file)) {
      if (name.kind !== 'label' || name.where !== 'expression') continue;
      const problem = missing(name, links);
      if (problem) yield problem;
    }
    for (const query of file.queries) {
      if (!isReadable(query)) continue;
      yield* values(file, query, links);
      yield* templates(file, query, links);
    }
    for (const { alert, labels } of file.expected) {
      const rule = alerts.get(alert);
      const result = rule && isReadable(rule) ? namesOf(rule).resultLabels(links.labelsOf) : undefined;
      if (!rule || !result) continue;
      for (const label of labels)
        if (!result.has(label.text) && rule.addedLabels?.includes(label.text) !== true && label.text !== 'alertname')
          yield {
            messageId: 'expected',
            message: `The alert ${alert} has no label \`${label.text}\`: the test cannot pass. Expect what its query and its rule give.`,
            path: file.path,
            range: rangeOf(label, 0, label.text.length),
          };
    }
  }
}

function missing({ name, metrics, range, file }: QueryName, links: QueryLinks): CheckProblem | undefined {
  if (metrics.length === 0) return undefined;
  const sets = metrics.map((metric) => (metric === undefined ? undefined : links.labelsOf(metric)));
  if (sets.some((set) => set === undefined || set.has(name))) return undefined;
  const owners = [...new Set(metrics)].map((metric) => `\`${metric ?? ''}\``).join(', ');
  const definitions = metrics.flatMap((metric) => links.series(metric ?? ''));
  const [own] = definitions;
  const labels = own?.metric.definition.labelNames ?? [];
  return {
    messageId: 'missing',
    message: `Nothing sets the label \`${name}\` on ${owners}${labels.length > 0 ? `, which has ${labels.map((label) => `\`${label}\``).join(', ')}` : ''}: the query finds nothing by it. Ask for a label that is set, or set this one.`,
    path: file.path,
    range,
    related: definitionsOf(links, metrics),
  };
}

function definitionsOf(links: QueryLinks, metrics: readonly (string | undefined)[]): CheckProblem['related'] & {} {
  const found = new Set(metrics.flatMap((name) => links.series(name ?? '').map(({ metric }) => metric)));
  return [...found].map(({ path, definition }) => ({ path, range: definition.nameRange, message: 'the definition' }));
}

/** Conditions that no value of the code fulfils. */
function* values(file: QueryFile, query: Query, links: QueryLinks): Generator<CheckProblem> {
  for (const condition of callsOf(query).conditions) {
    const { label, metric, operator, value, from, to } = condition;
    const linked = metric === undefined ? [] : links.series(metric);
    if (linked.length === 0 || (operator !== '=' && operator !== '=~')) continue;
    const sets = linked.map((one) => knownValues(one.metric, label));
    if (sets.some((set) => set === undefined)) continue;
    const known = new Set(sets.flatMap((set) => [...(set ?? [])]));
    if (!isImpossible(condition, known)) continue;
    const list = [...known].filter((one) => one !== '').map((one) => `"${one}"`);
    yield {
      messageId: 'value',
      message: `No write gives the label \`${label}\` of \`${metric ?? ''}\` a value that matches ${operator}"${value}": it is ${list.slice(0, 8).join(', ')}${list.length > 8 ? ' and others' : ''}. Ask for one of them.`,
      path: file.path,
      range: rangeOf(query.expression, from, Math.max(to, from + 1)),
      related: definitionsOf(links, [metric]),
    };
  }
}

function isImpossible({ operator, value }: Condition, known: ReadonlySet<string>): boolean {
  const text = value.replace(/\\(.)/g, '$1');
  if (operator === '=') return !known.has(text);
  try {
    const pattern = new RegExp(`^(?:${text})$`, 's');
    return ![...known].some((one) => pattern.test(one));
  } catch {
    // RE2 knows a few things that JavaScript does not.
    return false;
  }
}

function* templates(file: QueryFile, query: Query, links: QueryLinks): Generator<CheckProblem> {
  const result = namesOf(query).resultLabels(links.labelsOf);
  if (!result) return;
  for (const template of query.templates)
    for (const { name, offset } of labelsOfTemplate(template)) {
      if (result.has(name) || query.addedLabels?.includes(name) === true) continue;
      const consequence = query.place.kind === 'panel' ? 'the legend shows nothing of it' : 'the text has a gap there';
      yield {
        messageId: 'result',
        message: `The result of the query has no label \`${name}\`${result.size > 0 && result.size < 8 ? `, only ${[...result].map((label) => `\`${label}\``).join(', ')}` : ''}: ${consequence}. Keep the label in the query, or drop it from the text.`,
        path: file.path,
        range: rangeOf(template, offset, offset + name.length),
      };
    }
}
