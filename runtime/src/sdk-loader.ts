import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { ContextManager, TextMapPropagator } from '@opentelemetry/api';
import { TelintError } from './diagnostics.ts';
import type { OtlpProtocol, SpanLimitsLike } from './environment.ts';
import type {
  ResourceLike,
  SamplerLike,
  SdkTracerProvider,
  SpanExporterLike,
  SpanProcessorLike,
} from './span-types.ts';

interface MergeableResource extends ResourceLike {
  merge(other: ResourceLike | null): MergeableResource;
}

interface ProviderOptions {
  readonly resource: ResourceLike;
  readonly sampler: SamplerLike;
  readonly spanProcessors: readonly SpanProcessorLike[];
  readonly spanLimits: SpanLimitsLike;
}

/** The tracing SDK: `TracerProvider` in 3.x, `BasicTracerProvider` in 2.x. */
export interface TraceModule {
  readonly TracerProvider?: new (options: ProviderOptions) => SdkTracerProvider;
  readonly BasicTracerProvider?: new (options: ProviderOptions) => SdkTracerProvider;
  readonly ConsoleSpanExporter: new () => SpanExporterLike;
}

/** @opentelemetry/resources. */
export interface ResourcesModule {
  defaultResource(): MergeableResource;
  resourceFromAttributes(attributes: Record<string, unknown>): MergeableResource;
  detectResources(config: { readonly detectors: readonly unknown[] }): MergeableResource;
}

/** @opentelemetry/core. */
export interface CoreModule {
  readonly CompositePropagator: new (config: { readonly propagators: TextMapPropagator[] }) => TextMapPropagator;
  readonly W3CTraceContextPropagator: new () => TextMapPropagator;
  readonly W3CBaggagePropagator: new () => TextMapPropagator;
}

/** @opentelemetry/context-async-hooks. */
export interface ContextModule {
  readonly AsyncLocalStorageContextManager: new () => ContextManager;
}

/** An official OTLP exporter package. */
export interface OtlpModule {
  readonly OTLPTraceExporter: new (config: Record<string, unknown>) => SpanExporterLike;
}

const OTLP_PACKAGES: Record<OtlpProtocol, string> = {
  'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
  'http/json': '@opentelemetry/exporter-trace-otlp-http',
  grpc: '@opentelemetry/exporter-trace-otlp-grpc',
};

const TRACE_PACKAGES = ['@opentelemetry/sdk-trace', '@opentelemetry/sdk-trace-base', '@opentelemetry/sdk-trace-node'];

/** Where the service's own packages are resolved from: its entry file, or the working directory. */
export function defaultResolveFrom(): string {
  const entry = process.argv[1];
  return entry !== undefined && existsSync(entry) ? dirname(resolve(entry)) : process.cwd();
}

/**
 * Loads the SDK that the service has installed. `require` on purpose: set-up has to be over before the service's first
 * module runs, and `--import` does not wait for promises without top-level await, which CommonJS has not.
 */
export class SdkLoader {
  readonly #require: NodeJS.Require;

  constructor(resolveFrom: string) {
    this.#require = createRequire(join(resolve(resolveFrom), 'package.json'));
  }

  #find(name: string): string | undefined {
    try {
      return this.#require.resolve(name);
    } catch {
      return undefined;
    }
  }

  #load(names: readonly string[], protocol: OtlpProtocol): unknown {
    for (const name of names) if (this.#find(name) !== undefined) return this.#require(name);
    throw new TelintError('TELINT_SDK_MISSING', this.#missing(names[0] as string, protocol));
  }

  /** Packages that the SDK depends on need not be installed by the service itself. */
  #loadBeside(name: string, protocol: OtlpProtocol): unknown {
    if (this.#find(name) !== undefined) return this.#require(name);
    for (const sdk of TRACE_PACKAGES) {
      const path = this.#find(sdk);
      if (path === undefined) continue;
      try {
        return createRequire(path)(name);
      } catch {
        // Another package of the SDK may have it.
      }
    }
    throw new TelintError('TELINT_SDK_MISSING', this.#missing(name, protocol));
  }

  #apiIsOld(): boolean {
    let directory = dirname(this.#find('@opentelemetry/api') ?? '/');
    while (directory !== dirname(directory)) {
      try {
        const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
          name?: string;
          version?: string;
        };
        if (name === '@opentelemetry/api') return /^1\.\d\./.test(version ?? '');
      } catch {
        // Build folders have manifests of other kinds, or none.
      }
      directory = dirname(directory);
    }
    return false;
  }

  #missing(name: string, protocol: OtlpProtocol): string {
    const [trace, context, otlp] = this.#apiIsOld()
      ? [
          '@opentelemetry/sdk-trace-base@^2',
          '@opentelemetry/context-async-hooks@^2',
          `${OTLP_PACKAGES[protocol]}@^0.223`,
        ]
      : ['@opentelemetry/sdk-trace@^3', '@opentelemetry/context-async-hooks@^3', `${OTLP_PACKAGES[protocol]}@^0.301`];
    return `startTelemetry needs ${name}, which is not installed. Run: npm install @opentelemetry/api ${trace} ${context} ${otlp}`;
  }

  trace(protocol: OtlpProtocol): TraceModule {
    return this.#load(TRACE_PACKAGES, protocol) as TraceModule;
  }

  otlp(protocol: OtlpProtocol): OtlpModule {
    return this.#load([OTLP_PACKAGES[protocol]], protocol) as OtlpModule;
  }

  context(protocol: OtlpProtocol): ContextModule {
    return this.#load(['@opentelemetry/context-async-hooks'], protocol) as ContextModule;
  }

  core(protocol: OtlpProtocol): CoreModule {
    return this.#loadBeside('@opentelemetry/core', protocol) as CoreModule;
  }

  resources(protocol: OtlpProtocol): ResourcesModule {
    return this.#loadBeside('@opentelemetry/resources', protocol) as ResourcesModule;
  }
}
