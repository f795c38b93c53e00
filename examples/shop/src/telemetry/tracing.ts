import { SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { config } from '../config.ts';

/** The tracer of this service. */
export const tracer = trace.getTracer(config.service, config.version);

/** Runs a function inside a span that ends with it and records what it throws. */
export async function withSpan<T>(name: string, attributes: Attributes, run: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await run(span);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Adds attributes to the span of the current request, if there is one. */
export function annotate(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** Marks a span as failed. */
export function failSpan(span: Span, error: unknown): void {
  if (error instanceof Error) {
    span.recordException(error);
  }
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Starts the span of a background step; the caller ends it. */
export function startStep(step: 'pick' | 'pack' | 'ship'): Span {
  const span = tracer.startSpan(`fulfilment.${step}`);
  span.setAttribute('shop.step', step);
  return span;
}
