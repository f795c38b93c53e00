/**
 * Sends e-mail addresses, cards, tokens, passwords, SQL, prompts through every route, header and variable of the fixed example
 * and searches everything that it emits for them: metrics, spans, logs, headers to others, the exporter's queue on disk.
 *
 * `npm run scan:telemetry`. Exit code 0: nothing was found there, and all of it in a service that leaks on purpose. 1: a leak,
 * or a scan that does not see leaks.
 */
import { cleanUpOnSignals } from './lib/background.ts';
import { scan, type ScanResult } from './scan/scan.ts';

/** Places where telemetry leaves a service. */
const PLACES = ['metrics', 'spans', 'OTLP bodies', 'logs', 'headers to others', 'disk queue'];
const SHOWN = 20;
/** Characters before a leak that tell which attribute or field it is. */
const BEFORE = 32;

const plural = (count: number): string => `${count} ${count === 1 ? 'leak' : 'leaks'}`;

function summary({ requests, seen, kinds }: ScanResult): string {
  const places = PLACES.map((place) => `${place} ${Math.ceil((seen[place] ?? 0) / 1000).toLocaleString('en')} kB`);
  return `${requests.toLocaleString('en')} requests with ${kinds.length} kinds of seeds; searched: ${places.join(', ')}.`;
}

cleanUpOnSignals();
const problems: string[] = [];

const shop = await scan('shop');
console.log(`The fixed example: ${summary(shop)}`);
for (const place of PLACES) if ((seenIn(shop, place) ?? 0) === 0) problems.push(`Nothing was seen in: ${place}.`);
// One line for each place in the telemetry, however many seeds came through there.
const groups = [
  ...Map.groupBy(shop.leaks, ({ place, excerpt }) => `${place}: …${excerpt.split('<', 1)[0]?.slice(-BEFORE)}`),
];
for (const [where, leaks] of groups.slice(0, SHOWN)) {
  const kinds = [...new Set(leaks.map(({ kind, form }) => `${kind} (${form})`))];
  problems.push(`${plural(leaks.length)} in ${where}…: ${kinds.join(', ')}`);
}
if (groups.length > SHOWN) problems.push(`… and in ${groups.length - SHOWN} more places.`);

const control = await scan('control');
console.log(`A service that leaks on purpose: ${control.leaks.length.toLocaleString('en')} leaks were found.`);
for (const place of PLACES) {
  const found = new Set(control.leaks.filter((leak) => leak.place === place).map(({ kind }) => kind));
  // Only the first seeds were sent while the collector was away.
  const missed = place === 'disk queue' && found.size > 0 ? [] : control.kinds.filter((kind) => !found.has(kind));
  if (missed.length > 0) problems.push(`The scan does not see in ${place}: ${missed.join(', ')}.`);
}

for (const problem of problems) console.log(`✘ ${problem}`);
if (problems.length === 0) console.log('✔ Nothing leaks, and a service that leaks is caught in every place.');
process.exitCode = problems.length === 0 ? 0 : 1;

function seenIn({ seen }: ScanResult, place: string): number | undefined {
  return seen[place];
}
