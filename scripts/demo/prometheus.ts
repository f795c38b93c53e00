import { accessSync, constants, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { prometheusConfig } from '../../dashboards/src/prometheus-config.ts';
import { removeScratchFolder, scratchFolder, startInBackground } from '../lib/background.ts';
import { until } from '../lib/until.ts';
import { scaledRuleFiles, scaleDuration } from './scaled-rules.ts';

const START_MS = 120_000;

/** An alert that fired, with the texts that its receiver reads. */
export interface FiredAlert {
  readonly name: string;
  readonly severity: string;
  readonly summary: string;
  readonly runbook: string;
}

/** Whatever watches the service and evaluates the rules. */
export interface Watcher {
  readonly kind: string;
  readonly speed: number;
  /** Alerts that have fired so far, also those that have stopped. */
  readonly fired: ReadonlyMap<string, FiredAlert>;
  /** Looks for alerts that fire now. */
  look(): Promise<void>;
  /** Value of an expression with one result. */
  value(promql: string): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** What is scraped, and how fast time runs for the rules: at 60 what takes them five minutes takes five seconds. */
export interface Target {
  readonly address: string;
  readonly token: string;
  readonly speed: number;
}

/** Path of a program, also where Debian keeps servers. */
export function findProgram(name: string): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The shipped configuration with this service as its only target and a clock that runs faster. */
function configurationFor(target: Target, ruleFiles: readonly string[]): object {
  const { scrape_configs: configs } = prometheusConfig() as { scrape_configs: readonly Record<string, unknown>[] };
  // Five scrapes in five minutes of the rules, which is the shortest range that they ask for.
  const interval = scaleDuration('1m', target.speed);
  const evaluation = scaleDuration('30s', target.speed);
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: evaluation },
    rule_files: ruleFiles,
    scrape_configs: [
      {
        ...configs[0],
        file_sd_configs: undefined,
        authorization: { type: 'Bearer', credentials: target.token },
        static_configs: [{ targets: [target.address], labels: { job: 'shop' } }],
      },
    ],
  };
}

interface ActiveAlert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Starts Prometheus on loopback with the shipped rules. */
export async function startPrometheus(program: string, target: Target): Promise<Watcher> {
  const folder = scratchFolder('prometheus');
  const rules = scaledRuleFiles(target.speed);
  for (const [name, content] of Object.entries(rules)) writeFileSync(join(folder, name), content);
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(configurationFor(target, Object.keys(rules))));
  const port = await freePort();
  const running = startInBackground(program, [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // A series that is gone is remembered for five minutes of the rules, too.
    `--query.lookback-delta=${scaleDuration('5m', target.speed)}`,
    '--log.level=warn',
  ]);
  const api = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  };
  const isReady = async (): Promise<boolean> =>
    running.hasEnded ||
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  const stop = async (): Promise<void> => {
    await running.stop();
    removeScratchFolder(folder);
  };
  if (!(await until(isReady, START_MS)) || running.hasEnded) {
    await stop();
    throw new Error(`Prometheus did not start: ${running.tail()}`);
  }

  const fired = new Map<string, FiredAlert>();
  return {
    kind: 'Prometheus',
    speed: target.speed,
    fired,
    stop,
    async look() {
      const { alerts } = (await api('alerts')) as { readonly alerts: readonly ActiveAlert[] };
      for (const { state, labels, annotations } of alerts) {
        const name = labels['alertname'];
        if (state !== 'firing' || name === undefined) continue;
        fired.set(name, {
          name,
          severity: labels['severity'] ?? '',
          summary: annotations['summary'] ?? '',
          runbook: annotations['runbook_url'] ?? '',
        });
      }
    },
    async value(promql) {
      const { result } = (await api(`query?query=${encodeURIComponent(promql)}`)) as {
        readonly result: readonly { readonly value: readonly [number, string] }[];
      };
      const value = result[0]?.value[1];
      return value === undefined ? undefined : Number(value);
    },
  };
}
