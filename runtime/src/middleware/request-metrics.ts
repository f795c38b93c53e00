import { httpServer, type CoreSet } from '../core-metrics.ts';
import { HTTP_METHOD } from '../core-metrics-labels.ts';
import { oneOf } from '../domains.ts';
import type { BoundGauge, Metrics } from '../metrics.ts';
import type { ExemplarLabels } from '../exemplars.ts';

/** What stands for a method that is not in RFC 9110 or 5789, in labels, span names and attributes (semantic conventions). */
export const OTHER_METHOD = '_OTHER';
/** The route of requests that no route took. */
export const UNMATCHED = '__unmatched__';

/** `QUERY` is the one method that was standardised after the list of the conventions. */
const METHODS = new Set<string>([...HTTP_METHOD.values, 'QUERY']);

/** A method as label and attribute; methods are case-sensitive (RFC 9110, section 9.1). */
export function knownMethod(method: string | undefined): string {
  return method !== undefined && METHODS.has(method) ? method : OTHER_METHOD;
}

/** One set of metrics for all middleware of a service: http and express in one process count in the same metrics. */
const sets = new WeakMap<Metrics, CoreSet<'httpServer'>>();

function setOf(metrics: Metrics | CoreSet<'httpServer'>): CoreSet<'httpServer'> {
  if ('duration' in metrics) return metrics;
  const known = sets.get(metrics);
  if (known !== undefined) return known;
  const [first = OTHER_METHOD, ...rest] = METHODS;
  const made = httpServer(metrics, { domains: { http_request_method: oneOf(first, ...rest, OTHER_METHOD) } });
  sets.set(metrics, made);
  return made;
}

/** The metrics of a server, with handles for what every request writes. */
export class RequestMetrics {
  readonly #set: CoreSet<'httpServer'>;
  readonly #active = new Map<string, BoundGauge>();

  constructor(metrics: Metrics | CoreSet<'httpServer'>) {
    this.#set = setOf(metrics);
  }

  /** The gauge of requests under way with a method of `knownMethod`. */
  active(method: string): BoundGauge {
    let gauge = this.#active.get(method);
    if (gauge === undefined) {
      gauge = this.#set.active.bind({ http_request_method: method });
      this.#active.set(method, gauge);
    }
    return gauge;
  }

  /** Counts an answered request; `status` 0 stands for none. */
  ended(method: string, route: string, status: number, seconds: number, exemplar: ExemplarLabels | undefined): void {
    const labels = {
      http_request_method: method as 'GET',
      http_route: route,
      http_response_status_code: status === 0 ? '' : status,
    };
    if (exemplar === undefined) this.#set.duration.observe(labels, seconds);
    else this.#set.duration.observe(labels, seconds, exemplar);
  }
}
