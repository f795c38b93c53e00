import * as parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, expect, it } from 'vitest';
import { requireSpanEnd } from '../../src/rules/require-span-end.ts';

RuleTester.describe = describe;
RuleTester.it = it;

const HEAD = `import { context, trace } from '@opentelemetry/api';
const tracer = trace.getTracer('orders');
`;
const code = (body: string): string => `${HEAD}${body}`;
const fixed = (output: string, desc: string): { messageId: string; data: { title: string }; output: string } => ({
  messageId: 'fix',
  data: { title: desc },
  output: code(output),
});

const WRAP = 'End the span in a `finally` around the rest of the function';
const AWAIT = 'Wait for the callback: add `await`';
const RETURN = 'Give the promise to the caller: add `return`';

new RuleTester({ languageOptions: { parser } }).run('require-span-end', requireSpanEnd as never, {
  valid: [
    {
      name: 'finally',
      code: code(
        `export async function load() {\n  const span = tracer.startSpan('load');\n  try {\n    return await fetch('/');\n  } finally {\n    span.end();\n  }\n}`,
      ),
    },
    {
      name: 'the same method of something else',
      code: `import { profiler } from './profiler.js';\nexport async function load() {\n  const span = profiler.startSpan('load');\n  await fetch('/');\n  span.end();\n}`,
    },
    {
      name: 'a tracker with the same name',
      code: `import * as Sentry from '@sentry/node';\nexport const load = () => Sentry.startSpan({ name: 'load' }, () => fetch('/'));`,
    },
    {
      name: 'a span that the caller owns',
      code: code(`export function start(name: string) {\n  return tracer.startSpan(name);\n}`),
    },
    {
      name: 'a helper that ends it',
      code: code(
        `function withSpan<T>(name: string, fn: () => Promise<T>): Promise<T> {\n  return tracer.startActiveSpan(name, async (span) => {\n    try {\n      return await fn();\n    } finally {\n      span.end();\n    }\n  });\n}\nexport const load = () => withSpan('load', () => fetch('/'));`,
      ),
    },
  ],
  invalid: [
    {
      name: 'never ended: the whole body goes into a try',
      code: code(`export const load = () =>
  tracer.startActiveSpan('load', async (span) => {
    span.setAttribute('cached', false);
    return fetch('/');
  });`),
      errors: [
        {
          messageId: 'neverEnded',
          line: 4,
          suggestions: [
            fixed(
              `export const load = () =>
  tracer.startActiveSpan('load', async (span) => {
    try {
      span.setAttribute('cached', false);
      return await fetch('/');
    } finally {
      span.end();
    }
  });`,
              WRAP,
            ),
          ],
        },
      ],
    },
    {
      name: 'some paths only: comments, blank lines and template literals keep their text',
      code: code(`export async function load(id: string) {
  const url = '/';
  const span = tracer.startSpan('load'); // one per request

  // the service answers in text
  const answer = await fetch(url, {
    body: \`id:
\${id}
  end\`,
  });
  if (!answer.ok) {
    span.end();
    return undefined;
  }
  span.end();
  return answer.headers;
}`),
      errors: [
        {
          messageId: 'notOnEveryPath',
          line: 5,
          suggestions: [
            fixed(
              `export async function load(id: string) {
  const url = '/';
  const span = tracer.startSpan('load'); // one per request

  try {
    // the service answers in text
    const answer = await fetch(url, {
      body: \`id:
\${id}
  end\`,
    });
    if (!answer.ok) {
      return undefined;
    }
    return answer.headers;
  } finally {
    span.end();
  }
}`,
              WRAP,
            ),
          ],
        },
      ],
    },
    {
      name: 'tabs and carriage returns',
      code: code(
        `export async function load() {\r\n\tconst span = tracer.startSpan('load');\r\n\tawait fetch('/');\r\n\tspan.end();\r\n}`,
      ),
      errors: [
        {
          messageId: 'notOnEveryPath',
          suggestions: [
            fixed(
              `export async function load() {\r\n\tconst span = tracer.startSpan('load');\r\n\ttry {\r\n\t\tawait fetch('/');\r\n\t} finally {\r\n\t\tspan.end();\r\n\t}\r\n}`,
              WRAP,
            ),
          ],
        },
      ],
    },
    {
      name: 'a condition is awaited as a whole',
      code: code(`export async function load(fast: boolean) {
  const span = tracer.startSpan('load');
  await fetch('/ping');
  span.end();
  return fast ? fetch('/fast') : fetch('/slow');
}`),
      errors: [
        {
          messageId: 'notOnEveryPath',
          suggestions: [
            fixed(
              `export async function load(fast: boolean) {
  const span = tracer.startSpan('load');
  try {
    await fetch('/ping');
    return await (fast ? fetch('/fast') : fetch('/slow'));
  } finally {
    span.end();
  }
}`,
              WRAP,
            ),
          ],
        },
      ],
    },
    {
      name: 'no finally for a function that returns a promise without being async',
      code: code(
        `export function load() {\n  const span = tracer.startSpan('load');\n  return fetch('/').then((answer) => {\n    span.end();\n    return answer;\n  });\n}`,
      ),
      errors: [{ messageId: 'notOnEveryPath', suggestions: [] }],
    },
    {
      name: 'no finally when an end() has a time of its own',
      code: code(
        `export async function load() {\n  const span = tracer.startSpan('load');\n  await fetch('/');\n  span.end(Date.now());\n}`,
      ),
      errors: [{ messageId: 'notOnEveryPath', suggestions: [] }],
    },
    {
      name: 'no finally for a body on one line',
      code: code(
        `export async function load() { const span = tracer.startSpan('load'); await fetch('/'); span.end(); }`,
      ),
      errors: [{ messageId: 'notOnEveryPath', suggestions: [] }],
    },
    {
      name: 'a result that nobody keeps',
      code: code(`export function load() {\n  tracer.startSpan('load');\n}`),
      errors: [
        {
          message:
            'Span `load` is never ended (the span is not kept, so nothing can end it): a span without `end()` is not exported and is missing from its trace. Call `end()` in a `finally`.',
        },
      ],
    },
    {
      name: 'nobody waits',
      code: code(`export async function consume() {
  tracer.startActiveSpan('consume', async (span) => {
    try {
      await fetch('/');
    } finally {
      span.end();
    }
  });
}`),
      errors: [
        {
          messageId: 'floatingSpan',
          line: 4,
          suggestions: (['await', 'return'] as const).map((word) =>
            fixed(
              `export async function consume() {
  ${word} tracer.startActiveSpan('consume', async (span) => {
    try {
      await fetch('/');
    } finally {
      span.end();
    }
  });
}`,
              word === 'await' ? AWAIT : RETURN,
            ),
          ),
        },
      ],
    },
    {
      name: 'two ends: the one that the finally makes superfluous goes',
      code: code(`export async function load() {
  const span = tracer.startSpan('load');
  try {
    await fetch('/');
    span.end();
  } finally {
    span.end();
  }
}`),
      errors: [{ messageId: 'doubleEnd', line: 9 }],
      output: code(`export async function load() {
  const span = tracer.startSpan('load');
  try {
    await fetch('/');
  } finally {
    span.end();
  }
}`),
    },
    {
      name: 'two ends in a row: the second goes',
      code: code(`export function load() {\n  const span = tracer.startSpan('load');\n  span.end();\n  span.end();\n}`),
      errors: [{ messageId: 'doubleEnd', line: 6 }],
      output: code(`export function load() {\n  const span = tracer.startSpan('load');\n  span.end();\n}`),
    },
    {
      name: 'a write after the end',
      code: code(
        `export function load() {\n  const span = tracer.startSpan('load');\n  span.end();\n  span.setAttribute('rows', 1);\n}`,
      ),
      errors: [{ messageId: 'useAfterEnd', line: 6 }],
    },
    {
      name: 'a promise that the finally does not wait for',
      code: code(`async function query() {
  await fetch('/');
}
export async function load() {
  const span = tracer.startSpan('load');
  try {
    return query();
  } finally {
    span.end();
  }
}`),
      errors: [
        {
          messageId: 'endedTooEarly',
          line: 9,
          suggestions: [
            fixed(
              `async function query() {
  await fetch('/');
}
export async function load() {
  const span = tracer.startSpan('load');
  try {
    return await query();
  } finally {
    span.end();
  }
}`,
              'Wait for the work: add `await`',
            ),
          ],
        },
      ],
    },
    {
      name: 'one callback given to two starts is reported once for what is wrong in it',
      code: code(`export function load(options?: object) {
  const run = async (span: import('@opentelemetry/api').Span) => {
    span.end();
    span.end();
  };
  return options ? tracer.startActiveSpan('load', options, run) : tracer.startActiveSpan('load', run);
}`),
      errors: [{ messageId: 'doubleEnd', line: 6, suggestions: 1 }],
    },
    {
      name: 'a span of the module',
      code: code(
        `const span = tracer.startSpan('service');\nexport function handle() {\n  span.addEvent('handled');\n  span.end();\n}`,
      ),
      errors: [{ messageId: 'sharedSpan', line: 3 }],
    },
  ],
});

describe('messages of require-span-end', () => {
  it.each(Object.entries(requireSpanEnd.meta.messages).filter(([id]) => id !== 'fix'))(
    '%s says why and what to do, and ends with a full stop',
    (_, message) => {
      expect(message).toMatch(/^[^:]+\(\{\{evidence\}\}\): .+\. .+\.$/);
      expect(message).toMatch(/\b(?:Call|Remove|Move|Start|Add)\b/);
    },
  );
});
