import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { until } from '../../../scripts/lib/until.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';

/** A server on a free port of 127.0.0.1. */
export interface Running {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

/** Starts a server; `close` breaks what is still open. */
export async function listen(handler: RequestListener | Server): Promise<Running> {
  const server = typeof handler === 'function' ? createServer(handler) : handler;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A raw connection that has written some text, and what came back so far. */
export function rawClient(port: number, text: string): { readonly socket: Socket; readonly received: () => string } {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(text);
  return { socket, received: () => received };
}

/** Metrics without those about themselves. */
export const plainMetrics = (options: Parameters<typeof createMetrics>[0] = {}): Metrics =>
  createMetrics({ selfMetrics: false, ...options });

/** Counted requests as `METHOD route status` → number. */
export async function counted(metrics: Metrics): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const line = /^http_server_request_duration_seconds_count\{(.*)\} (\d+)$/gm;
  for (const [, labels = '', count] of (await metrics.text()).matchAll(line)) {
    const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? '-';
    const key = ['http_request_method', 'http_route', 'http_response_status_code'].map(value).join(' ');
    counts[key] = Number(count);
  }
  return counts;
}

/** Requests under way by method. */
export async function underWay(metrics: Metrics): Promise<Record<string, number>> {
  const line = /^http_server_active_requests\{http_request_method="(\w+)"\} (-?\d+)$/gm;
  return Object.fromEntries(
    [...(await metrics.text()).matchAll(line)].map(([, method = '', value]) => [method, Number(value)]),
  );
}

/** Waits until a condition holds, at most ten seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  if ((await until(condition, 10_000, 5)) === undefined) throw new Error(`never happened: ${what}`);
}
