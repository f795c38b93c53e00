import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { until } from '../../../scripts/lib/until.ts';
import { decodeRequest, type ArrivedSpan } from './otlp-schema.ts';
import { createAuthority, type Certificate } from './certificates.ts';

/** What the collector does with a request. */
export type Answer = (request: { readonly body: Buffer; readonly response: ServerResponse }) => void;

/** Takes the spans. */
export const accept: Answer = ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
};

/** Never answers. */
export const hang: Answer = () => undefined;

/** Answers with a status and headers. */
export const refuseWith =
  (status: number, headers: Record<string, string> = {}): Answer =>
  ({ response }) => {
    response.writeHead(status, headers).end('no');
  };

/** Answers with bytes that are no HTTP. */
export const garbage: Answer = ({ response }) => {
  response.socket?.end('\u0000\u0001 this is not HTTP \r\n\r\n');
};

/** An OTLP/HTTP collector over TLS on 127.0.0.1 whose behaviour can be changed. */
export interface Collector {
  readonly url: string;
  readonly port: number;
  /** Certificate of the authority that signed the collector's, PEM. */
  readonly ca: string;
  answer: Answer;
  /** Spans of requests that were answered with a 2xx status. */
  readonly spans: ArrivedSpan[];
  /** Requests so far, answered or not. */
  readonly requests: { readonly headers: IncomingMessage['headers']; readonly at: number }[];
  /** Stops listening and breaks connections. */
  close(): Promise<void>;
}

const authority = createAuthority('Collector authority');
const certificate = authority.issue({ commonName: 'collector', dns: ['localhost'], ips: ['127.0.0.1'] });

/** A client certificate that the collector accepts when it asks for one. */
export const clientCertificate: Certificate = authority.issue({ commonName: 'service' });

/** Starts a collector; `port` 0 takes a free one, `mutual` demands a client certificate. */
export async function startCollector(port = 0, mutual = false): Promise<Collector> {
  const spans: ArrivedSpan[] = [];
  const requests: Collector['requests'] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer(
    { ...certificate, ca: authority.cert, requestCert: mutual, rejectUnauthorized: mutual },
    (request, response) => {
      requests.push({ headers: request.headers, at: Date.now() });
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
        const before = response.writeHead.bind(response);
        response.writeHead = (status: number, ...rest: []) => {
          if (status < 300) spans.push(...decodeRequest(body));
          return before(status, ...rest);
        };
        collector.answer({ body, response });
      });
    },
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const actual = (server.address() as AddressInfo).port;
  const collector: Collector = {
    url: `https://127.0.0.1:${String(actual)}/v1/traces`,
    port: actual,
    ca: authority.cert,
    answer: accept,
    spans,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
  return collector;
}

/** Waits for a condition, at most five seconds; false when it never held. */
export async function waitFor(holds: () => boolean, timeoutMs = 5000): Promise<boolean> {
  return (await until(holds, timeoutMs, 5)) === true;
}
