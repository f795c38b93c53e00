import { nearest } from '../nearest.ts';
import type { QueryFile } from '../queries/query-files.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import { queryNames } from '../queries/query-names.ts';
import type { CheckProblem } from './checks.ts';

/** Fewer metrics of one prefix do not make it the workspace's own. */
const MIN_METRICS = 2;

/** First words of what runtimes, exporters and instrumentations of all languages export. */
const OF_OTHERS =
  /^(?:alertmanager|cadvisor|container|cortex|db|envoy|gc|go|grafana|grpc|istio|jvm|kafka|kube|kubernetes|loki|mongodb|mysql|nginx|node|nodejs|otelcol|pg|postgres|process|prometheus|promhttp|python|rabbitmq|redis|rpc|scrape|thanos|traefik|v8js|windows)_$/;

/** Hints at names of metrics that look like those of this workspace and are none of them. */
export function* queryMetrics(files: readonly QueryFile[], links: QueryLinks): Generator<CheckProblem> {
  const owned = ownedPrefixes(links);
  for (const file of files)
    for (const { kind, where, name, range } of queryNames(file)) {
      if (kind !== 'metric' || where !== 'expression' || links.isKnown(name) || name.includes(':')) continue;
      if (!owned.has(prefixOf(name)) || links.isMentioned(name)) continue;
      const similar = nearest(name, links.seriesNames());
      yield {
        messageId: 'unknown',
        message: `No code of this workspace defines \`${name}\`, though others that begin with \`${prefixOf(name)}\` are defined here.${similar === undefined ? '' : ` Did you mean \`${similar}\`?`}`,
        path: file.path,
        range,
      };
    }
}

function prefixOf(name: string): string {
  return /^[A-Za-z0-9]+_/.exec(name)?.[0] ?? name;
}

/** Prefixes of which most names that are asked for are defined here. */
function ownedPrefixes(links: QueryLinks): ReadonlySet<string> {
  const defined = new Map<string, Set<string>>();
  // A helper that makes metrics of any name can make these too.
  if (links.index.hasOtherLanguages || links.metrics.some(({ definition }) => definition.name === undefined))
    return new Set();
  for (const { definition } of links.metrics) {
    const name = definition.name?.replace(/[^a-zA-Z0-9:]+/g, '_') ?? '';
    defined.set(prefixOf(name), (defined.get(prefixOf(name)) ?? new Set()).add(name));
  }
  const asked = new Map<string, { known: Set<string>; unknown: Set<string> }>();
  for (const { kind, where, name } of links.names()) {
    if (kind !== 'metric' || where !== 'expression') continue;
    const prefix = prefixOf(name);
    const share = asked.get(prefix) ?? { known: new Set(), unknown: new Set() };
    (links.isKnown(name) ? share.known : share.unknown).add(name);
    asked.set(prefix, share);
  }
  return new Set(
    [...defined].flatMap(([prefix, names]) => {
      const share = asked.get(prefix);
      return !OF_OTHERS.test(prefix) && names.size >= MIN_METRICS && share && share.known.size >= share.unknown.size
        ? [prefix]
        : [];
    }),
  );
}
