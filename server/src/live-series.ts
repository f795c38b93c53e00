import type { DefinedMetric } from '../../eslint-plugin/src/analysis/collect-inventory.ts';
import { seriesForms } from './queries/query-series.ts';

/** Time series that a Prometheus server has at the moment. */
export interface LiveSeries {
  readonly total: number;
  /** Most of them on one target: what a single process makes, which is what the estimate is about. */
  readonly perTarget: number;
}

/** How long an answer counts, and how long a server that did not answer is left alone, in milliseconds. */
const FRESH_MS = 15_000;
const REST_MS = 30_000;
const TIMEOUT_MS = 2_000;
/** Names in one question. */
const MAX_NAMES = 500;

interface Known {
  readonly at: number;
  readonly series: Promise<LiveSeries>;
}

const NONE: LiveSeries = { total: 0, perTarget: 0 };

/**
 * Asks a Prometheus server how many series metrics of the code have now. Only the configured host is asked, redirects
 * are not followed; that it cannot be reached is said once, until it has answered again.
 */
export class LivePrometheus {
  readonly #url: () => string;
  readonly #onLog: (message: string) => void;
  readonly #known = new Map<string, Known>();
  #asked = '';
  #downSince: number | undefined;
  #isTold = false;

  /** `url` is the address as it is set now, empty where nothing shall be asked. */
  constructor(url: () => string, onLog: (message: string) => void) {
    this.#url = url;
    this.#onLog = onLog;
  }

  /** Series of metrics; empty where nobody is asked or nobody answers. */
  async series(metrics: readonly DefinedMetric[]): Promise<ReadonlyMap<DefinedMetric, LiveSeries>> {
    const url = this.#url();
    if (url !== this.#asked) {
      this.#known.clear();
      this.#downSince = undefined;
      this.#isTold = false;
      this.#asked = url;
    }
    if (url === '') return new Map();
    const forms = new Map(metrics.map((metric) => [metric, namesOf(metric)] as const));
    this.#ask(url, [...forms.values()].flat());
    const answers = [...forms].map(async ([metric, names]) => {
      const known = names.flatMap((name) => this.#known.get(name)?.series ?? []);
      return known.length === 0 ? undefined : ([metric, sum(await Promise.all(known))] as const);
    });
    try {
      return new Map((await Promise.all(answers)).filter((answer) => answer !== undefined));
    } catch {
      return new Map();
    }
  }

  #ask(url: string, names: readonly string[]): void {
    const now = performance.now();
    if (this.#downSince !== undefined && now - this.#downSince < REST_MS) return;
    const isStale = (name: string): boolean => now - (this.#known.get(name)?.at ?? -Infinity) > FRESH_MS;
    const wanted = [...new Set(names)].filter(isStale);
    for (let at = 0; at < wanted.length; at += MAX_NAMES) {
      const part = wanted.slice(at, at + MAX_NAMES);
      const answer = this.#counts(url, part);
      for (const name of part) {
        const series = answer.then((counts) => counts.get(name) ?? NONE);
        // Who asked hears of it; a name that nobody waits for must not end the process.
        series.catch(() => undefined);
        this.#known.set(name, { at: now, series });
      }
    }
  }

  async #counts(url: string, names: readonly string[]): Promise<ReadonlyMap<string, LiveSeries>> {
    const selector = `{__name__=~"${names.join('|')}"}`;
    try {
      const [totals, targets] = await Promise.all([
        query(url, `count by (__name__) (${selector})`),
        query(url, `max by (__name__) (count by (__name__, job, instance) (${selector}))`),
      ]);
      this.#downSince = undefined;
      this.#isTold = false;
      return new Map([...totals].map(([name, total]) => [name, { total, perTarget: targets.get(name) ?? total }]));
    } catch (error) {
      this.#downSince = performance.now();
      for (const name of names) this.#known.delete(name);
      if (!this.#isTold && url === this.#asked)
        this.#onLog(`Prometheus at ${url} cannot be asked, estimates stand alone: ${reasonOf(error)}`);
      this.#isTold = true;
      throw error;
    }
  }
}

function namesOf(metric: DefinedMetric): readonly string[] {
  const { name } = metric;
  // A name that is no name of Prometheus has no series there, and would be a pattern in the question.
  if (name === undefined) return [];
  return [...new Set(seriesForms(metric).map((form) => form.of(name)))].filter((form) =>
    /^[a-zA-Z_:][\w:]*$/.test(form),
  );
}

function sum(parts: readonly LiveSeries[]): LiveSeries {
  return parts.reduce((a, b) => ({ total: a.total + b.total, perTarget: a.perTarget + b.perTarget }), NONE);
}

/** Values of an instant query by the name of the metric. */
async function query(url: string, expression: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(new URL('api/v1/query', url.endsWith('/') ? url : `${url}/`), {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return readVector(await response.json());
}

interface Sample {
  readonly metric?: { readonly __name__?: unknown };
  readonly value?: readonly unknown[];
}

function readVector(body: unknown): ReadonlyMap<string, number> {
  const { data } = (body ?? {}) as { readonly data?: { readonly result?: unknown } };
  if (!Array.isArray(data?.result)) throw new Error('the answer is not one of Prometheus');
  const values = new Map<string, number>();
  for (const { metric, value } of data.result as readonly Sample[]) {
    const name = metric?.__name__;
    const number = Number(value?.[1]);
    if (typeof name === 'string' && Number.isFinite(number)) values.set(name, number);
  }
  return values;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
