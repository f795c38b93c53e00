/** One environment variable that `startTelemetry` obeys; docs/environment.md has the same rows, held by a test. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly values: string;
  readonly fallback: string;
}

const variable = (name: string, values: string, fallback: string): EnvironmentVariable => ({ name, values, fallback });

/** Every variable that is read. Empty values count as unset; `OTEL_EXPORTER_OTLP_TRACES_*` win over `OTEL_EXPORTER_OTLP_*`. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  variable('OTEL_SDK_DISABLED', '`true`, `false`', '`false`'),
  variable('OTEL_SERVICE_NAME', 'text', '`unknown_service:node`'),
  variable('OTEL_RESOURCE_ATTRIBUTES', '`key=value,…`, percent-encoded', 'none'),
  variable('OTEL_LOG_LEVEL', '`none`, `error`, `warn`, `info`, `debug`, `verbose`, `all`', '`none`'),
  variable('OTEL_PROPAGATORS', '`tracecontext`, `baggage`, `none`', '`tracecontext,baggage`'),
  variable(
    'OTEL_TRACES_SAMPLER',
    '`always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, `parentbased_always_off`, `parentbased_traceidratio`, `adaptive`',
    '`parentbased_always_on`',
  ),
  variable('OTEL_TRACES_SAMPLER_ARG', 'probability from 0 to 1; for `adaptive` traces per second', '`1`; `10`'),
  variable('OTEL_TRACES_EXPORTER', '`otlp`, `console`, `none`', '`otlp`'),
  variable('OTEL_EXPORTER_OTLP_PROTOCOL', '`http/protobuf`, `http/json`, `grpc`', '`http/protobuf`'),
  variable('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'as above', 'as above'),
  variable('OTEL_EXPORTER_OTLP_ENDPOINT', 'URL; `/v1/traces` is added for HTTP', "the exporter's"),
  variable('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'URL, used as it is', "the exporter's"),
  variable('OTEL_EXPORTER_OTLP_HEADERS', '`key=value,…`, percent-encoded', 'none'),
  variable('OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'as above, added to those', 'none'),
  variable('OTEL_EXPORTER_OTLP_TIMEOUT', 'milliseconds above 0', '`10000`'),
  variable('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'as above', 'as above'),
  variable('OTEL_EXPORTER_OTLP_COMPRESSION', '`gzip`, `none`', '`none`'),
  variable('OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'as above', 'as above'),
  variable('OTEL_EXPORTER_OTLP_CERTIFICATE', 'path of a PEM file', 'the authorities of Node'),
  variable('OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', 'as above', 'as above'),
  variable('OTEL_EXPORTER_OTLP_CLIENT_KEY', 'path of a PEM file', 'none'),
  variable('OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', 'as above', 'none'),
  variable('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', 'path of a PEM file', 'none'),
  variable('OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE', 'as above', 'none'),
  variable('OTEL_BSP_SCHEDULE_DELAY', 'milliseconds, 0 or more', '`5000`'),
  variable('OTEL_BSP_EXPORT_TIMEOUT', 'milliseconds above 0', '`30000`'),
  variable('OTEL_BSP_MAX_QUEUE_SIZE', 'spans above 0', '`8192`'),
  variable('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'spans above 0', '`512`'),
  variable('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'characters, 0 or more', 'none'),
  variable('OTEL_ATTRIBUTE_COUNT_LIMIT', 'count, 0 or more', '`128`'),
  variable('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'characters, 0 or more; wins over the general one', 'none'),
  variable('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'count, 0 or more; wins over the general one', '`128`'),
  variable('OTEL_SPAN_EVENT_COUNT_LIMIT', 'count, 0 or more', '`128`'),
  variable('OTEL_SPAN_LINK_COUNT_LIMIT', 'count, 0 or more', '`128`'),
  variable('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'count, 0 or more', '`128`'),
  variable('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 'count, 0 or more', '`128`'),
];
