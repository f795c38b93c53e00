import { createServer as createHttp2, connect as connectHttp2 } from 'node:http2';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough, pipeline } from 'node:stream';
import { SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { correlation } from '../src/log.ts';
import { instrument } from '../src/middleware/http.ts';
import { middlewareFixture, type Handler } from './support/middleware.ts';
import { counted, eventually, rawClient, underWay } from './support/served.ts';

const { collector, metrics, serve, ended, idle } = middlewareFixture();

describe('how connections end', () => {
  test('a client that goes away: 499, no error of the service, nothing left under way', async () => {
    const { url } = await serve((_request, response) => void response.write('part'));
    const aborted = new AbortController();
    const response = await fetch(`${url}/slow`, { signal: aborted.signal });
    expect(await underWay(metrics())).toEqual({ GET: 1 });
    aborted.abort();
    await response.text().catch(() => undefined);
    await ended(1);
    expect(await counted(metrics())).toEqual({ 'GET /slow 499': 1 });
    expect(collector().one('GET').attributes).toMatchObject({
      'error.type': 'aborted',
      'http.response.status_code': 200,
    });
    expect(collector().one('GET').status.code).toBe(SpanStatusCode.UNSET);
    await idle();
  });

  test('a response that breaks on the side of the service counts as 500', async () => {
    const { url } = await serve((_request, response) => {
      const source = new PassThrough();
      pipeline(source, response, () => undefined);
      source.write('part');
      setTimeout(() => response.destroy(new Error('disk')), 5);
    });
    await fetch(`${url}/file`)
      .then(
        (response) => response.text(),
        () => undefined,
      )
      .catch(() => undefined);
    await ended(1);
    expect(await counted(metrics())).toEqual({ 'GET /file 500': 1 });
    expect(collector().one('GET').status).toEqual({ code: SpanStatusCode.ERROR, message: 'disk' });
    await idle();
  });

  test('keep-alive: every request of a connection is one, and no listener is left on the socket', async () => {
    const sockets = new Set<IncomingMessage['socket']>();
    const { port } = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('x');
    });
    const { socket, received } = rawClient(port, '');
    let before = -1;
    for (let n = 1; n <= 30; n++) {
      socket.write('GET /k HTTP/1.1\r\nHost: a\r\n\r\n');
      await eventually(() => received().split('HTTP/1.1 200').length === n + 1, `answer ${n}`);
      if (n === 1) before = [...sockets][0]?.listenerCount('close') ?? -1;
    }
    expect(sockets.size).toBe(1);
    expect([...sockets][0]?.listenerCount('close')).toBe(before);
    expect(await counted(metrics())).toEqual({ 'GET /k 200': 30 });
    await idle();
  });

  test('pipelined requests that wait for their turn end with the connection', async () => {
    const responses: ServerResponse[] = [];
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { port } = await serve((_request, response) => void responses.push(response));
    const { socket } = rawClient(port, 'GET /p HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(15));
    await eventually(() => responses.length === 15, 'all are here');
    expect(await underWay(metrics())).toEqual({ GET: 15 });
    responses[0]?.end('first');
    responses[1]?.end('second');
    await ended(2);
    socket.destroy();
    await ended(15);
    expect(await counted(metrics())).toEqual({ 'GET /p 200': 2, 'GET /p 499': 13 });
    await idle();
    process.off('warning', onWarning);
    expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  test('upgrades pass by; without a listener they are requests', async () => {
    const { port, server } = await serve((_request, response) => response.end());
    const upgrade = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const first = rawClient(port, upgrade);
    await eventually(() => first.received().includes('200'), 'answered as a request');
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    const second = rawClient(port, upgrade);
    await eventually(() => second.received().includes('101'), 'upgraded');
    expect(await counted(metrics())).toEqual({ 'GET /ws 200': 1 });
    await idle();
  });

  test('a response made by hand for an upgrade, as express-ws does, ends with the connection', async () => {
    const silent: Handler = () => undefined;
    const handler = instrument(silent, { metrics: metrics() });
    const { port, server } = await serve((_request, response) => response.end());
    server.on('upgrade', (request: IncomingMessage, upgraded: Socket) => {
      upgraded.on('end', () => upgraded.end()).resume();
      handler(request, new ServerResponse(request));
    });
    const { socket } = rawClient(port, 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    await eventually(async () => (await underWay(metrics()))['GET'] === 1, 'under way');
    socket.destroy();
    await ended(1);
    expect(await counted(metrics())).toEqual({ 'GET /ws 499': 1 });
    await idle();
  });

  test('HTTP/2 through the compatibility layer: answered and aborted streams', async () => {
    const seen: unknown[] = [];
    const handler = instrument(
      (request: IncomingMessage, response: ServerResponse) => {
        request.on('end', () => seen.push(correlation().request_id));
        request.resume();
        if (request.url === '/hang') return;
        response.end('ok');
      },
      { metrics: metrics() },
    );
    const server = createHttp2(handler as never);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const post = client.request({ ':path': '/two', ':method': 'POST', 'x-request-id': 'h2' });
      post.end('body');
      post.resume();
      await ended(1);
      const hang = client.request({ ':path': '/hang' });
      hang.on('error', () => undefined);
      await eventually(async () => (await underWay(metrics()))['GET'] === 1, 'under way');
      hang.close(8);
      await ended(2);
    } finally {
      client.destroy();
      server.close();
    }
    expect(seen).toContain('h2');
    expect(await counted(metrics())).toEqual({ 'POST /two 200': 1, 'GET /hang 499': 1 });
    expect(collector().one('POST').attributes['network.protocol.version']).toBe('2');
    await idle();
  });
});
