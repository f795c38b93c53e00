import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Agent } from 'node:https';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startMetricsServer, type MetricsServer, type MetricsServerOptions } from '../src/exporters/prometheus.ts';
import { createAuthority } from './support/certificates.ts';
import { scrape, until } from './support/scrape.ts';

const metrics = {
  async *render() {
    await Promise.resolve();
    yield 'up 1\n';
  },
};
const started: MetricsServer[] = [];

async function start(options: Partial<MetricsServerOptions> = {}): Promise<MetricsServer> {
  const server = await startMetricsServer({ metrics, port: 0, ...options });
  started.push(server);
  return server;
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(started.splice(0).map((server) => server.close(0)));
});

describe('startMetricsServer', () => {
  it('serves one path of a port on loopback', async () => {
    const { url, port } = await start();
    expect(url).toBe(`http://127.0.0.1:${port}/metrics`);
    expect((await scrape(url)).body.toString()).toBe('up 1\n');
    expect((await scrape(`${url}?name=x`)).status).toBe(200);
    expect((await scrape(`${url}/more`)).status).toBe(404);
    expect((await scrape(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  it('takes port and host from the environment, options first', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_PORT', String(port));
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_HOST', '127.0.0.1');
    await expect(startMetricsServer({ metrics })).rejects.toMatchObject({ code: 'TELINT_METRICS_LISTEN' });
    taken.close();
    await until(() => !taken.listening);
    started.push(await startMetricsServer({ metrics }));
    expect(started[0]?.port).toBe(port);
    expect((await start({ port: 0 })).port).not.toBe(port);
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_PORT', 'none');
    await expect(startMetricsServer({ metrics })).rejects.toMatchObject({ code: 'TELINT_OPTION_INVALID' });
  });

  it.each(['0.0.0.0', '::', '10.1.2.3', 'example.org', ''])(
    'refuses to listen on %j in production without credentials',
    async (host) => {
      vi.stubEnv('NODE_ENV', 'production');
      await expect(startMetricsServer({ metrics, port: 0, host })).rejects.toMatchObject({
        code: 'TELINT_METRICS_UNAUTHENTICATED',
      });
    },
  );

  it('listens on a public interface in production with credentials, or when told', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const open = await start({ host: '0.0.0.0', allowUnauthenticated: true });
    expect((await scrape(`http://127.0.0.1:${open.port}/metrics`)).status).toBe(200);
    const closed = await start({ host: '0.0.0.0', auth: { bearer: 'token' } });
    expect((await scrape(`http://127.0.0.1:${closed.port}/metrics`)).status).toBe(401);
    expect((await scrape((await start()).url)).status).toBe(200);
  });

  it('says 401 with a challenge and 403 without', async () => {
    const { url } = await start({ auth: { bearer: 'token', basic: { username: 'a', password: 'b' } } });
    const { status, headers } = await scrape(url);
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="metrics", Basic realm="metrics", charset="UTF-8"',
    ]);
    const forbidding = await start({ auth: { authorize: () => false } });
    const forbidden = await scrape(forbidding.url);
    expect([forbidden.status, forbidden.headers['www-authenticate']]).toEqual([403, undefined]);
  });

  it('lets a scrape finish when it closes, and then takes no other', async () => {
    let go: () => void = () => undefined;
    let isAsked = false;
    const gate = new Promise<void>((resolve) => (go = resolve));
    async function* render() {
      isAsked = true;
      await gate;
      yield 'last 1\n';
    }
    const server = await startMetricsServer({ metrics: { render }, port: 0 });
    const last = scrape(server.url);
    await until(() => isAsked);
    const closed = server.close(5000);
    go();
    expect((await last).body.toString()).toBe('last 1\n');
    await closed;
    await expect(scrape(server.url)).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('TLS', () => {
  const authority = createAuthority('test authority');
  const server = authority.issue({ commonName: 'service', dns: ['localhost'], ips: ['127.0.0.1'] });
  const prometheus = authority.issue({ commonName: 'prometheus', uris: ['spiffe://cluster/prometheus'] });
  const stranger = createAuthority('another authority').issue({ commonName: 'prometheus' });

  it('serves HTTPS, and nothing before TLS 1.2', async () => {
    const { url } = await start({ tls: server });
    expect(url).toMatch(/^https:/);
    expect((await scrape(url, { ca: authority.cert })).body.toString()).toBe('up 1\n');
    await expect(scrape(url)).rejects.toThrow(/certificate|self-signed/);
    const old = new Agent({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(scrape(url, { ca: authority.cert, agent: old })).rejects.toThrow();
  });

  it('with an authority lets in only clients that it signed for', async () => {
    const { url } = await start({ tls: { ...server, ca: authority.cert }, auth: { clientCertificate: true } });
    expect((await scrape(url, { ca: authority.cert, ...prometheus })).status).toBe(200);
    await expect(scrape(url, { ca: authority.cert })).rejects.toThrow();
    await expect(scrape(url, { ca: authority.cert, ...stranger })).rejects.toThrow();
  });

  it('tells names of client certificates apart', async () => {
    const tls = { ...server, ca: authority.cert };
    const byCommonName = await start({ tls, auth: { clientCertificate: { names: ['prometheus'] } } });
    const byUri = await start({ tls, auth: { clientCertificate: { names: ['spiffe://cluster/prometheus'] } } });
    const other = authority.issue({ commonName: 'other', dns: ['other'] });
    for (const { url } of [byCommonName, byUri]) {
      expect((await scrape(url, { ca: authority.cert, ...prometheus })).status).toBe(200);
      expect((await scrape(url, { ca: authority.cert, ...other })).status).toBe(403);
    }
  });

  it('counts as protection in production when clients must show a certificate, not otherwise', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await start({ host: '0.0.0.0', tls: { ...server, ca: authority.cert } });
    await expect(start({ host: '0.0.0.0', tls: server })).rejects.toMatchObject({
      code: 'TELINT_METRICS_UNAUTHENTICATED',
    });
  });

  it('takes a renewed certificate without a restart', async () => {
    const first = await start({ tls: server });
    const renewed = createAuthority('renewed authority');
    await expect(scrape(first.url, { ca: renewed.cert })).rejects.toThrow();
    first.setTls(renewed.issue({ commonName: 'service', ips: ['127.0.0.1'] }));
    expect((await scrape(first.url, { ca: renewed.cert })).status).toBe(200);
    const plain = await start();
    expect(() => plain.setTls(server)).toThrow(/TELINT_OPTION_INVALID/);
  });

  it('names what is missing for client certificates', async () => {
    await expect(start({ auth: { clientCertificate: true } })).rejects.toMatchObject({ code: 'TELINT_OPTION_INVALID' });
    await expect(start({ tls: server, auth: { clientCertificate: true } })).rejects.toMatchObject({
      code: 'TELINT_OPTION_INVALID',
    });
  });
});
