import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the provider does: it works, works slowly, is down, or says what was sent to it in its error. */
export type ProviderMood = 'well' | 'slow' | 'down' | 'chatty';

/** A payment provider on loopback. */
export interface PaymentProvider {
  readonly url: string;
  mood: ProviderMood;
  /** Headers of the requests so far: what the service tells others. */
  readonly headers: readonly IncomingHttpHeaders[];
  close(): Promise<void>;
}

const SLOW_MS = 1_300;

/** Starts a payment provider on a free port of loopback. */
export async function startProvider(): Promise<PaymentProvider> {
  const headers: IncomingHttpHeaders[] = [];
  let count = 0;
  const server = createServer((request, response) => {
    headers.push(request.headers);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (): void => {
        count += 1;
        response.setHeader('content-type', 'application/json');
        if (provider.mood === 'down') response.writeHead(500).end('{"error":"out of order"}');
        else if (provider.mood === 'chatty') {
          response.statusMessage = 'Unprocessable';
          response
            .writeHead(422)
            .end(JSON.stringify({ error: `invalid request: ${Buffer.concat(chunks).toString()}` }));
        } else response.end(JSON.stringify({ id: `ch_${count}` }));
      };
      if (provider.mood === 'slow') setTimeout(answer, SLOW_MS);
      else answer();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const provider: PaymentProvider = {
    url: `http://127.0.0.1:${port}`,
    mood: 'well',
    headers,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return provider;
}
