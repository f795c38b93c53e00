/**
 * Loaded into the example before it starts: with TELINT_BENCH=without its imports of the runtime get one that does nothing, and
 * in both cases it tells ten times a second what it takes, as lines `{ "rssMb", "cpuMs" }`.
 */
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (process.env['TELINT_BENCH'] === 'without') {
  const url = new URL('./no-telemetry.ts', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith('@telint/runtime') ? { url, shortCircuit: true } : next(specifier, context),
  });
}

if (isMainThread) {
  const tell = (): void => {
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ rssMb: process.memoryUsage.rss() / 2 ** 20, cpuMs: (user + system) / 1000 }));
  };
  setInterval(tell, 100).unref();
}
