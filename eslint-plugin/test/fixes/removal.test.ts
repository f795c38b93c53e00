import { describe, expect, it } from 'vitest';
import { callRemoval, removalOf } from '../../src/fixes/removal.ts';

/** The text without the entry between « and ». */
function without(marked: string, form: 'property' | 'spread' | 'assignment' = 'property'): string {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  const text = marked.replace(/[«»]/g, '');
  const edit = removalOf({ form, range: { start, end } }, text);
  if (!edit) throw new Error('nothing to remove');
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

describe('an entry', () => {
  const cases: readonly [name: string, before: string, after: string][] = [
    ['of several', "log.info({ a: 1, «b: 2» }, 'x');", "log.info({ a: 1 }, 'x');"],
    ['the only one, before a text', "log.info({ «b: 2» }, 'x');", "log.info('x');"],
    ['the only one, behind a text', "log.info('x', { «b: 2» });", "log.info('x');"],
    ['the only one of a log line', 'log.info({ «b: 2» });', 'log.info({});'],
    ['the only label', 'hits.inc({ «b: 2» });', 'hits.inc();'],
    ['the only label, before a value', 'hits.observe({ «b: 2» }, 5);', 'hits.observe(5);'],
    ['the only label, behind a value', 'hits.add(1, { «b: 2» });', 'hits.add(1);'],
    ['the only label of labels()', 'hits.labels({ «b: 2» }).inc();', 'hits.labels({}).inc();'],
    ['the only one of an event', "span.addEvent('x', { «b: 2» });", "span.addEvent('x');"],
    ['the only one of start options', "t.startSpan('x', { attributes: { «b: 2» } });", "t.startSpan('x');"],
    [
      'one of several start options',
      "t.startSpan('x', { kind, attributes: { «b: 2» } });",
      "t.startSpan('x', { kind });",
    ],
    ['the only one of a helper', 'annotate({ «b: 2» });', 'annotate({});'],
    ['the only one of a value', 'const labels = { «b: 2» };', 'const labels = {};'],
    ['in several lines', 'hits.inc({\n  a: 1,\n  «b: 2»,\n});', 'hits.inc({\n  a: 1,\n});'],
    ['all attributes', 'a();\nspan.setAttributes({ «b: 2» });\nc();', 'a();\nc();'],
    ['all attributes of a chain', 'span.setAttributes({ «b: 2» }).end();', 'span.setAttributes({}).end();'],
    ['with a comment beside it', 'hits.inc({ /* why */ «b: 2» });', 'hits.inc({ /* why */ });'],
  ];
  it.each(cases)('%s', (_, before, after) => {
    expect(without(before)).toBe(after);
  });

  it('goes with the `if` that is only there for it', () => {
    expect(without('if (config.all) {\n  span.setAttributes({ «...req.headers» });\n}\nb();', 'spread')).toBe('b();');
    expect(without("if (tier !== 'guest') {\n  «labels.user = id»;\n}\nb();", 'assignment')).toBe('b();');
  });
  it('keeps an `if` that does more', () => {
    expect(without('if (next()) {\n  «labels.user = id»;\n}', 'assignment')).toBe('if (next()) {\n}');
    expect(without('if (a) {\n  «labels.user = id»;\n} else {\n  b();\n}', 'assignment')).toBe(
      'if (a) {\n} else {\n  b();\n}',
    );
    expect(without('if (a) {\n  // why\n  «labels.user = id»;\n}', 'assignment')).toBe('if (a) {\n  // why\n}');
    expect(without('for (const a of b) {\n  «labels.user = id»;\n}', 'assignment')).toBe('for (const a of b) {\n}');
  });
});

describe('a call', () => {
  const cases: readonly [text: string, after: string | undefined][] = [
    ["a();\nspan.setAttribute('x', y);\nb();", 'a();\nb();'],
    ["trace.getActiveSpan()?.setAttribute('x', y);\n", ''],
    ["span.setAttribute('a', 1).setAttribute('x', y);", undefined],
    ["span.setAttribute('x', y).end();", undefined],
    ["const s = span.setAttribute('x', y);", undefined],
    ["if (a) span.setAttribute('x', y);", undefined],
  ];
  it.each(cases)('%s', (text, after) => {
    const edit = callRemoval(text.lastIndexOf('setAttribute'), text);
    expect(edit && text.slice(0, edit.start) + text.slice(edit.end)).toBe(after);
  });
});
