import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/config.ts';
import { instrumentActions, type InstrumentContext } from '../../src/instrument/index.ts';
import { Runner } from '../../src/runner.ts';
import { applyEdits } from './support/apply.ts';

function actions(marked: string, context: Partial<InstrumentContext> = {}, path = '/shop/src/orders.ts') {
  const at = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  return instrumentActions({ path, text }, { start: at, end: at }, { flavour: 'opentelemetry', ...context });
}

const titles = (marked: string, context?: Partial<InstrumentContext>): string[] =>
  actions(marked, context).map((a) => a.title);

function reasons(marked: string, flavour: InstrumentContext['flavour'] = 'opentelemetry'): (string | undefined)[] {
  const found = actions(marked, { flavour });
  for (const { disabled, edits } of found) if (disabled !== undefined) expect(edits()).toEqual([]);
  return found.map((a) => a.disabled);
}

describe('what cannot be instrumented says why', () => {
  it('a constructor', () => {
    const found = reasons('class A { constructor(readonly x: number) { ¦this.y = x; } y: number; }');
    expect(found).toHaveLength(3);
    for (const reason of found) expect(reason).toMatch(/^Not possible: a constructor .*\.$/);
  });

  it.each([
    'class A { get total() { return ¦1; } }',
    'class A { set total(x) { ¦this.y = x; } }',
    'const a = { get b() { return ¦1; } };',
  ])('an accessor: %s', (source) => {
    for (const reason of reasons(source)) expect(reason).toMatch(/accessor/);
  });

  it.each([
    'function f(x: string): string | Promise<string> { return ¦x; }',
    'function f(x: any) { if (x) return 1; return ¦x.then(); }',
    'function f<T>(g: () => T): T { return ¦g(); }',
    'function f(x: string): Bluebird<string> { return ¦g(x); }',
  ])('a function that may give back a promise: %s', (source) => {
    for (const reason of reasons(source)) expect(reason).toMatch(/promise or a value/);
  });

  it('withSpan of the runtime takes such a function', () => {
    const [span] = actions('function f(x: string): string | Promise<string> { return ¦g(x); }', { flavour: 'runtime' });
    expect(span?.disabled).toBeUndefined();
    expect(span?.edits().some((e) => e.text.includes("withSpan('f', (): string | Promise<string> => {"))).toBe(true);
  });

  it('a parameter that is declared again', () => {
    const [span, counter] = actions('function f(options) { var ¦options = options || {}; return options.x; }');
    expect(span?.disabled).toMatch(/`var options` declares a parameter again/);
    expect(counter?.disabled).toBeUndefined();
  });
});

describe('what is offered', () => {
  it('two ways where nothing says what is given back', () => {
    expect(titles('const load = (id: string) => db.load(¦id);')).toEqual([
      'Wrap `load` in a span',
      'Wrap `load` in a span that ends when its promise settles',
      'Count calls and errors of `load`',
      'Count calls and errors of `load` when its promise settles',
      'Time `load` with a histogram',
      'Time `load` with a histogram until its promise settles',
    ]);
  });

  it('says what happens to a throw before the promise', () => {
    expect(titles('function load(id): Promise<X> { if (!id) throw new Error(); return ¦get(id); }')[0]).toBe(
      'Wrap `load` in a span (what it throws at once becomes a rejection)',
    );
  });

  it.each([
    "function f() { return tracer.startActiveSpan('f', (span) => { ¦work(); span.end(); }); }",
    "const f = traced('f', () => ¦work());",
    "class A { @Span('x') f() { ¦work(); } }",
    "function f() { const span = tracer.startSpan('f'); try { ¦work(); } finally { span.end(); } }",
  ])('no second span: %s', (source) => {
    expect(titles(source).filter((t) => t.includes('span'))).toEqual([]);
  });

  it('nothing outside of functions', () => {
    expect(titles('const a = 1;¦\nfunction f() {}')).toEqual([]);
    expect(titles('export interface A { f(): ¦void }')).toEqual([]);
    expect(titles('declare function f(a: ¦string): void;')).toEqual([]);
    expect(titles('abstract class A { abstract f(¦): void; }')).toEqual([]);
  });

  it('names metrics that the workspace does not have', () => {
    const [, counter] = actions('export function f() { ¦work(); }', {
      isMetricName: (name) => name === 'orders_f_calls_total',
    });
    expect(counter?.edits().some((e) => e.text.includes("name: 'orders_f_2_calls_total'"))).toBe(true);
  });

  it('never writes a value of the code into a name', () => {
    const source = 'app.get(`/x/${id}`, function () { ¦work(); });';
    const span = actions(source)[0];
    expect(span?.title).toBe('Wrap `app.get` in a span');
  });
});

describe('fixes of findings', () => {
  it('are offered anywhere in the function', () => {
    const folder = mkdtempSync(join(tmpdir(), 'telint-fixes-'));
    try {
      const path = join(folder, 'send.ts');
      const text = `import { trace } from '@opentelemetry/api';
import type { Request } from 'express';
import { Counter } from 'prom-client';

const tracer = trace.getTracer('shop');
const sent = new Counter({ name: 'sent_total', help: 'Sent', labelNames: ['url'] });

export async function send(req: Request, user: { email: string }) {
  const span = tracer.startSpan('send');
  span.setAttribute('user.email', user.email);
  sent.inc({ url: req.originalUrl });
  await fetch('https://example.com');
  span.end();
}
`;
      writeFileSync(path, text);
      const runner = new Runner(folder, configOf({ preset: 'all' }, 'telint.json'));
      const { findings } = runner.lint(path);
      const at = text.indexOf('await fetch');
      const found = instrumentActions({ path, text }, { start: at, end: at }, { flavour: 'opentelemetry', findings });
      const kinds = new Set(found.map((a) => a.kind.replace('refactor.rewrite.telint.', '')));
      expect([...kinds]).toEqual(expect.arrayContaining(['span-end', 'attribute', 'label']));
      const end = found.find((a) => a.kind.endsWith('span-end'));
      expect(applyEdits(text, end?.edits() ?? [])).toContain('} finally {\n    span.end();\n  }');
      const outside = text.indexOf('trace }');
      expect(
        instrumentActions({ path, text }, { start: outside, end: outside }, { flavour: 'opentelemetry', findings }),
      ).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
