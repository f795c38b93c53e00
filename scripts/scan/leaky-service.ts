/* eslint-disable telint/no-unbounded-metric-labels, telint/no-pii-in-baggage -- the control run leaks on purpose */
/** What the scan must catch: a service that writes everything it gets into every kind of telemetry, without a sanitizer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { context, propagation } from '@opentelemetry/api';
import { Counter, Registry } from 'prom-client';
import { startTelemetry, withSpan } from '../../runtime/src/index.ts';
import { traceHttpClients } from '../../runtime/src/propagation.ts';

const provider = process.env['SHOP_PAYMENTS_URL'] ?? '';
startTelemetry({
  serviceName: 'leaky',
  sanitizer: false,
  queue: { spool: { directory: process.env['SHOP_SPOOL'] ?? '' } },
  handleSignals: true,
});
traceHttpClients();

const registry = new Registry();
const requests = new Counter({
  name: 'requests_total',
  help: 'Requests.',
  labelNames: ['seen'],
  registers: [registry],
});

async function handle(request: IncomingMessage): Promise<void> {
  const seen = `${decodeURIComponent(request.url ?? '')} ${JSON.stringify(request.headers)} ${await text(request)}`;
  requests.inc({ seen });
  console.log(JSON.stringify({ seen }));
  await withSpan('request', { attributes: { seen } }, async () => {
    const baggage = propagation.createBaggage({ seen: { value: seen } });
    await context.with(propagation.setBaggage(context.active(), baggage), () => fetch(provider, { method: 'POST' }));
  });
}

const server = createServer((request, response) => {
  void handle(request).finally(() => response.writeHead(201).end('{"token":"none"}'));
});
const admin = createServer((_request, response) => {
  void registry.metrics().then((exposition) => response.end(exposition));
});
for (const one of [server, admin]) {
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
}
const [port, adminPort] = [server, admin].map((one) => (one.address() as AddressInfo).port);
console.log(JSON.stringify({ port, adminPort, msg: 'shop is open' }));
process.once('SIGTERM', () => {
  for (const one of [server, admin]) {
    one.close();
    one.closeAllConnections();
  }
});
