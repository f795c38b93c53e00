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
