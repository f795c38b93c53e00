import { warn } from './diagnostics.ts';
import { createLogSampler, type LevelClass, type LogSampler, type LogSampling } from './log-sampler.ts';
import { correlation } from './request-context.ts';
import { createSanitizer, type Sanitizer } from './sanitize.ts';

type Fields = Record<string, unknown>;
type LogMethod = (...args: unknown[]) => void;

/** The options of pino that are composed; pino itself is not imported. */
interface PinoOptionsLike {
  readonly errorKey?: string;
  readonly messageKey?: string;
  readonly mixin?: (object: object, level: number, logger: never) => object;
  readonly serializers?: Readonly<Record<string, (value: never) => unknown>>;
  readonly formatters?: {
    readonly bindings?: (bindings: Fields) => Fields;
    readonly log?: (object: Fields) => Fields;
    readonly level?: (label: string, value: number) => object;
  };
  readonly hooks?: {
    readonly logMethod?: (this: never, args: never, method: never, level: number) => void;
    readonly streamWrite?: (line: string) => string;
  };
  readonly onChild?: (child: never) => void;
}

/** Options of `pinoOptions` and `winstonFormat`. */
export interface LogOptions {
  /** Default: `createSanitizer()`. */
  readonly sanitizer?: Sanitizer;
  /** Default: no line is dropped. */
  readonly sampling?: LogSampling | LogSampler;
  /** Adds `trace_id`, `span_id`, `trace_flags` and `request_id`. Default true. */
  readonly correlate?: boolean;
}

const WARN_LEVEL = 40;
const INFO_LEVEL = 30;
const REDACTED = '[REDACTED]';
/** The same places as in pino's own formatter. */
const PLACES = /%([sdifjoOc%])/g;

/** Makes the sampler that the options ask for. */
export function samplerOf(sampling: LogSampling | LogSampler | undefined): LogSampler | undefined {
  if (sampling === undefined) return undefined;
  return 'keep' in sampling ? sampling : createLogSampler(sampling);
}

function levelClass(level: number): LevelClass {
  if (level >= WARN_LEVEL) return 'keep';
  return level >= INFO_LEVEL ? 'info' : 'debug';
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const json: unknown = JSON.stringify(value);
  return typeof json === 'string' ? json : typeof value;
}

/** Puts values into a message before it is sanitized: `password=%s` is harmless, `password=hunter2` is not. */
function interpolate(message: string, values: readonly unknown[]): string {
  if (values.length === 0) return message;
  let next = 0;
  return message.replace(PLACES, (place, kind: string) => {
    if (kind === '%') return '%';
    if (next >= values.length) return place;
    const value = values[next++];
    if (kind === 's') return String(value);
    if (kind === 'd' || kind === 'f') return String(Number(value));
    if (kind === 'i') return String(Math.floor(Number(value)));
    return kind === 'c' ? '' : text(value);
  });
}

/** An error as pino's own serializer writes it, sanitized. */
function plainError(error: Error, sanitizer: Sanitizer): Fields {
  const { name, ...fields } = sanitizer.error(error);
  return { type: name, ...fields };
}

const isError = (value: unknown): value is Error => value instanceof Error;

/** The last text that pino would write: it takes the message of an error when there is no other. */
function messageOf(args: readonly unknown[], errorKey: string, messageKey: string): string | undefined {
  const [first, ...rest] = args;
  if (typeof first !== 'object') return first === undefined ? undefined : interpolate(text(first), rest);
  const [message, ...values] = rest;
  if (message !== undefined && message !== null) return interpolate(text(message), values);
  if (isError(first)) return first.message;
  const fields = (first ?? {}) as Fields;
  const error = fields[errorKey];
  return fields[messageKey] === undefined && isError(error) ? error.message : undefined;
}

/**
 * Options for `pino()`: correlation, sampling and sanitizing composed with the user's own mixin, serializers, formatters and hooks,
 * which all run first. Messages are sanitized after values were put in; bindings of child loggers too.
 */
export function pinoOptions<T extends object>(user: T = {} as T, options: LogOptions = {}): T {
  const sanitizer = options.sanitizer ?? createSanitizer();
  const sampler = samplerOf(options.sampling);
  const correlate = options.correlate ?? true;
  const { errorKey = 'err', messageKey = 'msg', mixin, formatters = {}, hooks = {}, onChild }: PinoOptionsLike = user;

  const serializers: Record<string, (value: unknown) => unknown> = {};
  const userSerializers = ((user as PinoOptionsLike).serializers ?? {}) as Record<
    string,
    ((value: unknown) => unknown) | undefined
  >;
  for (const [key, serialize] of Object.entries(userSerializers)) {
    serializers[key] = (value) => sanitizer.attribute(key, serialize === undefined ? value : serialize(value));
  }
  for (const key of new Set([errorKey, 'err'])) {
    serializers[key] ??= (value) => (isError(value) ? plainError(value, sanitizer) : sanitizer.attribute(key, value));
  }

  const log = (object: Fields): Fields => {
    const before = formatters.log === undefined ? object : formatters.log(object);
    const clean: Fields = {};
    let rest: Fields | undefined;
    for (const key of Object.keys(before)) {
      const value = before[key];
      if (serializers[key] !== undefined) clean[key] = value;
      else if (isError(value)) clean[key] = plainError(value, sanitizer);
      else (rest ??= {})[key] = value;
    }
    return rest === undefined ? clean : Object.assign(clean, sanitizer.object(rest));
  };

  function logMethod(this: unknown, args: unknown[], method: LogMethod, level: number): void {
    if (sampler?.keep(levelClass(level), keyOf(args)) === false) return;
    const message = closed(() => messageOf(args, errorKey, messageKey));
    const clean = message === undefined ? undefined : sanitizer.value(message);
    // Interpolation is done, so that no sign of it may be left for pino to see.
    const [first] = args;
    const next = typeof first === 'object' ? [first, clean] : [clean];
    if (next.length === 2 && clean === undefined) next.pop();
    const userHook = hooks.logMethod as undefined | ((this: unknown, a: unknown[], m: LogMethod, l: number) => void);
    if (userHook === undefined) method.apply(this, next);
    else userHook.call(this, next, method, level);
  }

  return {
    ...user,
    serializers,
    formatters: {
      ...formatters,
      bindings: (bindings: Fields) =>
        sanitizer.object(formatters.bindings === undefined ? bindings : formatters.bindings(bindings)),
      log,
    },
    hooks: { ...hooks, logMethod },
    mixin: (object: object, level: number, logger: never) => {
      const own: Fields = correlate ? { ...correlation() } : {};
      const dropped = sampler?.report();
      if (dropped !== undefined) own['dropped_lines'] = dropped;
      return mixin === undefined ? own : Object.assign(own, mixin(object, level, logger));
    },
    onChild: (child: never) => {
      sanitizeChild(child, sanitizer);
      onChild?.(child);
    },
  };
}

function keyOf(args: readonly unknown[]): string {
  const message = typeof args[0] === 'object' ? args[1] : args[0];
  return typeof message === 'string' ? message : '';
}

function closed(work: () => string | undefined): string | undefined {
  try {
    return work();
  } catch {
    return REDACTED;
  }
}

/**
 * Children do not inherit the formatter of bindings, and have written theirs as JSON before anyone is told. The text is behind the
 * symbol that pino publishes as `pino.symbols.chindingsSym`.
 */
function sanitizeChild(child: object, sanitizer: Sanitizer): void {
  const key = Object.getOwnPropertySymbols(child).find(({ description }) => description === 'pino.chindings');
  if (key === undefined) {
    warn('TELINT_SANITIZE_FAILED', 'Bindings of a child logger are not where pino 9 and 10 keep them.', 'pino');
    return;
  }
  const logger = child as Record<symbol, unknown> & { setBindings?: SetBindings };
  const parent = Object.getPrototypeOf(logger) as Record<symbol, unknown>;
  const inherited = typeof parent[key] === 'string' ? parent[key] : '';
  const all = logger[key];
  if (typeof all !== 'string' || !all.startsWith(inherited)) {
    logger[key] = inherited;
    return;
  }
  logger[key] = inherited + sanitizeBindings(all.slice(inherited.length), sanitizer);
  const { setBindings } = parent as { setBindings?: SetBindings };
  if (setBindings === undefined || safeSetters.has(setBindings)) return;
  const safe: SetBindings = function (bindings) {
    setBindings.call(this, sanitizer.object(bindings) as object);
  };
  safeSetters.add(safe);
  logger.setBindings = safe;
}

type SetBindings = (this: object, bindings: object) => void;
/** Children of a child inherit its setter. */
const safeSetters = new WeakSet<SetBindings>();

/** Sanitizes the text `,"key":value` that pino puts into every line. */
function sanitizeBindings(bindings: string, sanitizer: Sanitizer): string {
  if (bindings === '') return '';
  try {
    const clean = JSON.stringify(sanitizer.object(JSON.parse(`{${bindings.slice(1)}}`)));
    return clean === '{}' ? '' : `,${clean.slice(1, -1)}`;
  } catch {
    return '';
  }
}
