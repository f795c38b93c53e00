import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { removeScratchFolder, scratchFolder, startInBackground } from './background.ts';
import { ensureBuilt } from './ensure-built.ts';
import { inRoot } from './paths.ts';
import { until } from './until.ts';

const START_MS = 180_000;
/** Longer than any Prometheus would wait: a busy machine is no failure here. */
const SCRAPE_SECONDS = '60';

/** The environment of this process without what would set up the service otherwise. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:OTEL_|SHOP_|NODE_)/.test(name)));
}

/** A service in a process of its own: the fixed example, or one that stands in its place. */
export interface Shop {
  readonly url: string;
  /** Host and port of the admin server, for a scraper. */
  readonly adminAddress: string;
  readonly metricsToken: string;
  /** What it wrote to standard output and error, line by line. */
  readonly lines: readonly string[];
  /** Where outbox, archive and spool are. */
  readonly folder: string;
  /** The exposition as a scraper gets it. */
  scrape(accept?: string): Promise<string>;
  /** Ends it in order. */
  stop(): Promise<void>;
}

/** Which program is started, in which folder. */
interface Program {
  readonly cwd: string;
  readonly args: readonly string[];
}

const FIXED: Program = {
  cwd: 'examples/shop-fixed',
  args: ['--disable-warning=ExperimentalWarning', '--import', './src/telemetry/sdk.ts', 'src/main.ts'],
};

/** Starts the fixed example on free ports of loopback, with stand-ins for its servers. */
export async function startShop(env: Readonly<Record<string, string>> = {}, program = FIXED): Promise<Shop> {
  ensureBuilt('runtime');
  const folder = scratchFolder('shop');
  const metricsToken = randomBytes(24).toString('base64url');
  const lines: string[] = [];
  let opened: { readonly port: number; readonly adminPort: number } | undefined;
  const onLine = (line: string): void => {
    lines.push(line);
    if (opened === undefined && line.includes('"shop is open"')) opened = JSON.parse(line) as typeof opened;
  };
  const running = startInBackground(process.execPath, program.args, {
    cwd: inRoot(program.cwd),
    onLine,
    env: {
      ...ownEnvironment(),
      NODE_ENV: 'production',
      SHOP_PORT: '0',
      SHOP_ADMIN_PORT: '0',
      SHOP_METRICS_TOKEN: metricsToken,
      SHOP_DATA: join(folder, 'data'),
      SHOP_SPOOL: join(folder, 'spool'),
      SHOP_RECEIPT_DELAY_MS: '100',
      ...env,
    },
  });
  const found = await until(() => opened ?? (running.hasEnded ? ('ended' as const) : undefined), START_MS);
  if (found === undefined || found === 'ended') {
    await running.stop();
    throw new Error(`The example did not start: ${running.tail()}`);
  }
  const adminAddress = `127.0.0.1:${found.adminPort}`;
  return {
    url: `http://127.0.0.1:${found.port}`,
    adminAddress,
    metricsToken,
    lines,
    folder,
    async scrape(accept = 'text/plain;version=0.0.4') {
      const authorization = `Bearer ${metricsToken}`;
      const headers = { authorization, accept, 'x-prometheus-scrape-timeout-seconds': SCRAPE_SECONDS };
      const answer = await fetch(`http://${adminAddress}/metrics`, { headers });
      if (!answer.ok) throw new Error(`The scrape was answered with ${answer.status}.`);
      return answer.text();
    },
    async stop() {
      await running.stop();
      removeScratchFolder(folder);
    },
  };
}
