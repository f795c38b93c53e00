import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, propagation, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReadableSpanLike, SpanExporterLike } from '../src/span-types.ts';
import { startTelemetry } from '../src/start-telemetry.ts';
import type { TelemetryOptions } from '../src/telemetry-options.ts';
import { withSpan } from '../src/with-span.ts';

const SECRET = ['sk_live_', 'a1B2c3D4e5F6g7H8i9J0k1L2'].join('');
const MAIL = 'ann.example@mail.test';

function collecting(): { readonly spans: ReadableSpanLike[]; readonly exporter: SpanExporterLike } {
  const spans: ReadableSpanLike[] = [];
  return {
    spans,
    exporter: {
      export(batch, done) {
        spans.push(...batch);
        done({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
    },
  };
}

/** Runs one span full of personal data and secrets through telemetry. */
async function emit(options: TelemetryOptions): Promise<void> {
  const telemetry = startTelemetry({ serviceName: 'shop', env: {}, handleSignals: false, ...options });
  try {
    withSpan('order', (span) => {
      span.setAttribute('user.email', MAIL);
      span.addEvent('charged', { authorization: `Bearer ${SECRET}` });
      throw new Error(`card of ${MAIL} refused: ${SECRET}`);
    });
  } catch {
    // What the span says of it is looked at below.
  }
  await telemetry.forceFlush();
  await telemetry.shutdown();
}

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

describe('what startTelemetry sends', () => {
  it('is sanitized unless told otherwise', async () => {
    const { spans, exporter } = collecting();
    await emit({ exporter });
    expect(spans).toHaveLength(1);
    const text = JSON.stringify(spans.map(({ attributes, events, status }) => ({ attributes, events, status })));
    expect(text).toContain('[REDACTED]');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(MAIL);
  });

  it('is sent as it is with sanitizer: false', async () => {
    const { spans, exporter } = collecting();
    await emit({ exporter, sanitizer: false });
    expect(spans[0]?.attributes['user.email']).toBe(MAIL);
  });

  it('is sanitized on disk too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'telint-spool-'));
    try {
      const away: SpanExporterLike = {
        export: (_, done) => done({ code: 1, error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
        shutdown: () => Promise.resolve(),
      };
      await emit({ exporter: away, queue: { spool: { directory }, shutdownTimeoutMs: 300 }, shutdownTimeoutMs: 600 });
      const written = readdirSync(directory).map((file) => readFileSync(join(directory, file), 'latin1'));
      expect(written).toHaveLength(1);
      expect(written.join('')).not.toContain(SECRET);
      expect(written.join('')).not.toContain(MAIL);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('leaves personal data out of baggage', async () => {
    const { exporter } = collecting();
    const telemetry = startTelemetry({ serviceName: 'shop', env: {}, exporter });
    const baggage = propagation.createBaggage({ 'user.email': { value: MAIL }, region: { value: 'eu' } });
    const carrier: Record<string, string> = {};
    propagation.inject(propagation.setBaggage(context.active(), baggage), carrier);
    expect(carrier['baggage']).toBe('region=eu');
    await telemetry.shutdown();
  });
});
