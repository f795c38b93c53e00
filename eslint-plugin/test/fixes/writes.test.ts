import { describe, expect, it } from 'vitest';
import { applySuggestion, lint } from '../support/lint.ts';

const HEAD = `import { propagation, trace } from '@opentelemetry/api';
import express from 'express';
import { pino } from 'pino';
const logger = pino();
interface User { id: string; email: string }
`;
const handler = (body: string): string =>
  `${HEAD}express().use((req, res, next) => {\n  const span = trace.getTracer('x').startSpan('x');\n${body}  span.end();\n  next();\n});\n`;
const forUser = (body: string): string => `${HEAD}export function signIn(user: User) {\n${body}}\n`;

/** Text after the first suggestion of the only finding about personal data. */
function fixed(text: string): string {
  const rules = { 'no-pii-in-span-attributes': [], 'no-pii-in-logs': [], 'no-pii-in-baggage': [] };
  const found = lint(text, { rules });
  expect(found.map((m) => m.line)).toHaveLength(1);
  const fix = found[0]?.suggestions?.[0]?.fix;
  return fix ? applySuggestion(text, fix) : text;
}

describe('the first suggestion', () => {
  const cases: readonly [name: string, before: string, after: string][] = [
    ['drops an attribute', handler("  span.setAttribute('request', JSON.stringify(req.body));\n"), handler('')],
    [
      'drops all headers, and the `if` around them',
      handler('  if (debug) {\n    span.setAttributes({ ...req.headers });\n  }\n'),
      handler(''),
    ],
    [
      'drops the fields of a log line, not its text',
      handler("  logger.debug({ input: req.body }, 'in');\n"),
      handler("  logger.debug('in');\n"),
    ],
    [
      'cuts the query string where the URL is put together',
      handler(
        "  const url = `https://${req.get('host') ?? 'x'}${req.originalUrl}`;\n  span.setAttribute('url.full', url);\n",
      ),
      handler(
        "  const url = `https://${req.get('host') ?? 'x'}${req.originalUrl.split('?')[0]}`;\n  span.setAttribute('url.full', url);\n",
      ),
    ],
    [
      'writes the id',
      forUser("  logger.info({ email: user.email }, 'in');\n"),
      forUser("  logger.info({ userId: user.id }, 'in');\n"),
    ],
    [
      'does not write the id twice',
      forUser("  logger.info({ userId: user.id, email: user.email }, 'in');\n"),
      forUser("  logger.info({ userId: user.id }, 'in');\n"),
    ],
    [
      'writes the id into baggage',
      forUser("  return propagation.createBaggage({ 'shop.user_email': { value: user.email } });\n"),
      forUser("  return propagation.createBaggage({ 'shop.user_id': { value: user.id } });\n"),
    ],
  ];
  it.each(cases)('%s', (_, before, after) => {
    expect(fixed(before)).toBe(after);
  });
});
