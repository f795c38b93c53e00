/**
 * The full loop on the example service: lint → fix → run → scrape → see → alert.
 *
 * 1. Lints `examples/shop` with its own `eslint.config.js`, shows every finding with its trace and its suggestions, applies the
 *    first suggestion of each to a copy, and compares the findings with `examples/shop/expected.json`.
 * 2. Runs `examples/shop-fixed` on loopback, watched by Prometheus with the shipped rules, drives it through a flood of labels
 *    and outages of the collector and the payment provider, and shows what fired, what arrived, and one trace.
 *
 * `npm run demo`, or `node scripts/demo.ts [--only findings|loop] [--plugin path/to/plugin.js] [--copy folder]`; the folder gets
 * the changed copy. Exit code 0: every expected finding and no other, a clean copy, every expected alert, a whole trace, and
 * no span lost. 1: anything else. Prometheus is installed where that is allowed (root on Debian); where it is not there, the
 * demo scrapes by itself, says loudly that no alert was evaluated, and everything else decides.
 */
import { parseArgs } from 'node:util';
import { cleanUpOnSignals } from './lib/background.ts';
import { showFindings } from './demo/findings.ts';
import { showLoop } from './demo/show-loop.ts';
import { setUpPrometheus } from './lib/services.ts';

const PARTS = ['findings', 'loop'] as const;

const { values } = parseArgs({
  options: { only: { type: 'string' }, plugin: { type: 'string' }, copy: { type: 'string' } },
});
const only = PARTS.find((part) => part === values.only);
if (values.only !== undefined && only === undefined) throw new Error(`--only takes ${PARTS.join(' or ')}.`);

cleanUpOnSignals();
// Whoever reads the output may stop early (`| head`, `| less`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const isLinted = only === 'loop' || (await showFindings({ plugin: values.plugin, copy: values.copy }));
if (only !== 'findings') setUpPrometheus();
const isWhole = only === 'findings' || (await showLoop());
process.exitCode = isLinted && isWhole ? 0 : 1;
