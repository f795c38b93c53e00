/** Measures the plugin by itself: how long it takes to load, what it loads, and how its time grows with a file. */
import { median, type BenchRow } from '../lib/bench-rows.ts';
import { interleave, runChild } from './measure.ts';

interface ImportRun {
  readonly ms: number;
  readonly rssMb: number;
  readonly loaded: readonly string[];
}

interface GeneratedRun {
  readonly ms: number;
  readonly ruleMs: number;
  readonly findings: number;
}

const LOAD_ROUNDS = 7;
const PEER = '@typescript-eslint/utils';

/** Time to import the plugin against a common dependency of plugins, and the packages that come with it. */
export function measureLoading(pluginFile: string): { rows: BenchRow[]; facts: string[] } {
  const runs = interleave(LOAD_ROUNDS, {
    plugin: () => runChild('import-module.ts', [pluginFile]) as ImportRun,
    peer: () => runChild('import-module.ts', [PEER]) as ImportRun,
  });
  const plugin = median(runs.plugin.map(({ ms }) => ms));
  const peer = median(runs.peer.map(({ ms }) => ms));
  const { loaded } = runChild('import-module.ts', [pluginFile, 'list']) as ImportRun;
  const packages = loaded
    .map((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1])
    .filter((name) => name !== undefined);
  const forbidden = packages.filter(
    (name) => name === 'typescript' || name === 'eslint' || name.startsWith('@typescript-eslint/'),
  );
  const names = [...new Set(packages)].sort();
  return {
    rows: [
      {
        id: 'load/utils',
        ratio: plugin / peer,
        target: 0.5,
        direction: 'max',
        note: `importing the plugin ${plugin.toFixed(1)} ms, importing ${PEER} ${peer.toFixed(1)} ms, median of ${LOAD_ROUNDS} processes each`,
      },
      {
        id: 'forbidden-modules',
        ratio: forbidden.length,
        target: 0,
        direction: 'max',
        note: `modules of typescript, eslint or @typescript-eslint among ${loaded.length} loaded ones; packages: ${names.join(', ') || 'none'}`,
      },
    ],
    facts: [
      `import of the plugin: ${plugin.toFixed(1)} ms, ${Math.round(median(runs.plugin.map(({ rssMb }) => rssMb)))} MB peak memory of the process`,
    ],
  };
}

/** Rule time on generated files of 50,000 and 25,000 lines; 2 is linear. */
export function measureGrowth(pluginFile: string, rounds: number): { rows: BenchRow[]; facts: string[] } {
  const rows: BenchRow[] = [];
  const facts: string[] = [];
  for (const shape of ['manyFunctions', 'oneFunction']) {
    const runs = interleave(rounds, {
      small: () => runChild('lint-generated.ts', [shape, '25000', pluginFile]) as GeneratedRun,
      large: () => runChild('lint-generated.ts', [shape, '50000', pluginFile]) as GeneratedRun,
    });
    const small = median(runs.small.map(({ ruleMs }) => ruleMs));
    const large = median(runs.large.map(({ ruleMs }) => ruleMs));
    rows.push({
      id: `50k/25k-lines:${shape}`,
      ratio: large / small,
      target: 2.6,
      direction: 'max',
      note: `rule time ${large.toFixed(0)} ms against ${small.toFixed(0)} ms; whole run ${median(runs.large.map(({ ms }) => ms)).toFixed(0)} ms against ${median(runs.small.map(({ ms }) => ms)).toFixed(0)} ms`,
    });
    facts.push(
      `${shape}: ${runs.large[0]?.findings ?? 0} findings in 50,000 lines, ${runs.small[0]?.findings ?? 0} in 25,000`,
    );
  }
  return { rows, facts };
}
