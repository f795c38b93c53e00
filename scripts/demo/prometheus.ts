import { prometheusConfig } from '../../dashboards/src/prometheus-config.ts';
import { servePrometheus } from '../lib/prometheus-server.ts';
import { scaledRuleFiles, scaleDuration } from './scaled-rules.ts';

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
  /** False where nothing is there to evaluate rules: then no alert can fire. */
  readonly evaluates: boolean;
  /** Alerts that have fired so far, also those that have stopped. */
  readonly fired: ReadonlyMap<string, FiredAlert>;
  /** Looks for alerts that fire now. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** What is scraped, and how fast time runs for the rules: at 60 what takes them five minutes takes five seconds. */
export interface Target {
  readonly address: string;
  readonly token: string;
  readonly speed: number;
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
  const rules = scaledRuleFiles(target.speed);
  const server = await servePrometheus(program, {
    configuration: configurationFor(target, Object.keys(rules)),
    files: rules,
    // A series that is gone is remembered for five minutes of the rules, too.
    flags: [`--query.lookback-delta=${scaleDuration('5m', target.speed)}`],
  });
  const fired = new Map<string, FiredAlert>();
  return {
    kind: 'Prometheus',
    speed: target.speed,
    evaluates: true,
    fired,
    stop: () => server.stop(),
    async look() {
      const { alerts } = (await server.api('alerts')) as { readonly alerts: readonly ActiveAlert[] };
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
  };
}

/** What stands in where Prometheus is not installed: the demo scrapes the service itself, and no rule is evaluated. */
export function withoutPrometheus({ speed }: Target): Promise<Watcher> {
  const nothing = (): Promise<void> => Promise.resolve();
  return Promise.resolve({
    kind: 'A scraper without rules',
    speed,
    evaluates: false,
    fired: new Map<string, FiredAlert>(),
    look: nothing,
    stop: nothing,
  });
}
