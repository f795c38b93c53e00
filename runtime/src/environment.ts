import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { warn } from './diagnostics.ts';

/** Samplers that `OTEL_TRACES_SAMPLER` can name here. */
export const SAMPLER_NAMES = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'adaptive',
] as const;
const PROPAGATOR_NAMES = ['tracecontext', 'baggage', 'none'] as const;
const EXPORTER_NAMES = ['otlp', 'console', 'none'] as const;
const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;
const COMPRESSIONS = ['gzip', 'none'] as const;
const LOG_LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const;

/** Name of a sampler in `OTEL_TRACES_SAMPLER`. */
export type SamplerName = (typeof SAMPLER_NAMES)[number];
/** Name of a propagator in `OTEL_PROPAGATORS`. */
export type PropagatorName = (typeof PROPAGATOR_NAMES)[number];
/** Name of an exporter in `OTEL_TRACES_EXPORTER`. */
export type ExporterName = (typeof EXPORTER_NAMES)[number];
/** Name of an OTLP protocol. */
export type OtlpProtocol = (typeof PROTOCOLS)[number];

/** Limits of spans as the SDK takes them. */
export interface SpanLimitsLike {
  attributeValueLengthLimit?: number;
  attributeCountLimit?: number;
  eventCountLimit?: number;
  linkCountLimit?: number;
  attributePerEventCountLimit?: number;
  attributePerLinkCountLimit?: number;
}

/** TLS material, PEM. */
export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** What the environment says; undefined where it says nothing that can be used. */
export interface Environment {
  readonly disabled: boolean;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly logLevel: (typeof LOG_LEVELS)[number] | undefined;
  readonly propagators: readonly PropagatorName[] | undefined;
  readonly sampler: SamplerName | undefined;
  readonly samplerArg: number | undefined;
  readonly exporter: ExporterName | undefined;
  readonly protocol: OtlpProtocol | undefined;
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
  readonly compression: (typeof COMPRESSIONS)[number] | undefined;
  readonly tls: TlsMaterial;
  readonly scheduledDelayMs: number | undefined;
  readonly exportTimeoutMs: number | undefined;
  readonly maxQueueSize: number | undefined;
  readonly maxExportBatchSize: number | undefined;
  readonly spanLimits: SpanLimitsLike;
}

/** Variables by name, as `process.env` has them. */
export type EnvironmentSource = Readonly<Record<string, string | undefined>>;

/** Headers may be credentials: their values never appear in a warning. */
const SECRET = /HEADERS|KEY/;

class Reader {
  readonly #source: EnvironmentSource;

  constructor(source: EnvironmentSource) {
    this.#source = source;
  }

  invalid(name: string, expected: string): void {
    const value = SECRET.test(name) ? '' : ` (got ${JSON.stringify(this.#source[name])})`;
    warn('TELINT_ENV_INVALID', `${name} must be ${expected}${value}; the default is used.`, name);
  }

  text(name: string): string | undefined {
    const value = this.#source[name]?.trim();
    return value === '' ? undefined : value;
  }

  number(name: string, min: number, isWhole: boolean, max = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
    const kind = isWhole ? 'a whole number' : 'a number';
    this.invalid(name, max > 1 ? `${kind} of at least ${String(min)}` : `${kind} from ${String(min)} to 1`);
    return undefined;
  }

  one<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    const found = known.find((value) => value === text);
    if (found === undefined) this.invalid(name, `one of ${known.join(', ')}`);
    return found;
  }

  /** `key=value,…` with percent-encoded values; one malformed pair discards all, as the specification demands. */
  pairs(name: string): Record<string, string> {
    const result: Record<string, string> = {};
    for (const pair of this.text(name)?.split(',') ?? []) {
      if (pair.trim() === '') continue;
      const at = pair.indexOf('=');
      try {
        if (at < 1) throw new URIError('no key');
        result[decodeURIComponent(pair.slice(0, at).trim())] = decodeURIComponent(pair.slice(at + 1).trim());
      } catch {
        this.invalid(name, 'a list such as key=value,key2=value2, percent-encoded');
        return {};
      }
    }
    return result;
  }

  url(name: string, path: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      this.invalid(name, 'a URL such as https://collector:4318');
      return;
    }
    if (path !== '') url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
    return url.href;
  }

  file(names: readonly string[]): Buffer | undefined {
    for (const name of names) {
      const path = this.text(name);
      if (path === undefined) continue;
      try {
        return readFileSync(resolve(path));
      } catch {
        this.invalid(name, 'the path of a file that can be read');
      }
    }
    return undefined;
  }
}

function readPropagators(read: Reader): PropagatorName[] | undefined {
  const names = read.text('OTEL_PROPAGATORS')?.split(',');
  if (names === undefined) return undefined;
  const known: PropagatorName[] = [];
  for (const name of names.map((text) => text.trim().toLowerCase())) {
    const found = PROPAGATOR_NAMES.find((candidate) => candidate === name);
    if (found === undefined)
      read.invalid('OTEL_PROPAGATORS', 'a list of tracecontext, baggage or none; pass others as options');
    else if (!known.includes(found)) known.push(found);
  }
  return known.length === 0 ? undefined : known;
}

function readLimits(read: Reader): SpanLimitsLike {
  const limits: SpanLimitsLike = {};
  const set = (limit: keyof SpanLimitsLike, ...names: readonly string[]): void => {
    for (const name of names) {
      const value = read.number(name, 0, true);
      if (value === undefined) continue;
      limits[limit] = value;
      return;
    }
  };
  set('attributeValueLengthLimit', 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT');
  set('attributeCountLimit', 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT');
  set('eventCountLimit', 'OTEL_SPAN_EVENT_COUNT_LIMIT');
  set('linkCountLimit', 'OTEL_SPAN_LINK_COUNT_LIMIT');
  set('attributePerEventCountLimit', 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT');
  set('attributePerLinkCountLimit', 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT');
  return limits;
}

function readTls(read: Reader): TlsMaterial {
  const file = (what: string): Buffer | undefined =>
    read.file([`OTEL_EXPORTER_OTLP_TRACES_${what}`, `OTEL_EXPORTER_OTLP_${what}`]);
  const [ca, cert, key] = [file('CERTIFICATE'), file('CLIENT_CERTIFICATE'), file('CLIENT_KEY')];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Reads what OpenTelemetry's environment variables say; values that cannot be used give a warning and are left out. */
export function readEnvironment(source: EnvironmentSource = process.env): Environment {
  const read = new Reader(source);
  const sampler = read.one('OTEL_TRACES_SAMPLER', SAMPLER_NAMES);
  const protocol =
    read.one('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', PROTOCOLS) ?? read.one('OTEL_EXPORTER_OTLP_PROTOCOL', PROTOCOLS);
  const samplerArg =
    sampler === 'adaptive'
      ? read.number('OTEL_TRACES_SAMPLER_ARG', 0.001, false)
      : read.number('OTEL_TRACES_SAMPLER_ARG', 0, false, 1);
  return {
    disabled: read.one('OTEL_SDK_DISABLED', ['true', 'false']) === 'true',
    serviceName: read.text('OTEL_SERVICE_NAME'),
    resourceAttributes: read.pairs('OTEL_RESOURCE_ATTRIBUTES'),
    logLevel: read.one('OTEL_LOG_LEVEL', LOG_LEVELS),
    propagators: readPropagators(read),
    sampler,
    samplerArg,
    exporter: read.one('OTEL_TRACES_EXPORTER', EXPORTER_NAMES),
    protocol,
    endpoint:
      read.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '') ??
      read.url('OTEL_EXPORTER_OTLP_ENDPOINT', protocol === 'grpc' ? '' : 'v1/traces'),
    headers: { ...read.pairs('OTEL_EXPORTER_OTLP_HEADERS'), ...read.pairs('OTEL_EXPORTER_OTLP_TRACES_HEADERS') },
    timeoutMs:
      read.number('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 1, true) ?? read.number('OTEL_EXPORTER_OTLP_TIMEOUT', 1, true),
    compression:
      read.one('OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', COMPRESSIONS) ??
      read.one('OTEL_EXPORTER_OTLP_COMPRESSION', COMPRESSIONS),
    tls: readTls(read),
    scheduledDelayMs: read.number('OTEL_BSP_SCHEDULE_DELAY', 0, true),
    exportTimeoutMs: read.number('OTEL_BSP_EXPORT_TIMEOUT', 1, true),
    maxQueueSize: read.number('OTEL_BSP_MAX_QUEUE_SIZE', 1, true),
    maxExportBatchSize: read.number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 1, true),
    spanLimits: readLimits(read),
  };
}
