import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Circuit } from '../src/circuit.ts';
import type { Clock } from '../src/clock.ts';
import { resilientExporter, type ResilientExporter } from '../src/exporters/otlp.ts';
import { judge } from '../src/export-verdict.ts';
import { parseRetryAfter } from '../src/http-outcome.ts';
import { readRejectedSpans } from '../src/partial-success.ts';
import type { ExportResultLike, ReadableSpanLike, SpanExporterLike } from '../src/span-types.ts';
import { encodePartialSuccess } from './support/otlp-schema.ts';

/** A clock whose timers fire when it is told to go on. */
class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): unknown {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.push(timer);
    return timer;
  }

  clear(handle: unknown): void {
    this.#timers = this.#timers.filter((timer) => timer !== handle);
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.clear(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything that is ready run: exports are started one per turn of the event loop. */
async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise(setImmediate);
}

let number = 0;
function span(): ReadableSpanLike {
  const spanId = (++number).toString(16).padStart(16, '0');
  return {
    name: 'work',
    kind: SpanKind.INTERNAL,
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId, traceFlags: 1 }),
    startTime: [0, 0],
    endTime: [0, 1],
    duration: [0, 1],
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    resource: { attributes: {} },
    instrumentationScope: { name: 'test' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

type Behaviour = (spans: ReadableSpanLike[], done: (result: ExportResultLike) => void) => void;

/** An exporter that does what the list says, then always succeeds. */
function scripted(behaviours: readonly Behaviour[]) {
  const calls: ReadableSpanLike[][] = [];
  const pending: ((result: ExportResultLike) => void)[] = [];
  const delivered = new Set<ReadableSpanLike>();
  const exporter: SpanExporterLike = {
    export: (spans, done) => {
      const behaviour = behaviours[calls.length] ?? succeed;
      calls.push(spans);
      if (behaviour === never) pending.push(done);
      behaviour(spans, (result) => {
        if (result.code === 0) for (const item of spans) delivered.add(item);
        done(result);
      });
    },
    shutdown: () => Promise.resolve(),
  };
  return { exporter, calls, delivered, pending };
}

const failure = (error: Error): ExportResultLike => ({ code: 1, error });
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const succeed: Behaviour = (_, done) => {
  done({ code: 0 });
};
const never: Behaviour = () => undefined;
const refuse: Behaviour = (_, done) => {
  done(failure(refused));
};
const confuse: Behaviour = (_, done) => {
  done(failure(new Error('Export failed with unknown error')));
};
const throwError: Behaviour = () => {
  throw new Error('encoder broke');
};
const twice: Behaviour = (_, done) => {
  done({ code: 0 });
  done({ code: 1 });
};
const reject: Behaviour = (_, done) => {
  done(failure(Object.assign(new Error('Bad Request'), { code: 400 })));
};
const tooLarge: Behaviour = (_, done) => {
  done(failure(Object.assign(new Error('Payload Too Large'), { code: 413 })));
};
const later: Behaviour = (_, done) => {
  setImmediate(done, { code: 0 });
};

function expectAccount(exporter: ResilientExporter): void {
  const stats = exporter.stats();
  expect(stats.exported + stats.dropped + stats.queued + stats.inFlight).toBe(stats.accepted);
}

describe('a resilient exporter', () => {
  const options = { maxExportBatchSize: 10, scheduledDelayMs: 100, backoff: { initialMs: 1000, random: () => 1 } };

  test('sends nothing before the code that ended the span is done', async () => {
    const clock = new FakeClock();
    const { exporter: inner, calls } = scripted([]);
    const exporter = resilientExporter(inner, { ...options, clock });
    for (let i = 0; i < 25; i++) exporter.add(span());
    expect(calls).toHaveLength(0);
    await settle();
    expect(calls.map((spans) => spans.length)).toEqual([10, 10]);
    await clock.advance(100);
    expect(calls.map((spans) => spans.length)).toEqual([10, 10, 5]);
  });

  test('waits twice as long after each failure, up to the longest wait, and probes with one batch', async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    const behaviour: Behaviour = (_, done) => {
      at.push(clock.now());
      done(failure(refused));
    };
    const { exporter: inner } = scripted(Array.from({ length: 7 }, () => behaviour));
    const exporter = resilientExporter(inner, {
      ...options,
      concurrency: 1,
      clock,
      backoff: { ...options.backoff, maxMs: 8000 },
    });
    for (let i = 0; i < 30; i++) exporter.add(span());
    await clock.advance(40_000);
    expect(at.slice(1).map((time, i) => time - (at[i] ?? 0))).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
    expect(exporter.stats()).toMatchObject({ exported: 30, dropped: 0, circuit: 'closed' });
  });

  test('gives up what nobody can explain after five attempts, and never what will pass', async () => {
    const clock = new FakeClock();
    const { exporter: inner } = scripted([confuse, throwError, confuse, throwError, confuse]);
    const exporter = resilientExporter(inner, { ...options, clock });
    exporter.add(span());
    await clock.advance(120_000);
    expect(exporter.stats()).toMatchObject({ dropped: 1, droppedByReason: { failed: 1 }, failures: 5 });
  });

  test('a success that comes after the timeout, while the batch waits for its retry, counts', async () => {
    const clock = new FakeClock();
    let finish: (result: ExportResultLike) => void = () => undefined;
    const slow: Behaviour = (_, done) => {
      finish = done;
    };
    const { exporter: inner, calls } = scripted([slow]);
    const exporter = resilientExporter(inner, { ...options, clock, exportTimeoutMs: 50 });
    exporter.add(span());
    await clock.advance(160);
    expect(exporter.stats()).toMatchObject({ queued: 1, failures: 1 });
    finish({ code: 0 });
    finish({ code: 0 });
    await clock.advance(10_000);
    expect(exporter.stats()).toMatchObject({ exported: 1, queued: 0 });
    expect(calls).toHaveLength(1);
  });

  test('a shutdown tries once more at once, whatever the wait of its own making', async () => {
    const clock = new FakeClock();
    const { exporter: inner, calls } = scripted([refuse, refuse, refuse]);
    const exporter = resilientExporter(inner, { ...options, clock });
    exporter.add(span());
    await clock.advance(4000);
    expect(exporter.stats()).toMatchObject({ failures: 3, circuit: 'open' });
    const closing = exporter.shutdown({ timeoutMs: 1000 });
    await clock.advance(0);
    await closing;
    expect(calls).toHaveLength(4);
    expect(exporter.stats()).toMatchObject({ exported: 1, dropped: 0 });
  });

  test('a throwing callback of the service changes nothing', () => {
    const exporter = resilientExporter(scripted([]).exporter, {
      maxQueueSize: 1,
      onDrop: () => {
        throw new Error('callback');
      },
    });
    exporter.add(span());
    expect(() => {
      exporter.add(span());
    }).not.toThrow();
    expectAccount(exporter);
  });

  test.each([{ maxQueueSize: 0 }, { maxExportBatchSize: 1.5 }, { concurrency: -1 }, { exportTimeoutMs: NaN }])(
    'refuses %j',
    (wrong) => {
      expect(() => resilientExporter(scripted([]).exporter, wrong)).toThrow(/TELINT_OPTION_INVALID/);
    },
  );

  test('accounts for every span, whatever the exporter and the service do', async () => {
    const behaviour = fc.constantFrom(succeed, never, refuse, confuse, throwError, twice, reject, tooLarge, later);
    const action = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ advance: fc.integer({ min: 1, max: 20_000 }) }),
      fc.constant({ flush: true }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { maxLength: 30 }),
        fc.array(action, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('drop-oldest', 'drop-newest'),
        async (behaviours, actions, overflow) => {
          const clock = new FakeClock();
          const { exporter: inner, delivered, pending } = scripted(behaviours);
          const settings = { ...options, maxQueueSize: 50, exportTimeoutMs: 3000, concurrency: 2, overflow } as const;
          const exporter = resilientExporter(inner, { ...settings, clock });
          for (const step of actions) {
            if ('add' in step) for (let i = 0; i < step.add; i++) exporter.add(span());
            else if ('advance' in step) await clock.advance(step.advance);
            else void exporter.forceFlush({ timeoutMs: 100 });
            expectAccount(exporter);
            const { queued, inFlight } = exporter.stats();
            expect(queued + inFlight).toBeLessThanOrEqual(50);
          }
          let isClosed = false;
          void exporter.shutdown({ timeoutMs: 1000 }).then(() => {
            isClosed = true;
          });
          await clock.advance(1001);
          expect(isClosed).toBe(true);
          expectAccount(exporter);
          const stats = exporter.stats();
          expect(stats).toMatchObject({ queued: 0, inFlight: 0 });
          expect(stats.exported).toBeLessThanOrEqual(delivered.size);
          // A batch that was given up may still arrive: such spans are lost for the account, not for the collector.
          expect(stats.exported + stats.dropped).toBe(stats.accepted);
          // What answers after all that changes no figure.
          for (const answer of pending) answer({ code: 0 });
          await settle();
          expect(exporter.stats()).toEqual(stats);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('a circuit', () => {
  test('keeps to a wait that the collector demands, even when probed; its own wait can be cut short', () => {
    const clock = new FakeClock();
    const circuit = new Circuit(clock, { initialMs: 100, random: () => 0 });
    circuit.fail(60_000);
    circuit.probeNow();
    expect([circuit.state, circuit.waitMs, circuit.isDemanded]).toEqual(['open', 60_000, true]);
    // A failure that was under way at the same time does not double the wait.
    circuit.fail(undefined);
    expect(circuit.waitMs).toBe(60_000);
    circuit.succeed();
    circuit.fail(undefined);
    expect([circuit.state, circuit.waitMs, circuit.isDemanded]).toEqual(['open', 50, false]);
    circuit.probeNow();
    expect(circuit.state).toBe('half-open');
  });
});

describe('what an answer means', () => {
  const http = (status: number) => [Object.assign(new Error('x'), { code: status }), {}] as const;
  test.each([
    ['503 seen on the wire', new Error('Export failed with retryable status'), { status: 503 }, 'retry'],
    ['429', ...http(429), 'retry'],
    ['500', ...http(500), 'drop'],
    ['401', ...http(401), 'drop'],
    ['413', ...http(413), 'split'],
    ['no route', refused, {}, 'retry'],
    ['a reset after a 503', Object.assign(new Error('x'), { code: 'ECONNRESET' }), { status: 503 }, 'retry'],
    ['a timeout', new Error('Request timed out'), {}, 'retry'],
    ['gRPC UNAVAILABLE', ...http(14), 'retry'],
    ['gRPC INVALID_ARGUMENT', ...http(3), 'drop'],
    ['nothing', undefined, {}, 'retry-some'],
  ] as const)('%s', (_, error, outcome, verdict) => {
    expect(judge(error, outcome)).toBe(verdict);
  });

  test.each([
    ['120', 120_000],
    ['0', 0],
    [' 5 ', 5000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 1969 23:59:00 GMT', 0],
    ['99999999', 3_600_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('Retry-After: %s', (header, expected) => {
    expect(parseRetryAfter(header, 0)).toBe(expected);
  });

  test('rejected spans, in both encodings; anything else is none', () => {
    const json = (text: string): number => readRejectedSpans(Buffer.from(text), 'application/json');
    const binary = (bytes: Uint8Array): number => readRejectedSpans(bytes, 'application/x-protobuf');
    expect(binary(encodePartialSuccess(3, 'why'))).toBe(3);
    expect(binary(encodePartialSuccess(1_000_000, 'x'.repeat(300)))).toBe(1_000_000);
    expect(json('{"partialSuccess":{"rejectedSpans":"7"}}')).toBe(7);
    expect(json('{"partialSuccess":{}}')).toBe(0);
    expect(json('null')).toBe(0);
    expect(json('{')).toBe(0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const count = binary(bytes);
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
    );
  });
});
