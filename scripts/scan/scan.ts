import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCollector } from '../lib/otlp-collector.ts';
import { startProvider } from '../lib/payment-provider.ts';
import { startShop, type Shop } from '../lib/shop.ts';
import { until } from '../lib/until.ts';
import { Attacker } from './attack.ts';
import { findLeaks, type Emission, type Leak } from './search.ts';
import { createSeeds, disguisesOf } from './seeds.ts';

const PATIENCE_MS = 60_000;
/** A queue so small that spans go to disk while the collector is away. */
const QUEUE_SIZE = 64;

/** What a scan looked at and found. */
export interface ScanResult {
  readonly leaks: readonly Leak[];
  readonly requests: number;
  /** Characters per place: a place without any was not scanned. */
  readonly seen: Readonly<Record<string, number>>;
  readonly kinds: readonly string[];
}

const LEAKY = { cwd: 'scripts/scan', args: ['leaky-service.ts'] } as const;

/** Files of the queue on disk. */
function spooled(shop: Shop): Emission[] {
  const folder = join(shop.folder, 'spool');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.spans'));
  return names.flatMap((name) => {
    try {
      return [{ place: 'disk queue', text: readFileSync(join(folder, name), 'utf8') }];
    } catch {
      // Sent and deleted since it was listed.
      return [];
    }
  });
}

/**
 * Sends seeds through everything that the fixed example reads and searches everything that it emits for them. The control is a
 * service that writes all it gets: there every place must leak, or the scan is blind.
 */
export async function scan(subject: 'shop' | 'control'): Promise<ScanResult> {
  const seeds = createSeeds();
  const collector = await startCollector();
  const provider = await startProvider();
  let shop: Shop | undefined;
  try {
    const env = {
      SHOP_PAYMENTS_URL: provider.url,
      SHOP_TRACES_PER_SECOND: '1000000',
      SHOP_LOG_LEVEL: 'trace',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BSP_MAX_QUEUE_SIZE: String(QUEUE_SIZE),
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: String(QUEUE_SIZE / 4),
    };
    shop = subject === 'shop' ? await startShop(env) : await startShop(env, LEAKY);
    const attacker = new Attacker(shop.url);
    const emissions: Emission[] = [];
    const [first, ...others] = seeds;

    // While the collector is away spans wait on disk: what lies there has left the process, too.
    await collector.goAway();
    await attacker.signIn();
    for (const seed of seeds) await attacker.buy(seed.text);
    if (first) await attacker.send(first);
    const running = shop;
    await until(() => spooled(running).length > 0, PATIENCE_MS);
    emissions.push(...spooled(shop));
    await collector.comeBack();

    for (const seed of others) await attacker.send(seed);
    for (const mood of ['chatty', 'down', 'well'] as const) {
      provider.mood = mood;
      for (const seed of seeds) await attacker.buy(seed.text, { 'x-client-app': 'web' });
    }
    emissions.push({ place: 'metrics', text: await shop.scrape() });
    emissions.push({ place: 'metrics', text: await shop.scrape('application/openmetrics-text;version=1.0.0') });
    await shop.stop();

    emissions.push(...[...collector.spans.values()].map((span) => ({ place: 'spans', text: JSON.stringify(span) })));
    emissions.push(...collector.bodies.map((body) => ({ place: 'OTLP bodies', text: body.toString('utf8') })));
    emissions.push(...shop.lines.map((text) => ({ place: 'logs', text })));
    emissions.push(
      ...provider.headers.map((headers) => ({ place: 'headers to others', text: JSON.stringify(headers) })),
    );

    const seen: Record<string, number> = {};
    for (const { place, text } of emissions) seen[place] = (seen[place] ?? 0) + text.length;
    return {
      leaks: findLeaks(emissions, disguisesOf(seeds)),
      requests: attacker.requests,
      seen,
      kinds: seeds.map(({ kind }) => kind),
    };
  } finally {
    await shop?.stop();
    await provider.close();
    await collector.close();
  }
}
