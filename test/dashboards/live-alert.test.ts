import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startMetricsServer, type MetricsServer } from '../../runtime/src/exporters/prometheus.ts';
import { circuitBreaker, createMetrics } from '../../runtime/src/metrics.ts';
import * as alertmanagerService from '../../runtime/test/services/alertmanager.ts';
import { describeWith, sleep } from '../../runtime/test/services/process.ts';
import * as prometheusService from '../../runtime/test/services/prometheus.ts';
import { alertmanagerConfig, prometheusConfig } from '../../dashboards/src/prometheus-config.ts';
import { RUNBOOKS } from '../../dashboards/src/rules.ts';
import { ruleFiles, textOf } from './support/files.ts';

const PATIENCE = 90_000;
const TOKEN = 'a-token-of-this-test-0123456789abcdef';

/** What Alertmanager posts to a webhook. */
interface Notification {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

interface Route {
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly routes?: readonly Route[];
}

interface AlertmanagerFile {
  readonly route: Route;
  readonly receivers: readonly { readonly name: string }[];
}

/** The routes as they are, without their waiting, and a webhook in the place of each receiver. */
function quick(url: string): object {
  const { route, receivers, ...rest } = alertmanagerConfig() as AlertmanagerFile;
  const hurried = (one: Route): Route => ({
    ...one,
    group_wait: '0s',
    group_interval: '1s',
    ...(one.routes && { routes: one.routes.map(hurried) }),
  });
  return {
    ...rest,
    route: hurried(route),
    receivers: receivers.map(({ name }) => ({ name, webhook_configs: [{ url, send_resolved: true }] })),
  };
}

describeWith(
  { prometheus: prometheusService, alertmanager: alertmanagerService },
  'an alert on its way from a service to a person',
  () => {
    const notifications: Notification[] = [];
    const running: { stop(): Promise<void> }[] = [];
    const metrics = createMetrics();
    const breaker = circuitBreaker(metrics);
    let webhook: Server | undefined;
    let endpoint: MetricsServer | undefined;

    const setBreaker = (isOpen: boolean): void => {
      breaker.state.set({ circuit_breaker_name: 'payments', state: 'open' }, isOpen ? 1 : 0);
      breaker.state.set({ circuit_breaker_name: 'payments', state: 'closed' }, isOpen ? 0 : 1);
    };

    async function until(what: string, find: () => Notification | undefined): Promise<Notification> {
      const deadline = Date.now() + PATIENCE;
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`${what} did not arrive: ${JSON.stringify(notifications)}`);
        await sleep(50);
      }
    }

    const about = (alert: string, status: Notification['status'], receiver: string) => (): Notification | undefined =>
      notifications.find(
        (one) =>
          one.status === status &&
          one.receiver === receiver &&
          one.alerts.some(({ labels }) => labels['alertname'] === alert),
      );

    beforeAll(async () => {
      webhook = createServer((request, response) => {
        const parts: Buffer[] = [];
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () => {
          notifications.push(JSON.parse(Buffer.concat(parts).toString()) as Notification);
          response.end();
        });
      });
      await new Promise<void>((resolve) => webhook?.listen(0, '127.0.0.1', resolve));
      const { port } = webhook.address() as AddressInfo;
      const alertmanager = await alertmanagerService.startAlertmanager(quick(`http://127.0.0.1:${port}/`));
      running.push(alertmanager);
      setBreaker(false);
      endpoint = await startMetricsServer({ metrics, port: 0, auth: { bearer: TOKEN } });
      const rules = Object.fromEntries(
        ruleFiles().map((path) => [
          path.replaceAll('/', '-'),
          JSON.stringify(parse(textOf(path)), (key, value: unknown) => (key === 'for' ? '0s' : value)),
        ]),
      );
      const {
        scrape_configs: [services],
      } = prometheusConfig() as { scrape_configs: [Record<string, unknown>] };
      const { file_sd_configs: targets, ...scrape } = services;
      expect(targets).toBeDefined();
      const prometheus = await prometheusService.startPrometheus({
        configuration: {
          global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
          rule_files: Object.keys(rules),
          alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager.port}`] }] }] },
          scrape_configs: [
            {
              ...scrape,
              authorization: { type: 'Bearer', credentials: TOKEN },
              static_configs: [{ targets: [`127.0.0.1:${endpoint.port}`], labels: { job: 'shop' } }],
            },
          ],
        },
        files: rules,
        // The first notification may come before Prometheus has found Alertmanager, and is lost then.
        flags: ['--rules.alert.resend-delay=1s'],
      });
      running.push(prometheus);
    }, PATIENCE);

    afterAll(async () => {
      await Promise.all(running.map((one) => one.stop()));
      await endpoint?.close(0);
      await new Promise((resolve) => webhook?.close(resolve) ?? resolve(undefined));
    });

    it('reaches the pager and the chat, with its runbook, and is taken back', { timeout: 3 * PATIENCE }, async () => {
      await until('the watchdog', about('Watchdog', 'firing', 'dead-mans-switch'));
      expect(about('CircuitBreakerOpen', 'firing', 'pager')()).toBeUndefined();
      setBreaker(true);
      const { alerts } = await until('the page', about('CircuitBreakerOpen', 'firing', 'pager'));
      await until('the message', about('CircuitBreakerOpen', 'firing', 'chat'));
      expect(alerts).toHaveLength(1);
      expect(alerts[0]?.labels).toMatchObject({ job: 'shop', circuit_breaker_name: 'payments', severity: 'critical' });
      expect(alerts[0]?.annotations).toMatchObject({
        summary: 'Circuit breaker payments of shop is open',
        runbook_url: `${RUNBOOKS}#circuitbreakeropen`,
      });
      setBreaker(false);
      await until('the all-clear', about('CircuitBreakerOpen', 'resolved', 'pager'));
    });

    it('is only what it should be', () => {
      const names = new Set(notifications.flatMap(({ alerts }) => alerts.map(({ labels }) => labels['alertname'])));
      expect([...names].sort()).toEqual(['CircuitBreakerOpen', 'Watchdog']);
      expect(about('Watchdog', 'firing', 'chat')()).toBeUndefined();
    });
  },
);
