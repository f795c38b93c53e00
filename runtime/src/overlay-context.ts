import { trace, TraceFlags, type Context } from '@opentelemetry/api';
import { newSpanId, newTraceId } from './trace-ids.ts';

/** Contexts on top of each other, before their values are copied into one: look-ups pass through all of them. */
const MAX_DEPTH = 8;

/**
 * A context with one more value on top of another one. `setValue` of the API copies all values into a new Map, which costs
 * more than the look-ups of a request.
 */
export class OverlayContext implements Context {
  readonly #base: Context;
  readonly #key: symbol;
  readonly #value: unknown;
  readonly #depth: number;

  constructor(base: Context, key: symbol, value: unknown) {
    this.#base = base;
    this.#key = key;
    this.#value = value;
    this.#depth = base instanceof OverlayContext ? base.#depth + 1 : 1;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#depth < MAX_DEPTH ? new OverlayContext(this, key, value) : this.flat().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    const without = this.#base.deleteValue(key);
    return key === this.#key ? without : without.setValue(this.#key, this.#value);
  }

  /** The same values in a context of the API, whatever lies below: its `setValue` stacks nothing. */
  flat(): Context {
    return flatten(this.#base).setValue(this.#key, this.#value);
  }
}

function flatten(context: Context): Context {
  return context instanceof OverlayContext || context instanceof UnsampledContext ? context.flat() : context;
}

/** The key under which the API keeps the span: asked of the API itself, which does not export it. */
const SPAN_KEY = ((): symbol => {
  let found: symbol | undefined;
  const probe: Context = {
    getValue: () => undefined,
    setValue(key) {
      found = key;
      return probe;
    },
    deleteValue: () => probe,
  };
  trace.setSpanContext(probe, { traceId: newTraceId(), spanId: newSpanId(), traceFlags: TraceFlags.NONE });
  return found ?? Symbol('no span key');
})();

/** A context whose span is not sampled. Most of them are never asked for its ids, so these are drawn when they are. */
export class UnsampledContext implements Context {
  readonly #base: Context;
  readonly #traceId: string | undefined;
  #full: Context | undefined = undefined;

  /** `traceId`: of the trace that goes on; undefined for a new one. */
  constructor(base: Context, traceId: string | undefined) {
    this.#base = base;
    this.#traceId = traceId;
  }

  #make(): Context {
    return (this.#full ??= trace.setSpanContext(this.#base, {
      traceId: this.#traceId ?? newTraceId(),
      spanId: newSpanId(),
      traceFlags: TraceFlags.NONE,
    }));
  }

  /** The same values in a context of the API; the ids are drawn for it. */
  flat(): Context {
    return flatten(this.#make());
  }

  getValue(key: symbol): unknown {
    return key === SPAN_KEY ? this.#make().getValue(key) : this.#base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new OverlayContext(key === SPAN_KEY ? this.#base : this, key, value);
  }

  deleteValue(key: symbol): Context {
    return key === SPAN_KEY ? this.#base.deleteValue(key) : this.#make().deleteValue(key);
  }
}
