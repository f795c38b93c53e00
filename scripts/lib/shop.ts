import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { removeScratchFolder, scratchFolder, startInBackground } from './background.ts';
import { ensureBuilt } from './ensure-built.ts';
import { inRoot } from './paths.ts';
import { until } from './until.ts';

const START_MS = 60_000;

/** The environment of this process without what would set up the service otherwise. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:OTEL_|SHOP_|NODE_)/.test(name)));
}

/** The fixed example service in a process of its own. */
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
  /** Ends it in order but leaves its folder, which `release` removes. */
  end(): Promise<void>;
  release(): void;
}

/** Starts the fixed example on free ports of loopback, with stand-ins for its servers. */
export async function startShop(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
  ensureBuilt('runtime');
  const folder = scratchFolder('shop');
  const metricsToken = randomBytes(24).toString('base64url');
  const lines: string[] = [];
  let opened: { readonly port: number; readonly adminPort: number } | undefined;
  const onLine = (line: string): void => {
    lines.push(line);
    if (opened === undefined && line.includes('"shop is open"')) opened = JSON.parse(line) as typeof opened;
  };
  const arguments_ = ['--disable-warning=ExperimentalWarning', '--import', './src/telemetry/sdk.ts', 'src/main.ts'];
  const running = startInBackground(process.execPath, arguments_, {
    cwd: inRoot('examples/shop-fixed'),
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
      const headers = { authorization: `Bearer ${metricsToken}`, accept };
      const answer = await fetch(`http://${adminAddress}/metrics`, { headers });
      if (!answer.ok) throw new Error(`The scrape was answered with ${answer.status}.`);
      return answer.text();
    },
    async stop() {
      await running.stop();
      removeScratchFolder(folder);
    },
    end: () => running.stop(),
    release: () => removeScratchFolder(folder),
  };
}
