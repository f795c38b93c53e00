/** Runs an example of the docs (path in the arguments) on the sources, asks its server for /users/1, prints the answer, ends. */
import { subscribe } from 'node:diagnostics_channel';
import { registerHooks } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { pathToFileURL } from 'node:url';

const middleware = new Set(['http', 'express', 'fastify', 'graphql']);
registerHooks({
  resolve(specifier, hookContext, next) {
    const [, name] = /^@telint\/runtime\/(\w+)$/.exec(specifier) ?? [];
    if (name === undefined) return next(specifier, hookContext);
    return next(new URL(`../../src/${middleware.has(name) ? 'middleware/' : ''}${name}.ts`, import.meta.url).href);
  },
});

subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const { port } = (message as { server: Server }).server.address() as AddressInfo;
  void fetch(`http://127.0.0.1:${port}/users/1`).then(async (response) => {
    console.log(`${response.status} ${await response.text()}`);
    process.exit();
  });
});

await import(pathToFileURL(process.argv[2] ?? '').href);
