import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeRequest, type ArrivedSpan } from '../../runtime/test/support/otlp-schema.ts';

export type { ArrivedSpan } from '../../runtime/test/support/otlp-schema.ts';

/** A collector on loopback that takes spans over OTLP/HTTP and can be away for a while. */
export interface Collector {
  readonly url: string;
  /** Every span once, although delivery is at least once. */
  readonly spans: ReadonlyMap<string, ArrivedSpan>;
  /** Bodies as they came, unpacked. */
  readonly bodies: readonly Buffer[];
  /** Refuses connections and breaks those that there are. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a collector on a free port of loopback. */
export async function startCollector(): Promise<Collector> {
  const spans = new Map<string, ArrivedSpan>();
  const bodies: Buffer[] = [];
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  async function listen(): Promise<void> {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
        bodies.push(body);
        for (const span of decodeRequest(body)) spans.set(`${span.traceId}:${span.spanId}`, span);
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  async function goAway(): Promise<void> {
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    server = undefined;
  }

  await listen();
  return { url: `http://127.0.0.1:${port}/v1/traces`, spans, bodies, goAway, comeBack: listen, close: goAway };
}
