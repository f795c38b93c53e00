import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeScratchFolder, scratchFolder, startInBackground } from './background.ts';
import { freePort } from './programs.ts';
import { until } from './until.ts';

const START_MS = 120_000;

/** What Prometheus is started with. */
export interface PrometheusOptions {
  /** Content of prometheus.yml. */
  readonly configuration: object;
  /** Files beside it, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folder of its blocks, for a server that starts with data; it is not removed. Without it, it has one of its own. */
  readonly data?: string;
  readonly flags?: readonly string[];
}

/** A Prometheus on loopback. */
export interface PrometheusServer {
  readonly url: string;
  readonly port: number;
  /** What a path of its HTTP API answers. */
  api(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts Prometheus and waits until it answers. */
export async function servePrometheus(program: string, options: PrometheusOptions): Promise<PrometheusServer> {
  const { configuration, files = {}, flags = [] } = options;
  const folder = scratchFolder('prometheus');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const file = join(folder, 'prometheus.yml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(configuration));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = startInBackground(program, [
    `--config.file=${file}`,
    `--storage.tsdb.path=${options.data ?? join(folder, 'data')}`,
    `--web.listen-address=${url.slice('http://'.length)}`,
    '--log.level=warn',
    ...flags,
  ]);
  const stop = async (): Promise<void> => {
    await running.stop();
    removeScratchFolder(folder);
  };
  const isUp = async (): Promise<boolean> =>
    running.hasEnded ||
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(isUp, START_MS)) || running.hasEnded) {
    await stop();
    throw new Error(`Prometheus did not start: ${running.tail()}`);
  }
  return {
    url,
    port,
    stop,
    async api(path) {
      const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { status: string; data: unknown };
      if (answer.status !== 'success') throw new Error(`${path}: ${JSON.stringify(answer)}`);
      return answer.data;
    },
  };
}
