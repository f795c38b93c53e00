import type { Location, Range } from 'vscode-languageclient/node';

/** A label of a metric, and its values in words. */
export interface LabelEntry {
  readonly name: string;
  readonly domain: string;
  /** False where a value without a bound was traced to it. */
  readonly isBounded: boolean;
}

/** A metric that the code of the workspace defines. */
export interface MetricEntry {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly LabelEntry[];
  /** Estimated number of time series; null where there is no number, `why` says so then. */
  readonly series: number | null;
  readonly why: string;
  readonly isBounded: boolean;
  readonly location: Location | null;
  /** Where the code writes it. */
  readonly writes: readonly Location[];
  /** Panels, rules and variables that ask for it. */
  readonly queries: readonly QueryEntry[];
}

/** A panel, rule or variable that asks for a metric. */
export interface QueryEntry {
  /** `panel`, `alert`, `recording rule`, `variable`, `annotation` or `rule test`. */
  readonly kind: string;
  readonly title: string;
  readonly location: Location;
}

/** A name that a query asks for and no code defines, though the code has others like it. */
export interface DriftEntry {
  readonly name: string;
  readonly message: string;
  readonly location: Location;
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
  readonly drift: readonly DriftEntry[];
  /** Are there dashboards or rules at all? */
  readonly hasQueries: boolean;
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

/** Series that the configured Prometheus has now, by the name of the metric. */
export type LiveInventory = Readonly<Record<string, { readonly total: number; readonly perTarget: number }>>;

/** A finding, as the views and tools list it. */
export interface ListedFinding {
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
  live: 'telint/liveSeries',
} as const;

/** Sent by the server when the inventory is another one than before, to clients with this experimental capability. */
export const CHANGED = 'telint/changed';
export const CHANGED_CAPABILITY = 'telintInventory';

/** Options of `initialize`: whether code of the workspace may be run, which asking its TypeScript does. */
export interface InitializationOptions {
  readonly trusted: boolean;
}

/** Sent to the server when somebody has come to trust the workspace. */
export const TRUSTED = 'telint/trusted';

/** Sent to the server when the editor runs TypeScript 7.1 or later, and again when either of them has started anew; null when it ends. */
export const EDITOR_TYPESCRIPT = 'telint/typescript';

/** A TypeScript that listens on a pipe, and the package that speaks with it. */
export interface EditorTypeScriptParams {
  /** Path of a socket or named pipe, for `API.fromLSPConnection` of `typescript/async`. */
  readonly pipe: string;
  /** Path of the manifest of the package whose `typescript/async` fits. */
  readonly packageJson: string;
}
