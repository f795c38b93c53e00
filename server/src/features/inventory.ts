import type { Location, Range } from 'vscode-languageserver/node';
import type { HandlerFact } from '../../../eslint-plugin/src/analysis/handler-facts.ts';
import { uriOf } from '../documents.ts';
import {
  labelDomain,
  labelNamesOf,
  labelWrites,
  seriesEstimate,
  type IndexedMetric,
  type IndexedSpan,
} from '../metric-index.ts';
import { queryMetrics } from '../checks/query-metrics.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import type { QueryName } from '../queries/query-names.ts';
import { yieldToEvents } from '../slices.ts';
import { locationOf, type Feature, type Services } from './feature.ts';
import { askedPlaces } from './query-target.ts';

/** All telemetry of the folders: metrics, spans, and what frameworks call. */
const INVENTORY = 'telint/inventory';
/** Which critical paths have a span, by kind and by file. */
const COVERAGE = 'telint/coverage';
/** Told to clients that ask for it with the experimental capability `telintInventory`: the inventory is another one. */
const CHANGED = 'telint/changed';

interface Missing {
  readonly name: string;
  readonly kind: string;
  readonly range: Range;
}

interface Share {
  covered: number;
  total: number;
}

/** Lists for the views of an editor. */
export const inventory: Feature = {
  start(services) {
    const { connection, session, client } = services;
    connection.onRequest(INVENTORY, () => inventoryOf(services));
    connection.onRequest(COVERAGE, () => coverageOf(services));
    const wanted = (client.experimental as { readonly telintInventory?: unknown } | undefined)?.telintInventory;
    if (wanted === true) session.onMetrics(() => void connection.sendNotification(CHANGED).catch(() => undefined));
  },
};

async function inventoryOf(services: Services) {
  const metrics = new Map<string, object>();
  const spans = new Map<string, object>();
  const drift = new Map<string, object>();
  let hasQueries = false;
  for (const folder of services.session.projects.folders) {
    const index = await services.session.metrics(`${folder}/_`);
    const links = await services.session.links(`${folder}/_`);
    for (const metric of index.metrics)
      metrics.set(`${metric.path}:${metric.definition.range.start}`, metricRow(services, metric, links));
    for (const row of driftOf(services, links)) drift.set(JSON.stringify(row), row);
    hasQueries ||= links.index.files.some(({ queries }) => queries.length > 0);
    for (const span of index.spans) spans.set(`${span.path}:${span.range.start}`, spanRow(services, span));
  }
  const handlers = (await handlersOf(services)).map(({ fact: { name, kind, span }, location }) => ({
    name,
    kind,
    covered: span !== undefined,
    location,
  }));
  return {
    metrics: [...metrics.values()],
    spans: [...spans.values()].filter(hasLocation),
    handlers,
    drift: [...drift.values()],
    hasQueries,
  };
}

function hasLocation(row: object): boolean {
  return (row as { readonly location: Location | null }).location !== null;
}

/** Names that queries ask for and the code has not, though it has others like them. */
function driftOf(services: Services, links: QueryLinks): object[] {
  return [...queryMetrics(links.index.files, links)].flatMap(({ path, range, message }) => {
    const location = locationOf(services, path, range);
    const name = links
      .names()
      .find(({ file, range: place }) => file.path === path && place.start === range.start)?.name;
    return location && name !== undefined ? [{ name, message, location }] : [];
  });
}

/** Who asks for a metric, each panel and rule once. */
function queriesOf(services: Services, places: readonly QueryName[]): object[] {
  const rows = new Map<string, object>();
  for (const { file, range, query } of places) {
    const { kind, title } = query?.place ?? { kind: 'rule test', title: '' };
    const location = locationOf(services, file.path, range);
    const key = `${file.path}\0${kind}\0${title}`;
    if (location && !rows.has(key)) rows.set(key, { kind, title, location });
  }
  return [...rows.values()];
}

function metricRow(services: Services, metric: IndexedMetric, links: QueryLinks): object {
  const { definition, path, uses } = metric;
  const series = seriesEstimate(metric);
  return {
    name: definition.name ?? 'without a constant name',
    type: definition.instrument,
    help: definition.help ?? '',
    labels: labelNamesOf(metric).map((name) => ({
      name,
      domain: labelDomain(metric, name).replace(/[*`]/g, ''),
      isBounded: labelWrites(metric, name).every(({ label }) => label.bound.bound !== 'unbounded'),
    })),
    series: 'count' in series ? series.count : null,
    why: 'unbounded' in series ? series.unbounded : 'unknown' in series ? series.unknown : '',
    isBounded: !('unbounded' in series),
    location: locationOf(services, path, definition.nameRange) ?? null,
    writes: uses.flatMap((use) => locationOf(services, use.path, use.use.range) ?? []),
    queries: queriesOf(services, askedPlaces(links, metric)),
  };
}

function spanRow(services: Services, { name, path, range }: IndexedSpan): object {
  return { name, location: locationOf(services, path, range) ?? null };
}

interface Handler {
  readonly fact: HandlerFact;
  readonly location: Location;
}

/** Handlers of all folders that count as critical paths, in the order of their files. */
async function handlersOf(services: Services): Promise<Handler[]> {
  const { session } = services;
  const found = new Map<string, Handler>();
  for (const folder of session.projects.folders) {
    const { workspace } = await session.loaded(`${folder}/_`);
    if (!workspace.loaded) continue;
    for (const path of workspace.all.files()) {
      const project = session.projects.of(path);
      if (session.projects.folderOf(path) === undefined || project.isIgnored(path)) continue;
      for (const fact of project.runner.handlers(path)) {
        const location = fact.probe ? undefined : locationOf(services, fact.path, fact.range);
        if (location) found.set(`${fact.path}:${fact.range.start}`, { fact, location });
      }
      await yieldToEvents();
    }
  }
  return [...found.values()].sort(
    (a, b) =>
      (a.fact.path < b.fact.path ? -1 : a.fact.path > b.fact.path ? 1 : 0) || a.fact.range.start - b.fact.range.start,
  );
}

async function coverageOf(services: Services) {
  const kinds = new Map<string, Share>();
  const files = new Map<string, Share & { readonly uri: string; readonly missing: Missing[] }>();
  const all: Share = { covered: 0, total: 0 };
  for (const { fact, location } of await handlersOf(services)) {
    const kind = kinds.get(fact.kind) ?? { covered: 0, total: 0 };
    const file = files.get(fact.path) ?? { uri: uriOf(fact.path), covered: 0, total: 0, missing: [] };
    kinds.set(fact.kind, kind);
    files.set(fact.path, file);
    for (const share of [all, kind, file]) {
      share.total++;
      if (fact.span) share.covered++;
    }
    if (!fact.span) file.missing.push({ name: fact.name, kind: fact.kind, range: location.range });
  }
  return { ...all, kinds: [...kinds].map(([kind, share]) => ({ kind, ...share })), files: [...files.values()] };
}
