import redact from '@pinojs/redact';
import { createSanitizer } from '../src/sanitize.ts';
import { medianTimes, type BenchRow } from './rows.ts';

const OBJECTS = 4096;
const ROUNDS = 41;
const TEXT_LENGTH = 2048;

/** A log line of a service: twelve fields, a nested request, two sensitive values, an id that never comes again. */
function logLine(index: number): object {
  return {
    level: 'info',
    time: 1_760_000_000_000 + index,
    pid: 4242,
    hostname: 'orders-7f9c6d',
    requestId: `req-${(index * 7919).toString(36)}`,
    msg: 'request completed',
    durationMs: index % 250,
    user: { email: `user${index}@corp.test`, plan: 'pro' },
    req: { method: 'GET', route: '/orders/:id', authorization: `Bearer ${(index * 104_729).toString(36)}` },
  };
}

/** A stack trace, as it stands in `exception.stacktrace`. */
function trace(length: number): string {
  let text = 'Error: order 1729 could not be loaded: upstream closed the connection\n';
  for (let line = 1; text.length < length; line++)
    text += `    at async OrderService.load${line} (/srv/app/dist/services/orders/order-service.js:${line * 7}:${line % 80})\n`;
  return text.slice(0, length);
}

/** Prose and fields, as loggers write them. */
function lines(length: number): string {
  let text = '';
  for (let line = 1; text.length < length; line++)
    text += `2026-11-21T13:22:03.${line}Z INFO orders: retrying the upstream call after ${line * 3} ms, attempt=${line} region=eu-west\n`;
  return text.slice(0, length);
}

/** Objects against `JSON.stringify` and @pinojs/redact, texts against 15 µs for 2 kB, and the growth to 128 kB. */
export async function bench(): Promise<BenchRow[]> {
  const sanitizer = createSanitizer({ maxStringLength: 1_000_000 });
  const pool = Array.from({ length: OBJECTS }, (_all, index) => logLine(index));
  const paths = ['user.email', 'req.authorization'];
  const pino = redact({ paths, serialize: false });
  const pinoText = redact({ paths });
  let used = 0;
  const overPool = (work: (value: object) => unknown) => () => {
    for (const value of pool) if (work(value) !== undefined) used++;
  };
  const objects = await medianTimes(
    {
      sanitizer: overPool((value) => sanitizer.object(value)),
      json: overPool((value) => JSON.stringify(value)),
      pino: overPool((value) => pino(value)),
      text: overPool((value) => JSON.stringify(sanitizer.object(value))),
      pinoText: overPool((value) => pinoText(value)),
    },
    ROUNDS,
  );
  const repeated = (text: string, times: number) => () => {
    for (let time = 0; time < times; time++) if (sanitizer.value(text) !== '') used++;
  };
  const texts = await medianTimes(
    {
      trace: repeated(trace(TEXT_LENGTH), 200),
      lines: repeated(lines(TEXT_LENGTH), 200),
      short: repeated(lines(16_384), 16),
      long: repeated(lines(131_072), 2),
    },
    ROUNDS,
  );
  const nanoseconds = (milliseconds: number): string => `${Math.round((milliseconds / OBJECTS) * 1e6)} ns`;
  const microseconds = (milliseconds: number): number => (milliseconds / 200) * 1000;
  return [
    {
      id: 'sanitize-object-vs-json',
      ratio: objects.sanitizer / objects.json,
      target: 0.4,
      direction: 'max',
      note: `${nanoseconds(objects.sanitizer)}; JSON.stringify ${nanoseconds(objects.json)}; every key and text judged`,
    },
    {
      id: 'sanitize-object-vs-pino-redact',
      ratio: objects.sanitizer / objects.pino,
      target: 0.15,
      direction: 'max',
      note:
        `@pinojs/redact ${nanoseconds(objects.pino)} with both paths given and serialize: false, object to object as here; ` +
        `to JSON text, its default, ${(objects.text / objects.pinoText).toFixed(2)} with JSON.stringify after ours`,
    },
    {
      id: 'sanitize-2kb-trace',
      ratio: microseconds(texts.trace) / 15,
      target: 1,
      direction: 'max',
      note: `${microseconds(texts.trace).toFixed(1)} µs for a stack trace of ${TEXT_LENGTH} characters`,
    },
    {
      id: 'sanitize-2kb-log-lines',
      ratio: microseconds(texts.lines) / 15,
      target: 1,
      direction: 'max',
      note: `${microseconds(texts.lines).toFixed(1)} µs for log lines of ${TEXT_LENGTH} characters`,
    },
    {
      id: 'sanitize-growth-16k-to-128k',
      ratio: texts.long / 2 / (texts.short / 16),
      target: 12,
      direction: 'max',
      note: `8 is linear; ${used > 0 ? 'log lines' : ''}`,
    },
  ];
}
