/** A function of the workspace that writes telemetry; positions are argument indexes. */
export interface WrapperSetting {
  /** Name of the function or method (`recordRequest`, `Metrics.inc`). */
  readonly name: string;
  readonly kind: 'metric' | 'span' | 'log' | 'publish' | 'consume';
  readonly labels?: number;
  readonly attributes?: number;
  readonly message?: number;
}

/** `settings.telint`, validated, with defaults filled in. */
export interface Settings {
  readonly wrappers: readonly WrapperSetting[];
  /** Extra identifiers that are loggers. */
  readonly loggers: readonly string[];
  /** Functions whose result is safe to write (`maskEmail`). */
  readonly sanitizers: readonly string[];
  /** Functions whose result has few values (`normalizeRoute`). */
  readonly normalizers: readonly string[];
  readonly sensitiveWords: readonly string[];
  readonly sensitiveKeys: readonly string[];
  readonly allowWords: readonly string[];
  readonly allowKeys: readonly string[];
  /** Packages that propagate context for a broker although no instrumentation is visible in the code. */
  readonly instrumented: readonly string[];
  /** Look at other files: `workspace` (imports and callers), `imports`, `off`. */
  readonly crossFile: 'workspace' | 'imports' | 'off';
  /** Ask ESLint's type information where it is available. */
  readonly types: boolean;
  /** Findings that only a name supports. */
  readonly names: 'report' | 'ignore';
  /** Ids of persons count as personal data. */
  readonly personIds: boolean;
  /** Error trackers and analytics are sinks for personal data. */
  readonly trackers: boolean;
}

/** Settings without any configuration. */
export const defaultSettings: Settings = {
  wrappers: [],
  loggers: [],
  sanitizers: [],
  normalizers: [],
  sensitiveWords: [],
  sensitiveKeys: [],
  allowWords: [],
  allowKeys: [],
  instrumented: [],
  crossFile: 'workspace',
  types: false,
  names: 'report',
  personIds: false,
  trackers: false,
};
