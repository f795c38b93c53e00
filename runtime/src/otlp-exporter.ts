import { TelintError } from './diagnostics.ts';
import { readEnvironment, type Environment, type OtlpProtocol, type TlsMaterial } from './environment.ts';
import { defaultResolveFrom, SdkLoader } from './sdk-loader.ts';
import type { SpanExporterLike } from './span-types.ts';

/** Where and how spans are sent; what is left out comes from the environment, then from the official exporter. */
export interface OtlpOptions {
  /** Full URL, such as `https://collector:4318/v1/traces`. */
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Time for one export with its retries, in milliseconds. */
  readonly timeoutMs?: number;
  readonly compression?: 'gzip' | 'none';
  readonly protocol?: OtlpProtocol;
  /** Authorities, client certificate and key, PEM; each wins over its environment variable. */
  readonly tls?: TlsMaterial;
}

/** Makes the official OTLP exporter that the service has installed, from options and environment. */
export function otlpTraceExporter(options: OtlpOptions = {}): SpanExporterLike {
  return loadOtlpExporter(options, readEnvironment(), new SdkLoader(defaultResolveFrom()));
}

/** `otlpTraceExporter` for an environment that was read already and an SDK that is found elsewhere. */
export function loadOtlpExporter(options: OtlpOptions, environment: Environment, loader: SdkLoader): SpanExporterLike {
  const protocol = options.protocol ?? environment.protocol ?? 'http/protobuf';
  const { OTLPTraceExporter } = loader.otlp(protocol);
  const url = options.endpoint ?? environment.endpoint;
  if (options.endpoint !== undefined && !URL.canParse(options.endpoint)) {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      `otlp.endpoint must be a full URL such as https://collector:4318/v1/traces; got ${JSON.stringify(options.endpoint)}.`,
    );
  }
  const timeoutMs = options.timeoutMs ?? environment.timeoutMs;
  const compression = options.compression ?? environment.compression;
  const common = {
    ...(url === undefined ? {} : { url }),
    ...(timeoutMs === undefined ? {} : { timeoutMillis: timeoutMs }),
    ...(compression === undefined ? {} : { compression }),
  };
  // The gRPC exporter reads credentials and metadata from the environment; both are objects of its own packages.
  if (protocol === 'grpc') return new OTLPTraceExporter(common);
  return new OTLPTraceExporter({
    ...common,
    headers: { ...environment.headers, ...options.headers },
    httpAgentOptions: { keepAlive: true, ...environment.tls, ...options.tls },
  });
}
