import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpServer } from '../src/core-metrics.ts';
import { startMetricsServer, type MetricsServer } from '../src/exporters/prometheus.ts';
import { createMetrics, type Metrics } from '../src/metrics.ts';
import { processMetrics, type ProcessMetrics } from '../src/process-metrics.ts';
import { until as poll } from '../../scripts/lib/until.ts';
import * as prometheusService from './services/prometheus.ts';
import { describeWith } from './services/process.ts';
import { createAuthority } from './support/certificates.ts';

const TRACE = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' };

/** A label value with everything that an exposition has to escape. */
const AWKWARD = '/a "b"\\c\nd/:id';

describeWith({ prometheus: prometheusService }, 'a real Prometheus', () => {
  const authority = createAuthority('test authority');
  const scraper = authority.issue({ commonName: 'prometheus' });
  const certificate = authority.issue({ commonName: 'service', ips: ['127.0.0.1'] });
  const servers: MetricsServer[] = [];
  const seen: string[] = [];
  let processSet: ProcessMetrics | undefined;
  let prometheus: prometheusService.Prometheus | undefined;

  /** The metrics, with note of the format that was asked for. */
  function noting(metrics: Metrics, job: string) {
    return {
      render: (accept: string, options?: { readonly deadlineMs?: number }) => {
        seen.push(`${job} ${accept.split(';', 1)[0] ?? ''}`);
        return metrics.render(accept, options);
      },
    };
  }

  async function until(promql: string): Promise<readonly prometheusService.PrometheusSample[]> {
    const ask = async () => {
      const result = await server().query(promql);
      return result.length > 0 && result;
    };
    const found = await poll(ask, 60_000, 100);
    if (!found) throw new Error(`${promql}: no result; ${JSON.stringify(await server().api('targets'))}`);
    return found;
  }

  function server(): prometheusService.Prometheus {
    if (prometheus === undefined) throw new Error('Prometheus was not started.');
    return prometheus;
  }

  beforeAll(async () => {
    const metrics = createMetrics({ exemplars: true });
    processSet = processMetrics(metrics);
    const http = httpServer(metrics);
    for (const [route, seconds] of [
      ['/users/:id', 0.3],
      ['/users/:id', 0.3],
      [AWKWARD, 4],
    ] as const) {
      http.duration.observe(
        { http_request_method: 'GET', http_route: route, http_response_status_code: 200 },
        seconds,
        TRACE,
      );
    }
    const bearer = ['old-token', 'new-token'];
    const text = await startMetricsServer({
      metrics: noting(metrics, 'text'),
      port: 0,
      formats: ['text'],
      auth: { bearer },
    });
    const openmetrics = await startMetricsServer({
      metrics: noting(metrics, 'openmetrics'),
      port: 0,
      auth: { bearer },
    });
    const tls = await startMetricsServer({
      metrics: noting(metrics, 'tls'),
      port: 0,
      tls: { ...certificate, ca: authority.cert },
      auth: { clientCertificate: { names: ['prometheus'] }, basic: { username: 'prometheus', password: 'secret' } },
    });
    servers.push(text, openmetrics, tls);
    const job = (name: string, { port }: MetricsServer, more: object) => ({
      job_name: name,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      ...more,
    });
    prometheus = await prometheusService.startPrometheus({
      configuration: {
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [
          job('text', text, { authorization: { credentials: 'new-token' } }),
          job('openmetrics', openmetrics, { authorization: { credentials: 'old-token' } }),
          job('tls', tls, {
            scheme: 'https',
            basic_auth: { username: 'prometheus', password: 'secret' },
            tls_config: { ca_file: 'ca.pem', cert_file: 'scraper.pem', key_file: 'scraper.key' },
          }),
          job('refused', text, { authorization: { credentials: 'wrong' } }),
        ],
      },
      files: { 'ca.pem': authority.cert, 'scraper.pem': scraper.cert, 'scraper.key': scraper.key },
      flags: ['--enable-feature=exemplar-storage'],
    });
  }, 120_000);

  afterAll(async () => {
    await prometheus?.stop();
    await Promise.all(servers.map((one) => one.close(0)));
    processSet?.stop();
  });

  it.each(['text', 'openmetrics', 'tls'])(
    'scrapes it (%s)',
    async (job) => {
      expect((await until(`up{job="${job}"} == 1`))[0]?.metric['job']).toBe(job);
      const [count] = await until(`http_server_request_duration_seconds_count{job="${job}",http_route="/users/:id"}`);
      expect(count?.value[1]).toBe('2');
      expect(count?.metric).toMatchObject({ http_request_method: 'GET', http_response_status_code: '200' });
      const [bucket] = await until(
        `http_server_request_duration_seconds_bucket{job="${job}",http_route="/users/:id",le=~"0.25|0.5"} > 0`,
      );
      expect([bucket?.metric['le'], bucket?.value[1]]).toEqual(['0.5', '2']);
      const [limit] = await until(`process_memory_limit_bytes{job="${job}"} > 0`);
      expect(Number(limit?.value[1])).toBeGreaterThan(1e6);
    },
    90_000,
  );

  it('asked each endpoint for the format that it should', () => {
    expect(new Set(seen)).toEqual(
      new Set(['text text/plain', 'openmetrics application/openmetrics-text', 'tls application/openmetrics-text']),
    );
  });

  it('reads a label with quotes, backslashes and line feeds as it was written', async () => {
    for (const job of ['text', 'openmetrics']) {
      const [sample] = await until(`http_server_request_duration_seconds_sum{job="${job}",http_route=~"(?s)/a.*"}`);
      expect(sample?.metric['http_route']).toBe(AWKWARD);
      expect(sample?.value[1]).toBe('4');
    }
  }, 90_000);

  it('stores the exemplars of the OpenMetrics format', async () => {
    await until('up{job="openmetrics"} == 1');
    const query = encodeURIComponent('http_server_request_duration_seconds_bucket{job="openmetrics"}');
    const now = Date.now() / 1000;
    const found = (await server().api(`query_exemplars?query=${query}&start=${now - 600}&end=${now + 600}`)) as {
      exemplars: { labels: Record<string, string>; value: string }[];
    }[];
    const exemplars = found.flatMap((one) => one.exemplars);
    expect(exemplars).toContainEqual(expect.objectContaining({ labels: TRACE, value: '0.3' }));
  });

  it('is refused with a wrong token', async () => {
    await until('up{job="refused"} == 0');
    const { activeTargets } = (await server().api('targets')) as {
      activeTargets: { labels: { job: string }; lastError: string }[];
    };
    expect(activeTargets.find(({ labels }) => labels.job === 'refused')?.lastError).toContain('401');
  }, 90_000);
});
