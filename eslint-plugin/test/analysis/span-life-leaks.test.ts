import { describe, expect, it } from 'vitest';
import { factsIn, problemsIn } from './span-life-harness.ts';

const LEAKS: readonly (readonly [title: string, code: string, problem: string])[] = [
  ['a result that is not kept', `function f() { tracer.startSpan('a'); }`, 'never-ended@1'],
  [
    'a result on which only setters are called',
    `function f() { tracer.startSpan('a').setAttribute('k', 1); }`,
    'never-ended@1',
  ],
  [
    'a span that is only written to',
    `function f() { const span = tracer.startSpan('a'); span.setAttribute('k', 1); }`,
    'never-ended@1',
  ],
  [
    'a span that only goes into a context',
    `function f() { const span = tracer.startSpan('a'); return context.with(trace.setSpan(context.active(), span), () => work()); }`,
    'never-ended@1',
  ],
  [
    'an active span without end',
    `function f() { return tracer.startActiveSpan('a', async (span) => { span.setAttribute('k', 1); return work(); }); }`,
    'never-ended@1',
  ],
  [
    'an active span whose callback takes no span',
    `function f() { return tracer.startActiveSpan('a', async () => work()); }`,
    'never-ended@1',
  ],
  [
    'early returns in an active span without end',
    `async function f() { await tracer.startActiveSpan('a', async (span) => { if (!ready) { return; } try { await work(); } catch (error) { log(error); } }); }`,
    'never-ended@1',
  ],
  [
    'an await between start and end',
    `async function f() { const span = tracer.startSpan('a'); await work(); span.end(); }`,
    'not-on-every-path@1',
  ],
  [
    'a caught error that does not end the span',
    `async function f() { const span = tracer.startSpan('a'); try { await work(); span.end(); } catch (error) { span.recordException(error); throw error; } }`,
    'not-on-every-path@1',
  ],
  [
    'a swallowed error that does not end the span',
    `async function f() { const span = tracer.startSpan('a'); try { await work(); span.end(); } catch (error) { log(error); } }`,
    'not-on-every-path@1',
  ],
  [
    'an end in catch only',
    `async function f() { const span = tracer.startSpan('a'); try { return await work(); } catch (error) { span.end(); throw error; } }`,
    'not-on-every-path@1',
  ],
  [
    'an await before the try',
    `async function f() { const span = tracer.startSpan('a'); await before(); try { await work(); } finally { span.end(); } }`,
    'not-on-every-path@1',
  ],
  [
    'an await in the finally before the end',
    `async function f() { const span = tracer.startSpan('a'); try { work(); } finally { await cleanup(); span.end(); } }`,
    'not-on-every-path@1',
  ],
  [
    'an await in the catch before the end',
    `async function f() { const span = tracer.startSpan('a'); try { await work(); span.end(); } catch { await tell(); span.end(); } }`,
    'not-on-every-path@1',
  ],
  [
    'an early return',
    `function f(x) { const span = tracer.startSpan('a'); if (!x) return; span.end(); }`,
    'not-on-every-path@1',
  ],
  [
    'an early throw',
    `function f(x) { const span = tracer.startSpan('a'); if (!x) throw new Error('no'); span.end(); }`,
    'not-on-every-path@1',
  ],
  [
    'one branch of two',
    `function f(x) { const span = tracer.startSpan('a'); if (x) { span.end(); } else { log(x); } }`,
    'not-on-every-path@1',
  ],
  [
    'a switch with a case that does not end it',
    `function f(x) { const span = tracer.startSpan('a'); switch (x) { case 1: span.end(); break; case 2: log(); break; default: span.end(); } }`,
    'not-on-every-path@1',
  ],
  [
    'a continue in a loop',
    `function f(xs) { for (const x of xs) { const span = tracer.startSpan('a'); if (!x) continue; span.end(); } }`,
    'not-on-every-path@1',
  ],
  [
    'a break out of a loop',
    `function f(xs) { let span; for (const x of xs) { span = tracer.startSpan('a'); if (!x) break; span.end(); } }`,
    'not-on-every-path@1',
  ],
  [
    'a variable that is overwritten',
    `function f() { let span = tracer.startSpan('a'); span = tracer.startSpan('b'); span.end(); }`,
    'not-on-every-path@1',
  ],
  [
    'a finally that ends it only when there is a result',
    `async function f() { const span = tracer.startSpan('a'); let result; try { result = await work(); } finally { if (result) { span.end(); } } }`,
    'not-on-every-path@1',
  ],
  [
    'a finally that ends it only when a flag is set',
    `async function f() { const span = tracer.startSpan('a'); let done = false; try { await work(); done = true; } finally { if (done) span.end(); } }`,
    'not-on-every-path@1',
  ],
  [
    'a generator that ends it under a condition',
    `function f() { return tracer.startActiveSpan('a', async function* (span) { let last; try { if (stopped()) { return; } for await (const x of source()) { last = x; yield x; } } finally { if (last) span.end(); } }); }`,
    'not-on-every-path@1',
  ],
  [
    'next() before the end',
    `function middleware(req, res, next) { const span = tracer.startSpan('a'); next(); span.end(); }`,
    'not-on-every-path@1',
  ],
  [
    'an awaited next()',
    `const middleware = async (ctx, next) => { const span = tracer.startSpan('a'); await next(); span.end(); };`,
    'not-on-every-path@1',
  ],
  [
    'an awaited next() inside context.with',
    `const middleware = async (ctx, next) => { const span = tracer.startSpan('a'); await context.with(trace.setSpan(context.active(), span), async () => { await next(); span.end(); }); };`,
    'not-on-every-path@1',
  ],
  [
    'a callback parameter that is run',
    `function measure(fn) { const span = tracer.startSpan('a'); const result = fn(); span.end(); return result; }`,
    'not-on-every-path@1',
  ],
  [
    'a callback parameter that gets the span',
    `function measure(fn) { return tracer.startActiveSpan('a', async (span) => { const result = await fn(span); span.end(); return result; }); }`,
    'not-on-every-path@1',
  ],
  [
    'a wrapped method that is run',
    `function patch(original) { return function () { const span = tracer.startSpan('a'); const result = context.with(trace.setSpan(context.active(), span), () => original.apply(this, arguments)); span.end(); return result; }; }`,
    'not-on-every-path@1',
  ],
  [
    'the method of a decorator',
    `function Traced(target, key, descriptor) { const method = descriptor.value; descriptor.value = function (...args) { const span = tracer.startSpan('a'); const result = method.apply(this, args); span.end(); return result; }; }`,
    'not-on-every-path@1',
  ],
  [
    'user code given to context.with',
    `function measure(fn) { const span = tracer.startSpan('a'); const result = context.with(trace.setSpan(context.active(), span), fn); span.end(); return result; }`,
    'not-on-every-path@1',
  ],
  [
    'throwIfAborted',
    `function f(signal) { const span = tracer.startSpan('a'); signal.throwIfAborted(); span.end(); }`,
    'not-on-every-path@1',
  ],
  [
    'then without catch',
    `function f() { const span = tracer.startSpan('a'); return load().then((x) => { span.end(); return x; }); }`,
    'not-on-every-path@1',
  ],
  [
    'a promise that nobody handles',
    `function f() { const span = tracer.startSpan('a'); load().then(() => span.end()); }`,
    'not-on-every-path@1',
  ],
  [
    'then and a catch that forgets the span',
    `function f() { const span = tracer.startSpan('a'); return load().then(() => span.end()).catch((error) => { log(error); }); }`,
    'not-on-every-path@1',
  ],
  [
    'an async function that is returned and can fail',
    `function f(handler) { const span = tracer.startSpan('a'); return tracer.withSpan(span, async () => { const result = await handler(); span.end(); return result; }); }`,
    'not-on-every-path@1',
  ],
  [
    'for await',
    `async function f(source) { const span = tracer.startSpan('a'); for await (const x of source) log(x); span.end(); }`,
    'not-on-every-path@1',
  ],
  [
    'a hand-over after an await',
    `class A { run(span) { this.keep = span; } f() { return tracer.startActiveSpan('a', async (span) => { await before(); return this.run(span); }); } }`,
    'not-on-every-path@1',
  ],
  [
    'a listener that is registered after an await',
    `async function f(stream) { const span = tracer.startSpan('a'); await open(stream); stream.on('close', () => span.end()); }`,
    'not-on-every-path@1',
  ],
  [
    'a try whose author expects exceptions',
    `function f(req, res, next) { try { const span = tracer.startSpan('a'); render(res); span.end(); } catch (error) { next(error); } }`,
    'not-on-every-path@1',
  ],
  [
    'a helper that ends it only in the error case',
    `function fail(span, error) { span.recordException(error); span.end(); } function f() { return tracer.startActiveSpan('a', async (span) => { try { return await work(); } catch (error) { fail(span, error); } }); }`,
    'not-on-every-path@1',
  ],
  [
    'a handler that only ends the span before',
    `function watch(page, tracer) { let span; page.on('navigated', () => { if (span) span.end(); span = tracer.startSpan('page'); }); }`,
    'not-on-every-path@1',
  ],
  [
    'a span of a handler that nothing ends',
    `function watch(page, tracer) { let span; page.on('navigated', () => { span = tracer.startSpan('page'); span.setAttribute('k', 1); }); }`,
    'never-ended@1',
  ],
  [
    'an end only in replaced response methods',
    `function middleware(req, res, next) { const span = tracer.startSpan('a'); const send = res.send.bind(res); res.send = function (body) { span.end(); return send(body); }; next(); }`,
    'not-on-every-path@1',
  ],
];

describe('spans that stay open', () => {
  it.each(LEAKS)('%s', (_, code, problem) => {
    expect(problemsIn(code)).toContain(problem);
  });
});

describe('evidence', () => {
  it.each([
    [
      'the early return',
      `function f(x) {\n  const span = tracer.startSpan('a');\n  if (!x) {\n    return;\n  }\n  span.end();\n}`,
      'the `return` at line 4 leaves it open',
    ],
    [
      'the rejected await',
      `async function f() {\n  const span = tracer.startSpan('a');\n  await work();\n  span.end();\n}`,
      'a rejected `await` at line 3 leaves it open',
    ],
    [
      'the throw',
      `function f(x) {\n  const span = tracer.startSpan('a');\n  if (x) throw x;\n  span.end();\n}`,
      'the `throw` at line 3 leaves it open',
    ],
    [
      'the end of the function',
      `function f(x) {\n  const span = tracer.startSpan('a');\n  if (x) span.end();\n}`,
      'the function that starts at line 1 can reach its end with the span open',
    ],
    [
      'the callback',
      `function f(run) {\n  const span = tracer.startSpan('a');\n  run();\n  span.end();\n}`,
      'an exception of the function called at line 3 leaves it open',
    ],
    [
      'the replaced span',
      `function f() {\n  let span = tracer.startSpan('a');\n  span = tracer.startSpan('b');\n  span.end();\n}`,
      'line 3 replaces the span while it is open',
    ],
  ])('names %s', (_, code, sentence) => {
    expect(factsIn(code)[0]?.evidence.map((e) => e.text)).toContain(sentence);
  });

  it('keeps the three most telling ways out', () => {
    const returns = Array.from({ length: 6 }, (_, i) => `if (x === ${String(i)}) return;`).join('\n');
    expect(
      factsIn(`function f(x) { const span = tracer.startSpan('a');\n${returns}\nspan.end(); }`)[0]?.evidence,
    ).toHaveLength(3);
  });

  it('gives the name of the span where it is a literal', () => {
    expect(factsIn(`function f() { tracer.startSpan('load user'); }`)[0]?.name).toBe('load user');
    expect(factsIn('function f() { tracer.startSpan(`load`); }')[0]?.name).toBe('load');
    expect(factsIn(`function f(id) { tracer.startSpan('load ' + id); }`)[0]?.name).toBeUndefined();
  });
});
