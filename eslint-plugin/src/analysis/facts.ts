import type { Evidence } from './judge-bound.ts';
import type { SensitiveMatch } from './sensitivity.ts';

/** Half-open character range in the file that the fact is about. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One step of the evidence, from the sink towards the source. */
export interface TraceStep {
  /** Source text, shortened: "`req.params.id`". */
  readonly text: string;
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** True when the step is in another file than the finding. */
  readonly foreign: boolean;
}

/** What the analysis says about the number of values of an expression. */
export interface BoundFact {
  readonly bound: 'bounded' | 'unbounded' | 'unknown';
  readonly count?: number | undefined;
  /** The values themselves, where each is a constant. */
  readonly values?: readonly string[];
  readonly why: string;
  readonly evidence: Evidence;
  readonly trace: readonly TraceStep[];
}

/** What the analysis says about personal data or secrets in an expression. */
export interface SensitiveFact {
  readonly match: SensitiveMatch;
  readonly what: string;
  readonly evidence: Evidence;
  readonly trace: readonly TraceStep[];
}

/** A label or metric attribute at an emission. */
export interface LabelFact {
  /** Label name; `*` for an object whose keys are not known. */
  readonly key: string;
  /** Property or argument to report. */
  readonly range: Range;
  /** The value expression. */
  readonly valueRange: Range;
  /** Text of the value expression. */
  readonly valueText: string;
  readonly bound: BoundFact;
  readonly sensitive: SensitiveFact | undefined;
  /** How the source writes it; fixes need to know. */
  readonly form: 'property' | 'shorthand' | 'spread' | 'positional' | 'object' | 'assignment' | 'argument';
  /** Where the entry is written in this file, when that is not at `range`. */
  readonly editRange?: Range;
  readonly editForm?: LabelFact['form'];
  /** Identity of an entry that several writes share: one defect, one finding. */
  readonly origin?: string;
}

/** A write to a metric. */
export interface EmissionFact {
  readonly range: Range;
  readonly metric: string;
  readonly shape: string;
  readonly method: string;
  readonly labels: readonly LabelFact[];
  /** Set when the write happens in a workspace function that this call reaches. */
  readonly through: string | undefined;
}

/** An attribute, name, event, message or entry written to a span, baggage, log line or error tracker. */
export interface WriteFact {
  readonly sink: 'span' | 'baggage' | 'log' | 'tracker';
  /** Source text of a key that is not a literal (`ATTR_URL_FULL`). */
  readonly keyText?: string | undefined;
  readonly part: 'attribute' | 'name' | 'event' | 'status' | 'exception' | 'entry' | 'argument' | 'resource';
  readonly key: string | undefined;
  readonly range: Range;
  readonly valueRange: Range;
  readonly valueText: string;
  readonly form: LabelFact['form'];
  readonly sensitive: SensitiveFact | undefined;
  readonly editRange?: Range;
  readonly editForm?: LabelFact['form'];
  readonly origin?: string;
  /** Function of the workspace that the value goes through to the sink. */
  readonly through: string | undefined;
  /** The write goes to the console, not to a logger. */
  readonly console?: boolean;
}
