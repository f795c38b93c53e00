/** Child process of the benchmark: imports one module and prints the time and what it loaded as one line of JSON. Argument: specifier or file. */
import { registerHooks } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

const [specifier = '', listing = ''] = process.argv.slice(2);
const loaded: string[] = [];
// Hooks cost time, so a run either lists the modules or measures.
if (listing === 'list') {
  registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
}
const started = performance.now();
await import(isAbsolute(specifier) ? pathToFileURL(specifier).href : specifier);
console.log(JSON.stringify({ ms: performance.now() - started, rssMb: process.resourceUsage().maxRSS / 1024, loaded }));
