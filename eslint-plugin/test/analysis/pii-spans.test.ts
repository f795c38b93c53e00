import { describe, expect, it } from 'vitest';
import { lint } from '../support/lint.ts';
import { workspace } from '../support/workspace.ts';

const OTEL = `import { trace, propagation } from '@opentelemetry/api';\nconst tracer = trace.getTracer('shop');\n`;
const RULES = { 'no-pii-in-span-attributes': [], 'no-pii-in-baggage': [] };
const findings = (code: string) => lint(code, { rules: RULES });
const span = (body: string): string =>
  `${OTEL}export async function place(user, order, config) { const span = tracer.startSpan('place'); ${body} span.end(); }`;

describe('texts of exceptions and states', () => {
  it.each([
    ['an error made here', 'span.recordException(new Error(`no account for ${user.email}`));'],
    ['an error of an own class', 'span.recordException(new PaymentError(user.email));'],
    [
      'an error with a name',
      'const failure = new Error(`no account for ${user.email}`); span.recordException(failure);',
    ],
    ['a text', 'span.recordException(user.email);'],
    ['a state on another line', 'span.setStatus({\n code: 2,\n message: `no account for ${user.email}` });'],
  ])('%s', (_, body) => {
    const found = findings(span(body));
    expect(found).toHaveLength(1);
    expect(found[0]?.line).toBe(3);
  });

  it.each([
    ['an error that was caught', 'try { order.pay(); } catch (error) { span.recordException(error); }'],
    ['an error with a constant text', `span.recordException(new Error('no account'));`],
    ['the options of an error', `span.recordException(new Error('no account', { cause: user }));`],
    ['a text that quotes nobody', 'span.recordException(new Error(`order ${order.id} failed`));'],
  ])('silent: %s', (_, body) => expect(findings(span(body))).toEqual([]));
});

describe('attributes', () => {
  it('names of spans with a whole address', () => {
    expect(
      findings(`${OTEL}export const get = (config) => tracer.startSpan(\`GET \${config.url}\`).end();`),
    ).toHaveLength(1);
    expect(
      findings(
        `${OTEL}export const get = (config) => { const path = clean(config.url); tracer.startSpan(\`GET \${path}\`).end(); };`,
      ),
    ).toEqual([]);
  });

  it('variables of GraphQL under a key that is put together', () => {
    expect(
      findings(
        span(
          'for (const [key, variable] of Object.entries(order.variables)) span.setAttribute(`graphql.variables.${key}`, variable);',
        ),
      ),
    ).toHaveLength(1);
    expect(
      findings(
        span(
          'for (const [key, variable] of Object.entries(order.variables)) span.setAttribute(`order.size.${key}`, variable);',
        ),
      ),
    ).toEqual([]);
  });

  it('objects of constants, and objects that ask later', () => {
    expect(findings(span(`span.setAttribute('ai.toolCall.args', JSON.stringify({ operation: 'discover' }));`))).toEqual(
      [],
    );
    expect(
      findings(
        span(
          `span.setAttributes(pick({ 'gen_ai.tool.call.arguments': { input: () => JSON.stringify(order.input) } })); function pick(all) { return all; }`,
        ),
      ),
    ).toHaveLength(1);
  });

  it('headers that are copied one by one', () => {
    const [found, ...more] = findings(
      `${OTEL}export async function get(span) {\n const response = await fetch('https://example.com');\n const all = {};\n response.headers.forEach((value, key) => { all[key] = value; });\n span.setAttributes({ ...all });\n}`,
    );
    expect(more).toEqual([]);
    expect(found?.line).toBe(7);
    expect(found?.message).toMatch(/header/);
  });

  it('the text of a statement is left to the rule for statements', () => {
    expect(findings(span(`span.setAttribute('db.query.text', order.query);`))).toEqual([]);
    expect(
      findings(span('span.setAttribute("db.query.text", `select * from users where mail = ${user.email}`);')),
    ).toHaveLength(1);
  });

  it('baggage is reported at the call', () => {
    const [found] = findings(
      `${OTEL}export const tag = (user) => propagation.createBaggage().setEntry('who', {\n value: user.email,\n});`,
    );
    expect(found?.line).toBe(3);
    expect(found?.message).toMatch(/^Entry `who`/);
  });
});

describe('answers of language models', () => {
  it.each([
    [
      'AI SDK',
      `import { generateText } from 'ai';\nexport async function ask(span) { const result = await generateText({ prompt: 'x' }); span.setAttribute('title', result.text); }`,
    ],
    [
      'AI SDK, a field of an object',
      `import { generateObject } from 'ai';\nexport async function ask(span) { const { object } = await generateObject({ prompt: 'x' }); span.setAttribute('title', object.title); }`,
    ],
    [
      'OpenAI',
      `import OpenAI from 'openai';\nconst client = new OpenAI();\nexport async function ask(span) { const r = await client.chat.completions.create({}); span.setAttribute('title', r.choices[0].message.content); }`,
    ],
    [
      'Anthropic',
      `import Anthropic from '@anthropic-ai/sdk';\nconst client = new Anthropic();\nexport async function ask(span) { const r = await client.messages.create({}); span.setAttribute('title', r.content[0].text); }`,
    ],
  ])('%s', (_, code) => {
    const found = findings(OTEL + code);
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toMatch(/what a language model answered/);
  });

  it('not their size, their cost or their end', () => {
    expect(
      findings(
        `${OTEL}import { generateText } from 'ai';\nexport async function ask(span) { const r = await generateText({ prompt: 'x' }); span.setAttributes({ length: r.text.length, reason: r.finishReason, tokens: r.usage.outputTokens }); }`,
      ),
    ).toEqual([]);
  });
});

describe('functions of other files', () => {
  const helper = `import { trace, propagation } from '@opentelemetry/api';
export const addUser = (attributes: { id?: string; email?: string; plan?: string }) => {
  const span = trace.getActiveSpan();
  if (attributes.email) span?.setAttribute('user.email', attributes.email);
  if (attributes.plan) span?.setAttribute('user.plan', attributes.plan);
};`;
  const call = `import { addUser } from './telemetry.ts';
import { load } from './session.ts';
export async function handle() {
  const session = await load();
  addUser({
    id: session.user.id,
    email: session.user.email ?? undefined,
    plan: session.user.plan,
  });
}`;

  it('are reported at the property of the caller', () => {
    const cwd = workspace({
      'package.json': '{ "dependencies": { "@opentelemetry/api": "1" } }',
      'src/telemetry.ts': helper,
      'src/session.ts': `export async function load() { return await fetchSession(); }`,
      'src/handle.ts': call,
    });
    const found = lint(call, { rules: RULES, cwd, filename: `${cwd}/src/handle.ts` });
    expect(found.map((m) => m.line)).toEqual([7]);
  });
});
