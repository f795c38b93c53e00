import { type LevelClass } from './log-sampler.ts';
import { type LogOptions, samplerOf } from './log-pino.ts';
import { correlation } from './request-context.ts';
import { createSanitizer, type Sanitizer } from './sanitize.ts';

/** A line of winston: fields, and symbols that its transports read. */
export interface WinstonInfo {
  level: string;
  message: unknown;
  [field: string | symbol]: unknown;
}

/** A format of winston (`logform`), taken structurally. */
export interface WinstonFormat {
  readonly options: object;
  transform(info: WinstonInfo, options?: unknown): WinstonInfo | false;
}

// The symbols of triple-beam, which are registered globally so that nobody has to import it.
const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');
const SPLAT = Symbol.for('splat');
const KEPT: ReadonlySet<string> = new Set(['error', 'warn', 'warning', 'crit', 'alert', 'emerg', 'fatal']);

function levelClass(level: unknown): LevelClass {
  if (typeof level !== 'string' || KEPT.has(level)) return 'keep';
  return level === 'info' || level === 'notice' ? 'info' : 'debug';
}

/** Fields of the line; those of an error are not enumerable. */
function fieldsOf(info: WinstonInfo): Record<string, unknown> {
  const fields = info as Record<string, unknown>;
  if ((info as unknown) instanceof Error) {
    const { message, stack } = info as unknown as Error;
    return { ...fields, message, ...(stack === undefined ? {} : { stack }) };
  }
  return fields;
}

function clean(info: WinstonInfo, sanitizer: Sanitizer): WinstonInfo {
  const out: Record<string | symbol, unknown> = { level: info.level };
  for (const [key, value] of Object.entries(fieldsOf(info))) {
    if (key === 'level') continue;
    const next =
      key === 'message' && typeof value === 'string'
        ? sanitizer.value(value)
        : value instanceof Error
          ? sanitizer.error(value)
          : sanitizer.attribute(key, value);
    if (next !== undefined) out[key] = next;
  }
  out[LEVEL] = info[LEVEL];
  // Formats before this one have written the line already, or left the values for one behind it.
  if (typeof info[MESSAGE] === 'string') out[MESSAGE] = sanitizer.value(info[MESSAGE]);
  if (info[SPLAT] !== undefined) out[SPLAT] = sanitizer.object(info[SPLAT]);
  return out as WinstonInfo;
}

/**
 * A winston format that adds the ids of trace and request, drops lines as the sampling says, and sanitizes the rest. Put it behind
 * `splat()` and `errors()`, and before the format that writes the line (`json()`, `printf()`).
 */
export function winstonFormat(options: LogOptions = {}): WinstonFormat {
  const sanitizer = options.sanitizer ?? createSanitizer();
  const sampler = samplerOf(options.sampling);
  const correlate = options.correlate ?? true;
  return {
    options: {},
    transform(info) {
      const { message } = info;
      if (sampler?.keep(levelClass(info[LEVEL]), typeof message === 'string' ? message : '') === false) return false;
      const out = clean(info, sanitizer);
      const dropped = sampler?.report();
      if (dropped !== undefined) out['dropped_lines'] = dropped;
      return correlate ? Object.assign(out, correlation()) : out;
    },
  };
}
