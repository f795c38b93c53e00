import { spawnSync } from 'node:child_process';
import { findProgram } from '../../../scripts/lib/programs.ts';
import {
  servePrometheus,
  type PrometheusOptions,
  type PrometheusServer,
} from '../../../scripts/lib/prometheus-server.ts';

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
export interface Prometheus extends PrometheusServer {
  /** Answer to an instant query. */
  query(promql: string): Promise<readonly PrometheusSample[]>;
}

/** Starts Prometheus on loopback. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const path = program('prometheus');
  if (path === undefined) throw new Error('prometheus is not installed (Debian package prometheus).');
  const server = await servePrometheus(path, options);
  return {
    ...server,
    async query(promql) {
      const answer = await server.api(`query?query=${encodeURIComponent(promql)}`);
      return (answer as { result: PrometheusSample[] }).result;
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
