import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { findProgram, isReady, startServer, type Service } from './process.ts';

const program = (name: 'prometheus' | 'promtool'): string | undefined => findProgram(name);

/** True when Debian's `prometheus` is installed, which brings promtool. */
export const available = (): boolean => program('prometheus') !== undefined && program('promtool') !== undefined;

/** One series of an instant query. */
export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  /** Time in seconds, and the value as text. */
  readonly value: readonly [number, string];
}

/** A Prometheus that scrapes. */
export interface Prometheus extends Service {
  readonly url: string;
  /** Answer to an instant query. */
  query(promql: string): Promise<readonly PrometheusSample[]>;
  /** JSON of another path of its HTTP API, such as `targets` or `query_exemplars?…`. */
  api(path: string): Promise<unknown>;
}

/** What Prometheus is started with. */
export interface PrometheusOptions {
  /** Content of prometheus.yml. */
  readonly configuration: object;
  /** Files beside it, by name: certificates, rules. */
  readonly files?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Where its blocks are, for a server that starts with data; it is not removed. */
  readonly dataFolder?: string;
}

/** Starts Prometheus on loopback. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { configuration, files = {}, flags = [] } = options;
  const server = program('prometheus');
  if (server === undefined) throw new Error('prometheus is not installed (Debian package prometheus).');
  const service = await startServer(
    'prometheus',
    (port, folder) => {
      // JSON is YAML.
      const file = join(folder, 'prometheus.yml');
      writeFileSync(file, JSON.stringify(configuration));
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      return [
        ...([server, `--config.file=${file}`] as const),
        `--storage.tsdb.path=${options.dataFolder ?? join(folder, 'data')}`,
        ...[`--web.listen-address=127.0.0.1:${port}`, '--log.level=warn', ...flags],
      ];
    },
    isReady,
  );
  const url = `http://127.0.0.1:${service.port}`;
  const api = async (path: string): Promise<unknown> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { status: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  };
  return {
    ...service,
    url,
    api,
    async query(promql) {
      const { result } = (await api(`query?query=${encodeURIComponent(promql)}`)) as { result: PrometheusSample[] };
      return result;
    },
  };
}

/** What `promtool check metrics` says about an exposition; empty when it has nothing to complain about. */
export function checkMetrics(exposition: string): string {
  const tool = program('promtool');
  if (tool === undefined) throw new Error('promtool is not installed (Debian package prometheus).');
  const { status, stdout, stderr } = spawnSync(tool, ['check', 'metrics'], { input: exposition, encoding: 'utf8' });
  const complaints = `${stdout}${stderr}`.trim();
  return status === 0 ? complaints : `exit ${status ?? 'by signal'}: ${complaints}`;
}
