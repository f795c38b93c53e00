import type { Location, Range } from 'vscode-languageclient/node';

/** A label of a metric: its domain in words, and how many values it can have (null: no bound is known). */
export interface LabelEntry {
  readonly name: string;
  readonly domain: string;
  readonly values: number | null;
}

/** Where a metric is queried. */
export interface MetricUse {
  readonly kind: 'panel' | 'alert' | 'rule';
  readonly title: string;
  readonly location: Location;
}

/** A metric that the code of the workspace defines. */
export interface MetricEntry {
  readonly name: string;
  readonly type: string;
  readonly help?: string;
  readonly labels: readonly LabelEntry[];
  /** Estimated number of time series; null where a label has no bound. */
  readonly series: number | null;
  readonly location: Location | null;
  readonly uses: readonly MetricUse[];
}

/** A span that the code starts. */
export interface SpanEntry {
  readonly name: string;
  readonly location: Location;
}

/** A request handler, consumer, resolver or job, and whether a span covers it. */
export interface HandlerEntry {
  readonly name: string;
  readonly kind: string;
  readonly covered: boolean;
  readonly location: Location;
}

/** All telemetry of the workspace. */
export interface Inventory {
  readonly metrics: readonly MetricEntry[];
  readonly spans: readonly SpanEntry[];
  readonly handlers: readonly HandlerEntry[];
}

/** Handlers with and without a span, of one kind or in one file. */
export interface CoverageShare {
  readonly covered: number;
  readonly total: number;
}

/** Which critical paths a span covers. */
export interface Coverage extends CoverageShare {
  readonly kinds: readonly (CoverageShare & { readonly kind: string })[];
  readonly files: readonly (CoverageShare & {
    readonly uri: string;
    readonly missing: readonly { readonly name: string; readonly kind: string; readonly range: Range }[];
  })[];
}

/** A finding anywhere in the workspace. */
export interface WorkspaceFinding {
  readonly rule: string;
  readonly uri: string;
  readonly range: Range;
  readonly message: string;
  readonly severity: 'error' | 'warn';
}

/** Requests beyond the protocol; a server that does not know one leaves its part of the views empty. */
export const REQUESTS = {
  inventory: 'telint/inventory',
  coverage: 'telint/coverage',
  findings: 'telint/findings',
} as const;

/** Sent by the server when the inventory is another one than before. */
export const CHANGED = 'telint/changed';
