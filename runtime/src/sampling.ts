import {
  isSpanContextValid,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type SpanContext,
  type SpanKind,
} from '@opentelemetry/api';
import { AdaptiveRates, type AdaptiveOptions } from './adaptive-rates.ts';
import {
  decodeRandomness,
  encodeRandomness,
  encodeThreshold,
  probabilityOf,
  RANDOMNESS_RANGE,
  randomnessOf,
  readOtMember,
  thresholdOf,
  withOtMember,
} from './consistent-threshold.ts';
import { TelintError } from './diagnostics.ts';
import { OverlayContext, UnsampledContext } from './overlay-context.ts';
import { DECISION_KEY, FORCED_KEY, pendingDecision, type PendingDecision } from './sampling-context.ts';
import { NOT_RECORD, RECORD_AND_SAMPLED, type SamplerLike, type SamplingResultLike } from './span-types.ts';

export { errorSpan, errorSpanStats, type ErrorSpanOptions } from './error-span.ts';
export type { AdaptiveOptions };

/** What is known of a request before its span exists. */
export interface DecideInput {
  /** HTTP method, or whatever tells kinds of the same route apart. */
  readonly method?: string | undefined;
  /** Route template such as `/users/:id`, or the name of the operation; never a raw URL. */
  readonly route?: string | undefined;
  /** Span context that came with the request, if any. */
  readonly parent?: SpanContext | undefined;
}

/** The outcome of `sampler.decide`. */
export interface HeadDecision {
  /** Whether to start a span. */
  readonly sampled: boolean;
  /** Who decided: the caller's trace, or the rate of this sampler. */
  readonly reason: 'parent' | 'rate';
  /** Probability with which this decision kept the request; undefined when the parent decided. */
  readonly probability: number | undefined;
  /**
   * The context to serve the request in. Sampled: `startSpan` in it follows this decision. Not sampled: it carries a
   * span context without the sampled flag, so that spans and outgoing calls below stay unsampled too.
   */
  activate(base: Context): Context;
}

/** A sampler of the runtime: the SDK's interface, and decisions before `startSpan`. */
export interface TelintSampler extends SamplerLike {
  /** False where the decision does not depend on the route, so that nobody has to find it out. */
  readonly usesRoute?: boolean;
  /** Decides on a request at next to no cost; call it once per request. */
  decide(input: DecideInput): HeadDecision;
  /** Root decisions so far; an adaptive sampler adds its keys. */
  stats(): SamplerStats;
}

/** Figures of a sampler since its start. */
export interface SamplerStats {
  readonly sampled: number;
  readonly unsampled: number;
  /** Adaptive sampler: keys told apart now. */
  readonly keys?: number;
  /** Adaptive sampler: requests of keys beyond `maxKeys`. */
  readonly folded?: number;
  /** Adaptive sampler: samples taken because a key had none in its interval. */
  readonly guaranteed?: number;
  /** Adaptive sampler: samples per second that one key may have at present. */
  readonly levelPerSecond?: number;
}

/** Options that all samplers share. */
export interface SamplerOptions {
  /** False: decide for every span anew instead of following the parent, on the randomness of the trace. */
  readonly parentBased?: boolean;
}

/** How a sampler comes to a probability. */
interface Rates {
  readonly usesRoute?: boolean;
  probability(route: string, method: string): number;
  spend(): void;
  stats(): object;
}

const keepContext = (base: Context): Context => base;

function activateUnsampled(base: Context): Context {
  const current = trace.getSpanContext(base);
  if (current !== undefined && isSpanContextValid(current) && (current.traceFlags & TraceFlags.SAMPLED) === 0)
    return base;
  return new UnsampledContext(base, current !== undefined && isSpanContextValid(current) ? current.traceId : undefined);
}

const PARENT_SAMPLED: HeadDecision = Object.freeze({
  sampled: true,
  reason: 'parent',
  probability: undefined,
  activate: keepContext,
});
const PARENT_UNSAMPLED: HeadDecision = Object.freeze({
  sampled: false,
  reason: 'parent',
  probability: undefined,
  activate: activateUnsampled,
});
/** One object for all: an unsampled request must not cost an allocation. */
const UNSAMPLED: HeadDecision = Object.freeze({
  sampled: false,
  reason: 'rate',
  probability: 0,
  activate: activateUnsampled,
});

const KEEP: SamplingResultLike = Object.freeze({ decision: RECORD_AND_SAMPLED });
const DROP: SamplingResultLike = Object.freeze({ decision: NOT_RECORD });

/** Rounding of a threshold changes its probability by less than this factor. */
const ROUNDING_MARGIN = 1 + 2 ** -11;

class RateSampler implements TelintSampler {
  readonly usesRoute: boolean;
  readonly #rates: Rates;
  readonly #parentBased: boolean;
  readonly #description: string;
  #sampled = 0;
  #unsampled = 0;

  constructor(rates: Rates, description: string, options: SamplerOptions) {
    this.#rates = rates;
    this.usesRoute = rates.usesRoute ?? true;
    this.#description = description;
    this.#parentBased = options.parentBased ?? true;
  }

  /** The threshold that a trace with this randomness passed, or undefined. A large randomness is a small share. */
  #draw(route: string, method: string, randomness: number | undefined): PendingDecision | undefined {
    const probability = this.#rates.probability(route, method);
    const share = randomness === undefined ? Math.random() : 1 - randomness / RANDOMNESS_RANGE;
    if (probability > 0 && share <= probability * ROUNDING_MARGIN) {
      const own = randomness ?? Math.min(RANDOMNESS_RANGE - 1, Math.floor((1 - share) * RANDOMNESS_RANGE));
      const threshold = thresholdOf(probability);
      if (own >= threshold) {
        this.#sampled++;
        this.#rates.spend();
        return { threshold, randomness: own, used: false };
      }
    }
    this.#unsampled++;
    return undefined;
  }

  decide({ method = '', route = '', parent }: DecideInput): HeadDecision {
    const hasParent = parent !== undefined && isSpanContextValid(parent);
    if (hasParent && this.#parentBased) {
      return (parent.traceFlags & TraceFlags.SAMPLED) === 0 ? PARENT_UNSAMPLED : PARENT_SAMPLED;
    }
    const pending = this.#draw(route, method, hasParent ? randomnessIn(parent) : undefined);
    if (pending === undefined) return UNSAMPLED;
    return {
      sampled: true,
      reason: 'rate',
      probability: probabilityOf(pending.threshold),
      activate: (base) => new OverlayContext(base, DECISION_KEY, pending),
    };
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    _spanKind: SpanKind,
    attributes: Attributes,
  ): SamplingResultLike {
    const parent = trace.getSpanContext(context);
    const hasParent = parent !== undefined && isSpanContextValid(parent);
    if (context.getValue(FORCED_KEY) === true) {
      // Kept for its content, not by chance: without `th` readers know that it stands for no other spans.
      return { decision: RECORD_AND_SAMPLED, traceState: withOtMember(parent?.traceState, undefined) };
    }
    if (hasParent && this.#parentBased) return (parent.traceFlags & TraceFlags.SAMPLED) === 0 ? DROP : KEEP;
    const decided = pendingDecision(context);
    if (decided !== undefined && !decided.used) {
      decided.used = true;
      // The trace identifier is drawn after the decision, so the randomness of the decision has to go along.
      const rv = hasParent ? undefined : encodeRandomness(decided.randomness);
      return keepAt(decided.threshold, parent, rv);
    }
    const method = attributes['http.request.method'] ?? attributes['http.method'];
    const route = attributes['http.route'] ?? spanName;
    const pending = this.#draw(
      typeof route === 'string' ? route : spanName,
      typeof method === 'string' ? method : '',
      hasParent ? randomnessIn(parent) : randomnessOf(traceId),
    );
    return pending === undefined ? DROP : keepAt(pending.threshold, parent, undefined);
  }

  stats(): SamplerStats {
    return { sampled: this.#sampled, unsampled: this.#unsampled, ...this.#rates.stats() };
  }

  toString(): string {
    return this.#parentBased ? `ParentBased{root=${this.#description}}` : this.#description;
  }
}

function randomnessIn(parent: SpanContext): number {
  const explicit = readOtMember(parent.traceState, 'rv');
  return (explicit === undefined ? undefined : decodeRandomness(explicit)) ?? randomnessOf(parent.traceId);
}

function keepAt(threshold: number, parent: SpanContext | undefined, rv: string | undefined): SamplingResultLike {
  return {
    decision: RECORD_AND_SAMPLED,
    traceState: withOtMember(parent?.traceState, encodeThreshold(threshold), rv),
  };
}

const constantRates = (probability: number): Rates => ({
  usesRoute: false,
  probability: () => probability,
  spend: () => undefined,
  stats: () => ({}),
});

function requireThat(holds: boolean, message: string): void {
  if (!holds) throw new TelintError('TELINT_OPTION_INVALID', message);
}

/** Keeps a fixed share of traces; `probability` is between 0 and 1. */
export function fixedSampler(probability: number, options: SamplerOptions = {}): TelintSampler {
  requireThat(
    probability >= 0 && probability <= 1,
    `fixedSampler needs a probability between 0 and 1, such as 0.1; got ${String(probability)}.`,
  );
  return new RateSampler(constantRates(probability), `TelintFixed{${String(probability)}}`, options);
}

/** Keeps every trace, unless the parent was not kept. */
export function alwaysOn(options: SamplerOptions = {}): TelintSampler {
  return new RateSampler(constantRates(1), 'TelintAlwaysOn', options);
}

/** Keeps no trace, unless the parent was kept. */
export function alwaysOff(options: SamplerOptions = {}): TelintSampler {
  return new RateSampler(constantRates(0), 'TelintAlwaysOff', options);
}

/** Keeps as many traces per second as the goal says, shared fairly among method and route; see docs/sampling.md. */
export function adaptiveSampler(options: AdaptiveOptions & SamplerOptions): TelintSampler {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number') continue;
    requireThat(value > 0 && Number.isFinite(value), `adaptiveSampler: ${name} must be above 0; got ${String(value)}.`);
  }
  requireThat(
    typeof options.goalPerSecond === 'number',
    'adaptiveSampler needs goalPerSecond, the traces per second that this process may start.',
  );
  requireThat((options.maxIncrease ?? 2) > 1, 'adaptiveSampler: maxIncrease must be above 1, or rates never recover.');
  const rates = new AdaptiveRates(options);
  return new RateSampler(rates, `TelintAdaptive{${String(options.goalPerSecond)}/s}`, options);
}
