/**
 * A registry of prom-client or @prometheus-io/client, through its public methods only: our metrics are registered there as
 * objects with `name, help, type, aggregator, get, reset`, and what others registered is read with `get`.
 */
import { warn } from './diagnostics.ts';
import type { Aggregator, Sample } from './metric-family.ts';

/** The public methods that are used of a registry. */
export interface PromClientRegistry {
  registerMetric(metric: never): void;
  getMetricsAsArray(): unknown[];
  getSingleMetric(name: string): unknown;
  getSingleMetricAsString(name: string): Promise<string>;
  removeSingleMetric(name: string): void;
}

/** A sample of a metric of others: without labels where it has none, with an exemplar where it has one. */
export interface ForeignSample extends Omit<Sample, 'labels'> {
  readonly labels?: Sample['labels'];
  readonly exemplar?: {
    readonly labelSet: Record<string, string>;
    readonly value: number;
    readonly timestamp: number;
  } | null;
}

/** All samples of a metric, as prom-client's `get` gives them. */
export interface SampledMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator?: Aggregator;
  readonly values: readonly ForeignSample[];
}

/** What a metric needs to stand in such a registry. */
export interface RegisteredSource {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: Aggregator;
  samples(): Promise<Sample[]>;
  reset(): void;
}

/** One of our metrics as prom-client sees it. */
export class RegisteredMetric {
  readonly help: string;
  readonly type: string;
  readonly aggregator: Aggregator;
  readonly #source: RegisteredSource;
  #printedName: string | undefined;
  #isProbed = false;

  constructor(source: RegisteredSource) {
    this.help = source.help;
    this.type = source.type;
    this.aggregator = source.aggregator;
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }

  /** An OpenMetrics scrape of prom-client renames counters before it reads them: that holds for this one reading only. */
  set name(printed: string) {
    this.#printedName = printed;
  }

  async get(): Promise<SampledMetric> {
    const name = this.#printedName ?? this.#source.name;
    this.#printedName = undefined;
    const values = this.#isProbed ? [{ labels: {}, value: 0 }] : await this.#source.samples();
    return { name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  reset(): void {
    this.#source.reset();
  }

  /**
   * The default labels of the registry, read from how it prints one sample without labels: there is no other public way
   * to them.
   */
  async defaultLabels(registry: PromClientRegistry): Promise<ReadonlyMap<string, string>> {
    const labels = new Map<string, string>();
    if (registry.getSingleMetric(this.name) !== this) return labels;
    this.#isProbed = true;
    let printing: Promise<string>;
    try {
      // Both clients call `get` before they wait for anything.
      printing = registry.getSingleMetricAsString(this.name);
    } finally {
      this.#isProbed = false;
    }
    const sample = (await printing).split('\n').find((line) => !line.startsWith('#'));
    for (const [, label = '', value = ''] of (sample ?? '').matchAll(/[{,]([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
      labels.set(
        label,
        value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)),
      );
    }
    return labels;
  }
}

function isReadable(metric: unknown): metric is { readonly name?: unknown; get(): unknown } {
  return typeof metric === 'object' && metric !== null && 'get' in metric && typeof metric.get === 'function';
}

function isSampled(metric: unknown): metric is SampledMetric {
  return typeof metric === 'object' && metric !== null && 'values' in metric && Array.isArray(metric.values);
}

/** A metric of others that is being read. */
export interface PendingMetric {
  readonly name: string;
  readonly metric: Promise<SampledMetric | undefined>;
}

/** Starts to read all metrics of others; one that fails is told and left out. */
export function foreignMetrics(registry: PromClientRegistry, own: ReadonlySet<unknown>): PendingMetric[] {
  const pending: PendingMetric[] = [];
  for (const metric of registry.getMetricsAsArray()) {
    if (own.has(metric) || !isReadable(metric)) continue;
    const name = String(metric.name);
    pending.push({ name, metric: read(metric, name) });
  }
  return pending;
}

async function read(metric: { get(): unknown }, name: string): Promise<SampledMetric | undefined> {
  try {
    const sampled = await metric.get();
    return isSampled(sampled) ? sampled : undefined;
  } catch (error) {
    collectFailed(name, reasonOf(error));
    return undefined;
  }
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it threw no error';
}

/** Tells that a metric could not be collected. */
export function collectFailed(name: string, reason: string): void {
  warn('TELINT_COLLECT_FAILED', `The \`collect\` function of \`${name}\` failed: ${reason}.`, name);
}
