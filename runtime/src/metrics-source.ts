/** What the endpoint can serve: our metrics, or a registry of prom-client, seen as pieces of text. */
import { CONTENT_TYPES, type ExpositionFormat } from './negotiate.ts';
import type { ChunkSource } from './scrape-render.ts';

/** A registry of `prom-client` or `@prometheus-io/client`. */
export interface PromRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Metrics that write themselves piece by piece in the format of the content type that they are handed. */
export interface RenderedMetrics {
  render(accept: string, options?: { readonly deadlineMs?: number }): AsyncIterable<string>;
}

/**
 * Share of a scrape's time in which `collect` functions may answer: one that hangs is then left out, and the rest of the
 * metrics still arrives in time.
 */
const COLLECT_SHARE = 0.75;

/** What the endpoint serves. */
export type MetricsSource = PromRegistry | RenderedMetrics;

/** A source together with the formats that it can write. */
export interface ServedMetrics {
  readonly chunks: ChunkSource;
  readonly formats: readonly [ExpositionFormat, ...ExpositionFormat[]];
  contentType(format: ExpositionFormat): string;
}

async function* whole(registry: PromRegistry): AsyncGenerator<string> {
  yield await registry.metrics();
}

/**
 * The pieces of a source. A registry of prom-client is asked only for the format it was created for: switching it to
 * the other one for a scrape would rename its counters for good.
 */
export function servedMetrics(
  source: MetricsSource,
  formats: ServedMetrics['formats'] = ['text', 'openmetrics'],
): ServedMetrics {
  if ('render' in source) {
    return {
      chunks: (format, { deadlineMs }) =>
        source.render(CONTENT_TYPES[format], { deadlineMs: deadlineMs * COLLECT_SHARE }),
      formats,
      contentType: (format) => CONTENT_TYPES[format],
    };
  }
  const format = source.contentType.startsWith('application/openmetrics-text') ? 'openmetrics' : 'text';
  return { chunks: () => whole(source), formats: [format], contentType: () => source.contentType };
}
