import { describe, expect, it } from 'vitest';
import type { TSESTree } from '../../src/analysis/ast.ts';
import { endInProxy } from '../../src/analysis/span-life-foreign.ts';
import { judgeSpanLife } from '../../src/analysis/span-life.ts';
import { deepModuleFrom, factsIn, moduleFrom, problemsIn } from './span-life-harness.ts';

describe('double end', () => {
  it.each([
    [
      'one after the other',
      `function f() {\nconst span = tracer.startSpan('a');\nspan.end();\nspan.end();\n}`,
      'double-end@4',
    ],
    [
      'try and finally',
      `async function f() {\nconst span = tracer.startSpan('a');\ntry { await work();\nspan.end();\n} finally {\nspan.end();\n}\n}`,
      'double-end@6',
    ],
    [
      'catch and finally',
      `async function f() {\nconst span = tracer.startSpan('a');\ntry { await work(); } catch (e) {\nspan.end(); throw e;\n} finally {\nspan.end();\n}\n}`,
      'double-end@6',
    ],
    [
      'a branch and the code after it',
      `function f(x) {\nconst span = tracer.startSpan('a');\nif (x) { span.end(); }\nspan.end();\n}`,
      'double-end@4',
    ],
  ])('%s', (_, code, problem) => {
    expect(problemsIn(code)).toEqual([problem]);
  });

  it.each([
    [
      'two branches',
      `function f(x) { const span = tracer.startSpan('a'); if (x) { span.end(); } else { span.end(); } }`,
    ],
    [
      'a condition after the first',
      `function f(x, y) { const span = tracer.startSpan('a'); if (x) { span.end(); } if (!y) { span.end(); } else if (!x) { span.end(); } }`,
    ],
    [
      'two spans in one variable',
      `function f() { let span = tracer.startSpan('a'); span.end(); span = tracer.startSpan('b'); span.end(); }`,
    ],
    ['rounds of a loop', `function f(xs) { for (const x of xs) { const span = tracer.startSpan('a'); span.end(); } }`],
    [
      'only when an exception follows',
      `async function f() { const span = tracer.startSpan('a'); try { await work(); span.end(); await tell(); } catch { span.end(); } }`,
    ],
  ])('silent: %s', (_, code) => {
    expect(problemsIn(code)).not.toContainEqual(expect.stringContaining('double-end'));
  });

  it('reports every end() of a callback whose tracer ends the span itself, and nothing when there is none', () => {
    const proxy = moduleFrom(`x`).ast;
    const twice = factsIn(
      `tracer.startActiveSpan('a', async (span) => { if (x) { span.end(); return; } await work(); span.end(); });`,
      { endedBy: proxy },
    );
    expect(twice.map((f) => f.problem)).toEqual(['double-end', 'double-end']);
    expect(factsIn(`tracer.startActiveSpan('a', async (span) => { await work(); });`, { endedBy: proxy })).toEqual([]);
    expect(factsIn(`tracer.startActiveSpan('a', async () => work());`, { endedBy: proxy })).toEqual([]);
  });
});

describe('use after end', () => {
  it('reports a write after the end', () => {
    expect(
      problemsIn(`function f() {\nconst span = tracer.startSpan('a');\nspan.end();\nspan.setAttribute('k', 1);\n}`),
    ).toEqual(['use-after-end@4']);
  });

  it.each([
    [
      'reading the context',
      `function f() { const span = tracer.startSpan('a'); span.end(); return span.spanContext().traceId; }`,
    ],
    [
      'a write on another path',
      `function f(x) { const span = tracer.startSpan('a'); if (x) { span.end(); return; } span.setAttribute('k', 1); span.end(); }`,
    ],
    [
      'a write that a look at the span guards',
      `function f() { const span = tracer.startSpan('a'); span.end(); if (span.isRecording()) span.setAttribute('k', 1); }`,
    ],
  ])('silent: %s', (_, code) => {
    expect(problemsIn(code)).toEqual([]);
  });
});

describe('ended too early', () => {
  it.each([
    [
      'work after the end in an active span',
      `function f() {\nreturn tracer.startActiveSpan('a', async (span) => {\nspan.end();\nawait execute(job);\n});\n}`,
      'ended-too-early@3',
    ],
    [
      'an async call returned from a try with finally',
      `async function work() { await step(); }\nasync function f() { const span = tracer.startSpan('a'); try {\nreturn work();\n} finally { span.end(); } }`,
      'ended-too-early@3',
    ],
  ])('%s', (_, code, problem) => {
    expect(problemsIn(code)).toEqual([problem]);
  });

  it.each([
    [
      'flushing after the end',
      `function f() { return tracer.startActiveSpan('a', async (span) => { span.end(); await provider.forceFlush(); }); }`,
    ],
    [
      'clean-up after the end',
      `function f() { return tracer.startActiveSpan('a', async (span) => { span.end(); await connection.close(); }); }`,
    ],
    [
      'waiting after the end',
      `function f() { return tracer.startActiveSpan('a', async (span) => { span.end(); await sleep(5); }); }`,
    ],
    [
      'work after a span that is not active',
      `async function f() { const span = tracer.startSpan('a'); span.end(); await execute(job); }`,
    ],
    [
      'work after an end under a condition',
      `function f(x) { return tracer.startActiveSpan('a', async (span) => { if (x) span.end(); await execute(job).catch(() => {}); if (!x) span.end(); }); }`,
    ],
    [
      'an awaited async call in a try with finally',
      `async function work() { await step(); } async function f() { const span = tracer.startSpan('a'); try { return await work(); } finally { span.end(); } }`,
    ],
    [
      'a plain call in a try with finally',
      `function work() { return 1; } function f() { const span = tracer.startSpan('a'); try { return work(); } finally { span.end(); } }`,
    ],
  ])('silent: %s', (_, code) => {
    expect(problemsIn(code)).toEqual([]);
  });
});

describe('floating active spans', () => {
  const body = `async (span) => { try { await work(); } finally { span.end(); } }`;
  it.each([
    ['in an async function', `async function f() {\ntracer.startActiveSpan('a', ${body});\n}`],
    ['in an async method', `class A { async f() {\nthis.tracer.startActiveSpan('a', ${body});\n} }`],
    [
      'in an async arrow function given to a scheduler',
      `new Job('* * * * *', async () => {\ntracer.startActiveSpan('a', ${body});\n});`,
    ],
    ['in a loop of an async function', `async function f() { while (on) {\ntracer.startActiveSpan('a', ${body});\n} }`],
  ])('%s', (_, code) => {
    expect(problemsIn(code)).toEqual(['floating-active-span@2']);
  });

  it.each([
    ['awaited', `async function f() { await tracer.startActiveSpan('a', ${body}); }`],
    ['returned', `async function f() { return tracer.startActiveSpan('a', ${body}); }`],
    ['the value of an arrow function', `const f = async () => tracer.startActiveSpan('a', ${body});`],
    ['marked with void', `async function f() { void tracer.startActiveSpan('a', ${body}); }`],
    ['kept in a variable', `async function f() { const p = tracer.startActiveSpan('a', ${body}); await p; }`],
    ['chained', `async function f() { tracer.startActiveSpan('a', ${body}).catch(log); }`],
    ['in a function that is not async', `function f() { tracer.startActiveSpan('a', ${body}); }`],
    ['at the top of a script', `tracer.startActiveSpan('a', ${body});`],
    ['a callback that is not async', `async function f() { tracer.startActiveSpan('a', (span) => { span.end(); }); }`],
  ])('silent: %s', (_, code) => {
    expect(problemsIn(code)).toEqual([]);
  });
});

describe('shared and foreign spans', () => {
  it('reports a span of the module that exported functions use', () => {
    expect(
      problemsIn(
        `const span = tracer.startSpan('service');\nexport function handle(x) { span.setAttribute('k', x); span.end(); }`,
      ),
    ).toEqual(['shared-span@1']);
  });

  it('reports a span of the module that a route uses', () => {
    expect(
      problemsIn(
        `const span = tracer.startSpan('service');\napp.get('/', (req, res) => { span.addEvent('request'); res.send('ok'); span.end(); });`,
      ),
    ).toEqual(['shared-span@1']);
  });

  it.each([
    ['ended when the process stops', `const span = tracer.startSpan('service'); process.on('exit', () => span.end());`],
    [
      'ended by the one function of a script',
      `const span = tracer.startSpan('script'); async function main() { try { await work(); } finally { span.end(); } } main();`,
    ],
    ['ended where it was started', `const span = tracer.startSpan('script'); work(); span.end();`],
  ])('silent: %s', (_, code) => {
    expect(problemsIn(code)).toEqual([]);
  });

  it('reports the end of the active span in a function that did not start it', () => {
    expect(
      problemsIn(
        `async function send(x) {\nconst span = trace.getActiveSpan();\ntry { return await request(x); } finally { span?.end(); }\n}`,
      ),
    ).toEqual(['foreign-end@2']);
    expect(problemsIn(`async function send(x) {\nawait request(x);\ntrace.getActiveSpan()?.end();\n}`)).toEqual([
      'foreign-end@3',
    ]);
  });

  it('finds the end() in a proxy around a tracer', () => {
    const handler = `{ get(target, name) { if (name === 'startActiveSpan') { return (n, fn) => target.startActiveSpan(n, async (span) => { try { return await fn(span); } finally { span.end(); } }); } return target[name]; } }`;
    const first = (code: string): TSESTree.NewExpression | undefined =>
      moduleFrom(code).scopes.nodes('NewExpression')[0];
    const proxy = first(`new Proxy(base, ${handler});`);
    const other = first(`new Proxy(base, { get(target, name) { return target[name]; } });`);
    expect(proxy && endInProxy(proxy)?.loc.start.line).toBe(1);
    expect(other && endInProxy(other)).toBeUndefined();
  });
});

describe('fixes', () => {
  const fixOf = (code: string): string | undefined => factsIn(code)[0]?.fix;
  it('offers a finally only where nobody else may end the span', () => {
    expect(fixOf(`async function f() { const span = tracer.startSpan('a'); await work(); span.end(); }`)).toBe(
      'wrap-finally',
    );
    expect(
      fixOf(`async function f() { const span = tracer.startSpan('a'); await work(); keep(span); }`),
    ).toBeUndefined();
    expect(
      fixOf(`async function f() { let span; span = tracer.startSpan('a'); await work(); span.end(); }`),
    ).toBeUndefined();
  });
});

describe('any code at all', () => {
  const nested = (depth: number, open: string, core: string, close: string): string =>
    open.repeat(depth) + core + close.repeat(depth);
  it.each([
    [
      'deep nesting of statements',
      `async function f() { const span = tracer.startSpan('a'); ${nested(3000, 'if (x) {', 'await g();', '}')} span.end(); }`,
    ],
    [
      'deep nesting of expressions',
      `async function f() { const span = tracer.startSpan('a'); h(${nested(3000, '(a + ', 'b', ')')}); span.end(); }`,
    ],
    [
      'thousands of statements',
      `async function f() { const span = tracer.startSpan('a'); ${'if (a) { await g(); } else { log(); }\n'.repeat(8000)} span.end(); }`,
    ],
    [
      'many conditions',
      `async function f() { const span = tracer.startSpan('a'); ${Array.from({ length: 300 }, (_, i) => `if (c${String(i)}) x${String(i)} = 1; if (c${String(i)}) await g();`).join('\n')} span.end(); }`,
    ],
    [
      'loops in loops',
      `async function f() { const span = tracer.startSpan('a'); ${nested(12, 'for (const x of xs) { if (x) continue; ', 'await g();', '}')} span.end(); }`,
    ],
    [
      'functions that call each other',
      `function f() { const span = tracer.startSpan('a'); function a() { b(); } function b() { a(); span.end(); } a(); }`,
    ],
    [
      'a helper that calls itself',
      `function end(span, n) { if (n) end(span, n - 1); else span.end(); } function f() { const span = tracer.startSpan('a'); end(span, 3); }`,
    ],
  ])('is judged or given up, without an error: %s', (_, code) => {
    const module = deepModuleFrom(code);
    const before = performance.now();
    expect(() => factsIn(code, {}, module)).not.toThrow();
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('judges code that is nested as deep as people nest it', () => {
    const code = `async function f() { const span = tracer.startSpan('a'); ${nested(40, 'if (x) {', 'await g();', '}')} span.end(); }`;
    expect(problemsIn(code)).toEqual(['not-on-every-path@1']);
  });

  it('does not need positions in lines', () => {
    const code = `\n\nasync function f() {\nconst span = tracer.startSpan('a');\nawait work();\nspan.end();\n}`;
    expect(factsIn(code, {}, deepModuleFrom(code))[0]?.evidence[0]?.text).toContain('line 5');
  });

  it('stays quiet about a start whose tree has been cut off', () => {
    const module = moduleFrom(`function f() { const span = tracer.startSpan('a'); }`);
    const [call] = module.scopes.nodes('CallExpression');
    if (call) delete (call as { parent?: unknown }).parent;
    expect(
      call && judgeSpanLife({ call, module, active: false, callback: undefined }, { resolveFunction: () => undefined }),
    ).toEqual([]);
  });
});
