import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadOtlpExporter } from '../../src/otlp-exporter.ts';
import { readEnvironment } from '../../src/environment.ts';
import { SdkLoader } from '../../src/sdk-loader.ts';
import type { OtlpOptions } from '../../src/otlp-exporter.ts';
import type {
  ResourceLike,
  SamplerLike,
  SdkTracerProvider,
  SpanExporterLike,
  SpanProcessorLike,
} from '../../src/span-types.ts';

/** One line of OpenTelemetry that the tests run on. */
export interface OtelLine {
  readonly name: string;
  /** Directory from which the line's packages resolve. */
  readonly directory: string;
  readonly loader: SdkLoader;
  readonly require: NodeJS.Require;
  provider(options: { sampler?: SamplerLike; spanProcessors?: SpanProcessorLike[] }): SdkTracerProvider;
  exporter(options: OtlpOptions): SpanExporterLike;
}

function line(name: string, directory: string): OtelLine {
  const loader = new SdkLoader(directory);
  return {
    name,
    directory,
    loader,
    require: createRequire(join(directory, 'package.json')),
    provider: (options) => {
      const sdk = loader.trace('http/protobuf');
      const Provider = sdk.TracerProvider ?? sdk.BasicTracerProvider;
      if (Provider === undefined) throw new Error(`no tracer provider in ${name}`);
      const resource: ResourceLike = loader
        .resources('http/protobuf')
        .resourceFromAttributes({ 'service.name': 'shop' });
      return new Provider({ resource, spanProcessors: [], spanLimits: {}, ...options } as ConstructorParameters<
        typeof Provider
      >[0]);
    },
    exporter: (options) => loadOtlpExporter(options, readEnvironment({}), loader),
  };
}

const runtime = join(import.meta.dirname, '..', '..');

/** API 1.10 with SDK 3.x, and API 1.9 with SDK 2.x. */
export const LINES: readonly OtelLine[] = [
  line('SDK 3.x', runtime),
  line('SDK 2.x', join(runtime, 'test', 'hosts', 'otel-2')),
];
