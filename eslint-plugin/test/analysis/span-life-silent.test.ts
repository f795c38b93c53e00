import { describe, expect, it } from 'vitest';
import { problemsIn } from './span-life-harness.ts';

const SILENT: readonly (readonly [title: string, code: string])[] = [
  [
    'finally',
    `async function f() { const span = tracer.startSpan('a'); try { return await work(); } finally { span.end(); } }`,
  ],
  [
    'an early return inside try with finally',
    `async function f(x) { const span = tracer.startSpan('a'); try { if (!x) return undefined; return await work(); } finally { span.end(); } }`,
  ],
  [
    'finally in an active span',
    `function f() { return tracer.startActiveSpan('a', async (span) => { try { return await work(); } catch (error) { span.recordException(error); throw error; } finally { span.end(); } }); }`,
  ],
  [
    'finally in a generator',
    `function f() { return tracer.startActiveSpan('a', async function* (span) { try { for await (const x of source()) yield x; } finally { span.end(); } }); }`,
  ],
  [
    'an end in try and in catch',
    `async function f() { const span = tracer.startSpan('a'); try { const x = await work(); span.end(); return x; } catch (error) { span.end(); throw error; } }`,
  ],
  [
    'an end after a catch that swallows',
    `async function f() { const span = tracer.startSpan('a'); try { await work(); } catch (error) { log(error); } span.end(); }`,
  ],
  [
    'an end on each return',
    `async function f(x) { const span = tracer.startSpan('a'); try { if (!x) { span.end(); return 1; } await work(); span.end(); return 2; } catch { span.end(); return 3; } }`,
  ],
  [
    'nested finally',
    `async function f() { const span = tracer.startSpan('a'); try { try { await work(); } finally { await cleanup(); } } finally { span.end(); } }`,
  ],
  ['a span ended at once', `function f() { tracer.startSpan('a').end(); }`],
  [
    'a chain of setters that ends it',
    `function f() { tracer.startSpan('a').setAttribute('k', 1).setStatus({ code: 1 }).end(); }`,
  ],
  [
    'plain synchronous code',
    `function f(items) { const span = tracer.startSpan('a'); span.setAttribute('n', items.length); log(JSON.stringify(items)); span.end(); }`,
  ],
  [
    'a short synchronous callback without finally',
    `function f() { tracer.startActiveSpan('a', (span) => { span.setAttribute('k', describe(x)); emit('event', x); span.end(); }); }`,
  ],
  [
    'an optional span',
    `async function f() { const span = tracer?.startSpan('a'); try { await work(); } finally { span?.end(); } }`,
  ],
  [
    'a span under a condition, ended if there is one',
    `async function f(on) { let span; if (on) span = tracer.startSpan('a'); try { await work(); } finally { if (span) span.end(); } }`,
  ],
  [
    'the same condition twice',
    `function f(on) { let span; if (on) { span = tracer.startSpan('a'); } work(); if (on) { span.end(); } }`,
  ],
  [
    'the same comparison twice',
    `function f(o) { let span; if (o.mode === 'on') { span = tracer.startSpan('a'); } work(); if (o.mode !== 'on') return; span.end(); }`,
  ],
  [
    'a conditional start',
    `async function f(on) { const span = on ? tracer.startSpan('a') : undefined; try { await work(); } finally { if (span !== undefined) span.end(); } }`,
  ],
  [
    'a flag that says who ended it',
    `async function f() { const span = tracer.startSpan('a'); let ended = false; try { await work(); span.end(); ended = true; } finally { if (!ended) span.end(); } }`,
  ],
  [
    'isRecording before the end',
    `async function f() { const span = tracer.startSpan('a'); try { await work(); } finally { if (span.isRecording()) span.end(); } }`,
  ],
  [
    'a look at the state of the span',
    `async function f() { const span = tracer.startSpan('a'); try { await work(); } finally { if (span.status?.code !== 0 && !span.ended) span.end(); } }`,
  ],
  [
    'an exhaustive switch',
    `function f(kind) { const span = tracer.startSpan('a'); switch (kind) { case 'x': span.end(); return 1; case 'y': span.end(); return 2; } }`,
  ],
  [
    'each round of a loop',
    `async function f(xs) { for (const x of xs) { const span = tracer.startSpan('a'); try { await work(x); } finally { span.end(); } } }`,
  ],
  [
    'an endless loop',
    `async function f() { while (true) { const span = tracer.startSpan('a'); try { await work(); } finally { span.end(); } } }`,
  ],
  [
    'process.exit',
    `async function main() { const span = tracer.startSpan('a'); if (bad()) { process.exit(1); } span.end(); }`,
  ],
  [
    'then and catch',
    `function f() { const span = tracer.startSpan('a'); return load().then((x) => { span.end(); return x; }).catch((error) => { span.end(); throw error; }); }`,
  ],
  [
    'then with two callbacks',
    `function f() { const span = tracer.startSpan('a'); return load().then((x) => { span.end(); return x; }, (error) => { span.end(); throw error; }); }`,
  ],
  [
    'finally on a promise',
    `function f() { const span = tracer.startSpan('a'); return load().finally(() => span.end()); }`,
  ],
  [
    'a bound end as a callback',
    `function f() { const span = tracer.startSpan('a'); return load().finally(span.end.bind(span)); }`,
  ],
  [
    'a promise in a variable',
    `function f() { const span = tracer.startSpan('a'); const result = load().then(() => span.end(), () => span.end()); cache.set('k', 1); return result; }`,
  ],
  [
    'a thenable or a plain value',
    `function f(fn) { const span = tracer.startSpan('a'); try { const r = fn(); if (r && typeof r.then === 'function') { return r.then((x) => { span.end(); return x; }, (e) => { span.end(); throw e; }); } span.end(); return r; } catch (e) { span.end(); throw e; } }`,
  ],
  [
    'sync throws handled before the promise',
    `function f(fn) { const span = tracer.startSpan('a'); let p; try { p = fn(); } catch (e) { span.end(); throw e; } return p.then((x) => { span.end(); return x; }).catch((e) => { span.end(); throw e; }); }`,
  ],
  [
    'promises given to Promise.all',
    `async function f() { const span = tracer.startSpan('a'); return Promise.all([load().finally(() => span.end())]); }`,
  ],
  [
    'a promise executor',
    `function f(job) { const span = tracer.startSpan('a'); return new Promise((resolve, reject) => { job.run((error, x) => { span.end(); if (error) reject(error); else resolve(x); }); }); }`,
  ],
  [
    'listeners for success and failure',
    `function f(stream) { const span = tracer.startSpan('a'); stream.on('error', (e) => { span.recordException(e); span.end(); }); stream.on('end', () => span.end()); return stream; }`,
  ],
  [
    'a listener of the response',
    `function middleware(req, res, next) { const span = tracer.startSpan('a'); res.on('finish', () => { span.end(); }); next(); }`,
  ],
  [
    'a listener registered by name',
    `function middleware(req, res, next) { const span = tracer.startSpan('a'); const finish = () => { span.end(); }; res.once('close', finish); next(); }`,
  ],
  [
    'a node-style callback',
    `function f(path, cb) { const span = tracer.startSpan('a'); fs.readFile(path, (error, data) => { span.end(); cb(error, data); }); }`,
  ],
  [
    'an observable',
    `class A { intercept(c, next) { const span = tracer.startSpan('a'); return next.handle().pipe(finalize(() => span.end())); } }`,
  ],
  [
    'a replaced response.end',
    `function middleware(req, res, next) { const span = tracer.startSpan('a'); const end = res.end; res.end = function (...args) { span.end(); return end.apply(this, args); }; next(); }`,
  ],
  [
    'a method replaced around the span',
    `function patch(producer) { const send = producer.send; producer.send = async function (r) { const span = tracer.startSpan('a'); try { return await send.call(this, r); } finally { span.end(); } }; }`,
  ],
  [
    'a local helper',
    `async function f() { const span = tracer.startSpan('a'); const finish = (error) => { if (error) span.recordException(error); span.end(); }; try { await work(); finish(); } catch (error) { finish(error); } }`,
  ],
  [
    'a local helper that ends once',
    `async function f() { const span = tracer.startSpan('a'); let ended = false; function finish() { if (!ended) { ended = true; span.end(); } } try { await work(); } finally { finish(); } }`,
  ],
  [
    'a helper function',
    `function endSpan(span, error) { if (error) span.recordException(error); span.end(); } async function f() { const span = tracer.startSpan('a'); try { await work(); endSpan(span); } catch (error) { endSpan(span, error); throw error; } }`,
  ],
  [
    'a helper two levels down',
    `function end(s) { s.end(); } function close(span) { span.setStatus({ code: 1 }); end(span); } async function f() { const span = tracer.startSpan('a'); try { await work(); } finally { close(span); } }`,
  ],
  [
    'a helper method',
    `class A { done(span) { span.end(); } async f() { const span = tracer.startSpan('a'); try { await work(); } finally { this.done(span); } } }`,
  ],
  [
    'a helper with a spare span',
    `function request(url, parent) { const span = parent ?? tracer.startSpan('http'); return get(url).finally(() => { span.end(); }); } async function f() { const span = tracer.startSpan('a'); return await request('/', span).catch((e) => { throw e; }); }`,
  ],
  [
    'an unknown helper',
    `async function f() { const span = tracer.startSpan('a'); try { await work(); finishSpan(span); } catch (error) { failSpan(span, error); } }`,
  ],
  [
    'a span that is returned',
    `function start(name) { const span = tracer.startSpan(name); span.setAttribute('k', 1); return span; }`,
  ],
  ['a start that is returned', `const start = (name) => tracer.startSpan(name);`],
  [
    'a span in a returned object',
    `function start() { const span = tracer.startSpan('a'); return { span, end: () => span.end() }; }`,
  ],
  ['a returned closure', `function start() { const span = tracer.startSpan('a'); return () => span.end(); }`],
  ['a field', `class A { start() { this.span = tracer.startSpan('a'); } stop() { this.span.end(); } }`],
  [
    'a span stored from a variable',
    `class A { start(id) { const span = tracer.startSpan('a'); this.spans.set(id, span); } }`,
  ],
  ['a span on the request', `function onRequest(request) { const span = tracer.startSpan('a'); request.span = span; }`],
  [
    'a span stored, and ended when that fails',
    `function f(id) { const span = tracer.startSpan('a'); spans.set(id, span); try { go(id); } catch (e) { span.end(); } }`,
  ],
  [
    'a context that is stored',
    `const contexts = new WeakMap(); function onRequest(request) { const span = tracer.startSpan('a'); contexts.set(request, trace.setSpan(context.active(), span)); }`,
  ],
  [
    'a context that is returned',
    `function f() { const span = tracer.startSpan('a'); const ctx = trace.setSpan(context.active(), span); return ctx; }`,
  ],
  ['a span given to unknown code', `function f() { const span = tracer.startSpan('a'); queue.push(new Job(span)); }`],
  ['a span yielded to the caller', `function* f() { const span = tracer.startSpan('a'); yield span; }`],
  ['a callback from outside', `function withSpan(name, fn) { return tracer.startActiveSpan(name, fn); }`],
  [
    'a factory with a setting read from a parameter',
    `function f(getConfig) { const span = tracer.startSpan('a'); span.setAttribute('k', getConfig().level); return span; }`,
  ],
  [
    'a variable that outer functions end',
    `function watch(page) { let span; page.on('open', () => { span = tracer.startSpan('page'); }); page.on('close', () => span?.end()); }`,
  ],
  ['a destructured result', `function f() { const { span } = helper.startSpan('a'); use(span); }`],
  [
    'an awaited helper that never rejects',
    `async function flush() { try { await exporter.flush(); } catch (e) { log(e); } } async function f() { const span = tracer.startSpan('a'); await flush(); span.end(); }`,
  ],
  [
    'an awaited promise that never rejects',
    `async function f() { const span = tracer.startSpan('a'); await Promise.allSettled(jobs); await new Promise((r) => setTimeout(r, 5)); await load().catch(() => undefined); span.end(); }`,
  ],
  [
    'an awaited variable whose promise has a catch',
    `async function f() { const ready = prepare().catch(() => undefined); const span = tracer.startSpan('a'); await ready; span.end(); }`,
  ],
  [
    'a patched method whose promise ends it',
    `function patch(original) { return function (...args) { const span = tracer.startSpan('a'); return original.apply(this, args).then((x) => { span.end(); return x; }, (e) => { span.end(); throw e; }); }; }`,
  ],
  [
    'an awaited result object',
    `async function f() { const span = tracer.startSpan('a'); const found = await repository.find(1); if (found.isErr()) { span.end(); throw found.error; } span.end(); return found.value; }`,
  ],
  [
    'an awaited { data, error }',
    `async function f() { const span = tracer.startSpan('a'); const { data, error } = await db.from('x').select(); span.end(); if (error) throw error; return data; }`,
  ],
  ['a script with one span', `const span = tracer.startSpan('script'); main().finally(() => span.end());`],
  [
    'the active span ended inside its callback',
    `function f() { return tracer.startActiveSpan('a', async () => { try { return await work(); } finally { trace.getActiveSpan()?.end(); } }); }`,
  ],
  [
    'the active span read only',
    `async function f() { const span = trace.getActiveSpan(); try { await work(); } catch (e) { span?.recordException(e); throw e; } }`,
  ],
  ['the other half of a pair of helpers', `function endActive() { trace.getActiveSpan()?.end(); }`],
];

describe('spans that somebody ends', () => {
  it.each(SILENT)('%s', (_, code) => {
    expect(problemsIn(code)).toEqual([]);
  });
});
