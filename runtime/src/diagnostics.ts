/**
 * Errors and warnings of the runtime with stable codes. Nothing here reaches the request path: mistakes of set-up throw
 * a `TelintError`; whatever goes wrong later is counted, and told once per code and subject through `process.emitWarning`.
 */

/** One stable code: what happened and what to do about it. */
interface DiagnosticInfo {
  readonly kind: 'error' | 'warning';
  readonly summary: string;
  readonly action: string;
}

/** Every code that the runtime can give; docs/errors.md has one row for each, held by a test. */
export const DIAGNOSTICS = {
  TELINT_OPTION_INVALID: {
    kind: 'error',
    summary: 'An option has a value that cannot work.',
    action: 'Change the option that the message names.',
  },
  TELINT_METRIC_NAME: {
    kind: 'error',
    summary: 'The name of a metric is not what Prometheus wants.',
    action: 'Write the name that the message gives, or `naming: "warn"` for names that dashboards depend on.',
  },
  TELINT_METRIC_HELP: {
    kind: 'error',
    summary: 'A metric has no help text.',
    action: 'Write one sentence about what the metric counts or measures.',
  },
  TELINT_METRIC_UNIT: {
    kind: 'error',
    summary: 'The unit of a metric is no base unit, or its name does not end with it.',
    action: 'Use seconds, bytes, ratios; write the name that the message gives and convert the values.',
  },
  TELINT_METRIC_DUPLICATE: {
    kind: 'error',
    summary: 'Two metrics have one name.',
    action: 'Create a metric once per process and share it, or give the second one another name.',
  },
  TELINT_LABEL_NAME: {
    kind: 'error',
    summary: 'The name of a label is reserved or not what Prometheus wants.',
    action: 'Write the name that the message gives.',
  },
  TELINT_LABEL_DOMAIN: {
    kind: 'error',
    summary: 'The domain of a label cannot work.',
    action: 'Correct the argument that the message names.',
  },
  TELINT_BUCKETS_INVALID: {
    kind: 'error',
    summary: 'The buckets of a histogram cannot work.',
    action: 'Write finite bounds in rising order, or use `exponentialBuckets` or `linearBuckets`.',
  },
  TELINT_NAMING: {
    kind: 'warning',
    summary: 'A metric with `naming: "warn"` is named against the conventions.',
    action: 'Write the name that the message gives as soon as dashboards and alerts allow it.',
  },
  TELINT_LABEL_LIMIT: {
    kind: 'warning',
    summary:
      'A label value was folded into `__other__` or dropped, because a domain or a limit did not let it through.',
    action: 'Bound the label with a domain, or raise the limit that the message names.',
  },
  TELINT_METRIC_MISUSED: {
    kind: 'warning',
    summary: 'A metric was written with a value or labels that cannot be, and the write was ignored.',
    action: 'Pass finite numbers (counters only rise) and the labels that the metric was declared with.',
  },
  TELINT_COLLECT_FAILED: {
    kind: 'warning',
    summary: 'A `collect` function failed or did not answer in time; the other metrics of the scrape are complete.',
    action: 'Correct the `collect` function of the metric that the message names.',
  },
  TELINT_BRIDGE_FAILED: {
    kind: 'warning',
    summary: 'The bridge to OpenTelemetry left metrics out, because their registry failed or did not answer in time.',
    action: 'Correct the `collect` function that the message names.',
  },
  TELINT_METRICS_LISTEN: {
    kind: 'error',
    summary: 'The metrics server cannot listen on its host and port.',
    action: 'Choose a free port and an address that this machine has.',
  },
  TELINT_METRICS_UNAUTHENTICATED: {
    kind: 'error',
    summary: 'The metrics endpoint would be open to everyone in production.',
    action: 'Give `auth`, listen on 127.0.0.1, or write `allowUnauthenticated: true` where the network protects it.',
  },
  TELINT_SCRAPE_AUTH_INVALID: {
    kind: 'error',
    summary: 'A credential for scrapes is empty or cannot be sent in a header.',
    action: 'Correct the token, the user name or the password that `auth` names.',
  },
  TELINT_SCRAPE_DEADLINE: {
    kind: 'warning',
    summary: 'A scrape was answered with 503, because the metrics were not rendered in time.',
    action: 'Look for a `collect` function that waits, or for too many series; or raise scrape_timeout.',
  },
  TELINT_SCRAPE_FAILED: {
    kind: 'warning',
    summary: 'A scrape was answered with 500, because rendering or `auth.authorize` failed.',
    action: 'Correct the `collect` or `authorize` function that the message names.',
  },
  TELINT_CARRIER_UNWRITABLE: {
    kind: 'warning',
    summary: 'The context of a trace could not be written into a message.',
    action: 'Pass a carrier that can be changed: not frozen, and with a `set` that does not throw.',
  },
  TELINT_CARRIER_FULL: {
    kind: 'warning',
    summary: 'A message has no room for the context of its trace, so that the trace ends there.',
    action: 'Leave room: SQS allows 10 attributes per message, `traceparent` needs one of them.',
  },
  TELINT_ALREADY_TRACED: {
    kind: 'warning',
    summary: 'A library was to be traced twice, which would make every span twice.',
    action: 'Call the function that the message names once per process, or end its first subscription before.',
  },
  TELINT_CHANNEL_FAILED: {
    kind: 'warning',
    summary: 'An event of a library could not be turned into a span.',
    action: 'Look at the option (`ignore`, `describe`, `statement`) that threw; the call itself went on untouched.',
  },
  TELINT_PROPAGATOR_FAILED: {
    kind: 'warning',
    summary: 'The propagator threw while a context was written or read.',
    action: 'Look at the propagator of the OpenTelemetry set-up; the message went on without a context.',
  },
  TELINT_SANITIZE_FAILED: {
    kind: 'warning',
    summary: 'The sanitizer met a value that it could not take apart, and replaced it as a whole.',
    action: 'Report the kind of value; nothing of it was passed on.',
  },
  TELINT_SDK_MISSING: {
    kind: 'error',
    summary: 'A package of the OpenTelemetry SDK that the set-up needs is not installed.',
    action: 'Run the `npm install` line of the message.',
  },
  TELINT_ENV_INVALID: {
    kind: 'warning',
    summary: 'An environment variable has a value that cannot be used; the default is used instead.',
    action: 'Change the variable that the message names, or remove it.',
  },
  TELINT_TELEMETRY_STARTED: {
    kind: 'warning',
    summary: 'Tracing was already set up in this process, so the second set-up was ignored.',
    action: 'Call startTelemetry once, or use `--import @telint/runtime/register`, not both.',
  },
  TELINT_START_FAILED: {
    kind: 'warning',
    summary: 'Tracing could not be started by `@telint/runtime/register`; the service runs without it.',
    action: 'Do what the message says.',
  },
  TELINT_SPANS_DROPPED: {
    kind: 'warning',
    summary: 'Spans were lost; the reason is in the message and in telemetry_spans_dropped_total.',
    action: 'See the reasons in docs/tracing.md.',
  },
  TELINT_EXPORT_FAILED: {
    kind: 'warning',
    summary: 'The collector did not take spans; they are kept and sent again.',
    action: 'Check the endpoint and the collector.',
  },
  TELINT_SPOOL_FAILED: {
    kind: 'warning',
    summary: 'The spool of spans on disk cannot be used.',
    action: 'Check the directory, its permissions and the space on the disk.',
  },
  TELINT_SPOOL_CORRUPT: {
    kind: 'warning',
    summary: 'A spool file was damaged; it was skipped, deleted and its spans counted as lost.',
    action: 'Nothing, unless it happens again: then check the disk.',
  },
  TELINT_MIDDLEWARE_FAILED: {
    kind: 'warning',
    summary: 'A request was served without telemetry or with a part of it, because a function of the options failed.',
    action: 'Correct the option that the message names; the request itself went on untouched.',
  },
  TELINT_SHUTDOWN_INCOMPLETE: {
    kind: 'warning',
    summary: 'Tracing did not shut down within its deadline.',
    action: 'Raise the timeout, or look at the processor or exporter that the message names.',
  },
} as const satisfies Record<string, DiagnosticInfo>;

/** A stable code of an error or a warning. */
export type DiagnosticCode = keyof typeof DIAGNOSTICS;

/** Error of set-up: `code` is stable, the message says what to do. */
export class TelintError extends Error {
  override readonly name = 'TelintError';
  readonly code: DiagnosticCode;

  constructor(code: DiagnosticCode, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options);
    this.code = code;
  }
}

const counts = new Map<DiagnosticCode, number>();
const told = new Set<string>();

/** Subjects that are told at most; further ones are only counted, so that hostile input cannot fill the memory. */
const MAX_TOLD = 1000;

/** Counts a failure and tells it once per code and subject (a metric, a label, an endpoint). Never throws. */
export function warn(code: DiagnosticCode, message: string, subject = ''): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
  const key = `${code} ${subject}`;
  if (told.has(key) || told.size >= MAX_TOLD) return;
  told.add(key);
  try {
    process.emitWarning(message, { type: 'TelintWarning', code });
  } catch {
    // `--throw-deprecation` and listeners of the service must not break telemetry, nor telemetry the service.
  }
}

/** How often each code was given since the start of the process, told or not. */
export function diagnosticCounts(): ReadonlyMap<DiagnosticCode, number> {
  return counts;
}
