import type { Query, QueryFile } from '../queries/query-files.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import { callsOf, isReadable, namesOf, rangeOf } from '../queries/query-names.ts';
import type { SeriesKind } from '../queries/query-series.ts';
import type { CheckProblem } from './checks.ts';

const OF_COUNTERS = new Set(['rate', 'irate', 'increase', 'resets']);
const OF_GAUGES = new Set(['delta', 'idelta']);
/** What a name says is counted, whatever its definition says: a gauge that mirrors the counter of another system. */
const COUNTS = /_(?:total|count|sum|bucket)$/;

/** Flags functions that the type of a metric does not fit, and quantiles of buckets without their bounds. */
export function* queryFunctions(files: readonly QueryFile[], links: QueryLinks): Generator<CheckProblem> {
  for (const file of files) for (const query of file.queries) if (isReadable(query)) yield* ofQuery(file, query, links);
}

function* ofQuery({ path }: QueryFile, query: Query, links: QueryLinks): Generator<CheckProblem> {
  const { ranges, quantiles, native } = callsOf(query);
  const place = (from: number, to: number) => ({ path, range: rangeOf(query.expression, from, to) });
  for (const { name, from, to, metric } of ranges) {
    const kind = kindOf(links, metric.name);
    if (OF_COUNTERS.has(name) && kind === 'gauge' && canFall(links, metric.name))
      yield {
        messageId: 'gauge',
        message: `\`${metric.name}\` is a gauge, and ${name}() takes every fall of its value for a restart. Use delta(), deriv() or the value itself.`,
        ...place(from, to),
        related: definitionsOf(links, metric.name),
      };
    if (OF_GAUGES.has(name) && kind === 'counter')
      yield {
        messageId: 'counter',
        message: `\`${metric.name}\` is a counter, and ${name}() does not see its restarts. Use increase() or rate().`,
        ...place(from, to),
        related: definitionsOf(links, metric.name),
      };
  }
  for (const { name, from, to } of namesOf(query).metrics)
    if (!native.has(from) && kindOf(links, name) === 'histogram' && query.place.kind !== 'rule test')
      yield {
        messageId: 'histogram',
        message: `\`${name}\` is a histogram: there are \`${name}_bucket\`, \`${name}_sum\` and \`${name}_count\`, and no series of this name. Ask for one of them.`,
        ...place(from, to),
        related: definitionsOf(links, name),
      };
  for (const { from, to, metrics, labels } of quantiles) {
    if (metrics.length === 0 || !metrics.every((name) => name?.endsWith('_bucket') === true)) continue;
    const known = labels(links.labelsOf);
    if (!known || known.has('le')) continue;
    yield {
      messageId: 'le',
      message:
        'The buckets have lost their label `le` on the way to histogram_quantile(), which returns nothing then. Add `le` to `by (…)`.',
      ...place(from, to),
    };
  }
}

/** A gauge that is only counted up, or called like a counter, is one in all but its definition. */
function canFall(links: QueryLinks, name: string): boolean {
  if (COUNTS.test(name)) return false;
  return links.series(name).some(({ metric: { definition, uses } }) => {
    const isCountedUp = uses.length > 0 && uses.every(({ use }) => use.method === 'inc');
    return !isCountedUp && (definition.library === 'prom' || definition.instrument === 'gauge');
  });
}

/** What a series holds, where all definitions of its name agree. */
function kindOf(links: QueryLinks, name: string): SeriesKind | undefined {
  const kinds = new Set(links.series(name).map(({ form }) => form.kind));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function definitionsOf(links: QueryLinks, name: string): CheckProblem['related'] & {} {
  return links
    .series(name)
    .map(({ metric: { path, definition } }) => ({ path, range: definition.nameRange, message: 'the definition' }));
}
