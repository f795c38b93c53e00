import type { ValueKind } from './value-kinds.ts';

/** Name of a shape, e.g. `otel.Span`; unique over all libraries. */
export type ShapeName = string;

/** What a call does to telemetry; collectors turn these into facts. */
export type Sink =
  /** Creates an instrument: from one options object (`config`) or from a name and options. */
  | {
      readonly kind: 'metric-define';
      readonly instrument: Instrument;
      readonly config?: number;
      readonly name?: number;
      readonly options?: number;
      readonly asyncCallback?: boolean;
    }
  /**
   * Writes a sample. `labels`: argument that holds the label object; `positional`: label values are the arguments
   * themselves; `declared`: the registry keeps every label to the domain that its definition declares.
   */
  | {
      readonly kind: 'metric-emit';
      readonly labels: number;
      readonly positional?: boolean;
      readonly value?: number;
      readonly declared?: boolean;
    }
  /** One attribute: `key` and `value` argument positions. */
  | { readonly kind: 'attribute'; readonly key: number; readonly value: number; readonly on: AttributeOwner }
  /** Attribute object at an argument position, optionally below a property (`{ attributes: … }`). */
  | { readonly kind: 'attributes'; readonly arg: number; readonly property?: string; readonly on: AttributeOwner }
  /** Span start: name, options and callback positions (`-1`: last argument). */
  | { readonly kind: 'span-start'; readonly name: number; readonly options: number; readonly active: boolean }
  | { readonly kind: 'span-name'; readonly arg: number }
  | { readonly kind: 'span-event'; readonly name: number; readonly attributes: number }
  | { readonly kind: 'span-link'; readonly arg: number; readonly many?: boolean }
  | { readonly kind: 'span-status'; readonly arg: number }
  | { readonly kind: 'span-exception'; readonly arg: number }
  | { readonly kind: 'span-end' }
  | { readonly kind: 'baggage'; readonly key: number; readonly value: number; readonly property?: string }
  | { readonly kind: 'baggage-entries'; readonly arg: number }
  /** Log call; every argument from `from` on reaches the output. */
  | { readonly kind: 'log'; readonly level: string; readonly from?: number }
  /** Error tracker, APM agent or analytics call; optional sink. */
  | { readonly kind: 'tracker'; readonly from?: number };

/** Kinds of metric instruments over all libraries. */
export type Instrument = 'counter' | 'gauge' | 'histogram' | 'summary' | 'updown-counter';

/** What an attribute is written to. */
export type AttributeOwner = 'span' | 'span-options' | 'event' | 'resource' | 'link';

/** What a label may hold, as the call that made the domain says it. */
export type DomainFacts =
  /** The arguments of the call. */
  | { readonly is: 'arguments' }
  | { readonly is: 'values'; readonly values: readonly string[] }
  /**
   * So many values, `times` over: the first argument, or a property of it; `limit`: the limit of the set of metrics.
   * `keepsText`: values are stored as they were written.
   */
  | {
      readonly is: 'count';
      readonly property?: string;
      readonly fallback?: number | 'limit';
      readonly times?: number;
      readonly keepsText?: boolean;
    };

/** What a call yields and does. */
export interface Signature {
  /** Shape of the result; `this` = the receiver, `callback` = what the callback (last function argument) returns, `arg0` = the first argument. */
  readonly returns?: ShapeName;
  /** The result is a value of this kind. */
  readonly value?: ValueKind;
  /** Shapes of the parameters of function arguments, empty where nothing is known: by argument index, `-1` for "the last function argument". */
  readonly callbacks?: Readonly<Record<number, readonly ShapeName[]>>;
  readonly sink?: Sink;
}

/** A property or method of a shape. */
export interface Member {
  readonly shape?: ShapeName;
  readonly value?: ValueKind;
  readonly call?: Signature;
}

/** What is known about objects of one type. */
export interface Shape {
  readonly members?: Readonly<Record<string, Member>>;
  /** Any member that `members` does not name. */
  readonly anyMember?: Member;
  readonly call?: Signature;
  readonly construct?: Signature;
  /** What the object is worth when it is written somewhere as a whole. */
  readonly value?: ValueKind;
  /** The object is the domain of a label. */
  readonly domain?: DomainFacts;
}

/** One library, or a family that shares an API. */
export interface Library {
  readonly name: string;
  /** Where the facts were read: package and version, or a document. */
  readonly source: string;
  /** Module specifiers; a trailing `/*` matches sub-paths. */
  readonly modules: readonly string[];
  /** Exports by name; `default` and namespace imports see the same record. */
  readonly exports: Readonly<Record<string, Member & { readonly construct?: Signature }>>;
  /** TypeScript type names exported by the module → shape, for annotations (`span: Span`). */
  readonly types?: Readonly<Record<string, ShapeName>>;
  readonly shapes?: Readonly<Record<ShapeName, Shape>>;
}
