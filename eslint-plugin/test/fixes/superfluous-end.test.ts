import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { lint, plugin } from '../support/lint.ts';

const HEAD = "import { trace } from '@opentelemetry/api';\nconst tracer = trace.getTracer('shop');\n";
const RULES = { 'require-span-end': [] };

function fixed(code: string): string {
  const config: Linter.Config = { plugins: { telint: plugin }, rules: { 'telint/require-span-end': 'error' } };
  return new Linter().verifyAndFix(HEAD + code, { ...config, settings: { telint: { crossFile: 'off' } } }).output;
}

/** Bodies of `async function run(work, flag)` whose superfluous `end()` can go unseen, and what is left of them. */
const SAFE: Readonly<Record<string, readonly [before: string, after: string]>> = {
  'two in a row': [
    "const span = tracer.startSpan('a');\n  span.end();\n  span.end();",
    "const span = tracer.startSpan('a');\n  span.end();",
  ],
  'the second in a block of its own': [
    "const span = tracer.startSpan('a');\n  span.end();\n  {\n    work();\n    span.end();\n  }",
    "const span = tracer.startSpan('a');\n  span.end();\n  {\n    work();\n  }",
  ],
  'the last of a block before its finally': [
    "const span = tracer.startSpan('a');\n  try {\n    await work();\n    span.end();\n  } finally {\n    span.end();\n  }",
    "const span = tracer.startSpan('a');\n  try {\n    await work();\n  } finally {\n    span.end();\n  }",
  ],
  'before a return of what is there already': [
    "const span = tracer.startSpan('a');\n  try {\n    const all = await work();\n    span.end();\n    return all;\n  } finally {\n    span.end();\n  }",
    "const span = tracer.startSpan('a');\n  try {\n    const all = await work();\n    return all;\n  } finally {\n    span.end();\n  }",
  ],
  'in a handler that throws on': [
    "const span = tracer.startSpan('a');\n  try {\n    await work();\n  } catch (error) {\n    span.recordException(error);\n    span.end();\n    throw error;\n  } finally {\n    span.end();\n  }",
    "const span = tracer.startSpan('a');\n  try {\n    await work();\n  } catch (error) {\n    span.recordException(error);\n    throw error;\n  } finally {\n    span.end();\n  }",
  ],
  'of an active span, in a branch': [
    "return tracer.startActiveSpan('a', async (span) => {\n    try {\n      await work();\n      if (flag) {\n        span.setAttribute('flag', true);\n        span.end();\n        return;\n      }\n    } finally {\n      span.end();\n    }\n  });",
    "return tracer.startActiveSpan('a', async (span) => {\n    try {\n      await work();\n      if (flag) {\n        span.setAttribute('flag', true);\n        return;\n      }\n    } finally {\n      span.end();\n    }\n  });",
  ],
};

/** Bodies that a person has to look at: the span would end later, or it is not certain that it has ended. */
const LEFT: Readonly<Record<string, string>> = {
  'work between the end and the finally':
    "const span = tracer.startSpan('a');\n  try {\n    span.end();\n    await work();\n  } finally {\n    span.end();\n  }",
  'a handler that runs before the finally':
    "const span = tracer.startSpan('a');\n  try {\n    span.end();\n    throw flag;\n  } catch {\n    await work();\n  } finally {\n    span.end();\n  }",
  'work first in the finally':
    "const span = tracer.startSpan('a');\n  try {\n    await work();\n    span.end();\n  } finally {\n    await work();\n    span.end();\n  }",
  'a return that works':
    "const span = tracer.startSpan('a');\n  try {\n    span.end();\n    return work();\n  } finally {\n    span.end();\n  }",
  'a variable that can hold another span':
    "let span = tracer.startSpan('a');\n  span.end();\n  span.end();\n  span = tracer.startSpan('b');\n  span.end();",
  'a branch that may not have been taken':
    "const span = tracer.startSpan('a');\n  if (flag) {\n    span.end();\n  }\n  await work();\n  span.end();",
  'a comment that would go': "const span = tracer.startSpan('a');\n  span.end();\n  span.end(); // in case of a retry",
  'a time of its own': "const span = tracer.startSpan('a');\n  span.end();\n  span.end(Date.now());",
  'a line that would be read as part of the one before':
    "const span = tracer.startSpan('a')\n  span.end()\n  span.end();\n  [1].map(work)",
  'an end that may not run': "const span = flag ? tracer.startSpan('a') : undefined;\n  span?.end();\n  span?.end();",
};

const wrap = (body: string): string => `export async function run(work, flag) {\n  ${body}\n}\n`;

describe('a superfluous end()', () => {
  it.each(Object.entries(SAFE))('goes by itself: %s', (_, [before, after]) => {
    expect(fixed(wrap(before))).toBe(HEAD + wrap(after));
  });

  it.each(Object.entries(LEFT))('stays until somebody looks: %s', (_, body) => {
    expect(fixed(wrap(body))).toBe(HEAD + wrap(body));
  });

  it('is still reported, with a suggestion, where it stays', () => {
    const messages = lint(HEAD + wrap(LEFT['a comment that would go'] ?? ''), { rules: RULES });
    expect(messages.map(({ fix, suggestions }) => [fix, suggestions?.length])).toEqual([[undefined, 1]]);
  });

  it.each(Object.entries(SAFE))('leaves results, errors and spans as they were: %s', async (_, [before, after]) => {
    for (const flag of [true, false])
      for (const fails of [true, false]) {
        const seen = await observed(before, flag, fails);
        expect(seen.spans.length).toBeGreaterThan(0);
        expect(await observed(after, flag, fails)).toEqual(seen);
      }
  });
});

/** What a caller and an exporter see of a body. */
async function observed(body: string, flag: boolean, fails: boolean) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const log: string[] = [];
  const work = (): string => {
    log.push(`work with ${exporter.getFinishedSpans().length} ended`);
    if (fails) throw new Error('no work');
    return 'done';
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running what the fix writes is what is tested
  const run = new Function('tracer', `return async (work, flag) => {\n${body}\n}`) as (
    tracer: unknown,
  ) => (work: () => string, flag: boolean) => Promise<unknown>;
  const result = await run(provider.getTracer('shop'))(work, flag).catch((error: unknown) => `threw ${String(error)}`);
  const spans = exporter.getFinishedSpans().map(({ name, status, attributes, events }) => ({
    name,
    status,
    attributes,
    events: events.map((event) => event.name),
  }));
  await provider.shutdown();
  return { result, log, spans };
}
