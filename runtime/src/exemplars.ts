/** Exemplars: one traced observation per series or bucket, chosen evenly from an interval between two scrapes. */
import { MAX_VALUE_LENGTH } from './label-values.ts';
import { escapeLabelValue } from './exposition.ts';

/** The part of a span context that an exemplar needs. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Gives the identity of the active span, if there is one. */
export type ActiveSpan = () => SpanIdentity | undefined;

/** Further labels of an exemplar: the place for identifiers that are no labels, such as an order number. */
export type ExemplarLabels = Readonly<Record<string, string>>;

/** Most characters of names and values together (OpenMetrics 1.0). */
const MAX_LABEL_CHARACTERS = 128;
const SAMPLED = 1;

/** The exemplar of a series or a bucket. */
export class ExemplarSlot {
  /** Labels as they are printed, without braces. */
  text = '';
  value = 0;
  /** Milliseconds since the epoch. */
  at = 0;
  #epoch = 0;
  #offered = 0;

  /** Reservoir of one (Vitter's algorithm R): the n-th candidate of an interval is taken with probability 1/n. */
  offer(epoch: number, text: () => string, value: number, at: number): void {
    if (this.#epoch !== epoch) {
      this.#epoch = epoch;
      this.#offered = 0;
    }
    this.#offered++;
    if (this.#offered > 1 && Math.random() * this.#offered >= 1) return;
    this.text = text();
    this.value = value;
    this.at = at;
  }
}

/** Finds out what an observation can be an exemplar of. */
export class ExemplarSource {
  readonly now: () => number;
  #activeSpan: ActiveSpan;

  constructor(activeSpan: ActiveSpan | undefined, now: () => number) {
    this.now = now;
    this.#activeSpan = activeSpan ?? ((): undefined => undefined);
    if (activeSpan === undefined) void this.#useOpenTelemetry();
  }

  async #useOpenTelemetry(): Promise<void> {
    try {
      const { trace } = await import('@opentelemetry/api');
      this.#activeSpan = () => trace.getActiveSpan()?.spanContext();
    } catch {
      // Without OpenTelemetry there are no traces to point to.
    }
  }

  /** Offers an observation to the slot of its series; makes the slot with the first candidate. */
  offer(
    slot: ExemplarSlot | undefined,
    epoch: number,
    value: number,
    labels: ExemplarLabels | undefined,
  ): ExemplarSlot | undefined {
    const span = this.#activeSpan();
    const isTraced = span !== undefined && (span.traceFlags & SAMPLED) === SAMPLED;
    if (!isTraced && labels === undefined) return slot;
    const offered = slot ?? new ExemplarSlot();
    offered.offer(epoch, () => labelText(isTraced ? span : undefined, labels), value, this.now());
    return offered;
  }
}

function labelText(span: SpanIdentity | undefined, labels: ExemplarLabels | undefined): string {
  const pairs: [string, string][] = span
    ? [
        ['trace_id', span.traceId],
        ['span_id', span.spanId],
      ]
    : [];
  for (const [name, value] of Object.entries(labels ?? {})) {
    if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !pairs.some(([taken]) => taken === name)) pairs.push([name, value]);
  }
  let room = MAX_LABEL_CHARACTERS;
  const kept = pairs.filter(([name, value]) => {
    if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) return false;
    const length = name.length + value.length;
    if (length > room) return false;
    room -= length;
    return true;
  });
  return kept.map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(',');
}
