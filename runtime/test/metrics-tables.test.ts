import { afterEach, describe, expect, it } from 'vitest';
import { createSanitizer } from '../src/sanitize.ts';
import {
  countSanitized,
  createMetrics,
  free,
  PROCESS_METRICS,
  processMetrics,
  TELEMETRY_METRICS,
  type Metrics,
  type ProcessMetrics,
} from '../src/metrics.ts';
import { registerTracingMetrics } from '../src/tracing-metrics.ts';
import { Registry } from 'prom-client';
import { DROP_REASONS } from '../src/drop-ledger.ts';
import type { ExporterStats } from '../src/resilient-options.ts';

const started: ProcessMetrics[] = [];

afterEach(() => {
  for (const one of started.splice(0)) one.stop();
});

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

type Table = Readonly<Record<string, { readonly name: string; readonly type: string; readonly labels: object }>>;

const rowsOf = (table: Table): Row[] =>
  Object.values(table)
    .map(({ name, type, labels }) => ({ name, type, labels: Object.keys(labels).sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

async function registered(metrics: Metrics, isListed: (name: string) => boolean): Promise<Row[]> {
  const snapshot = await metrics.snapshot();
  return snapshot
    .filter(({ name }) => isListed(name))
    .map(({ name, type, samples }) => {
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      return { name, type, labels: [...labels].filter((label) => label !== 'le').sort() };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const STATS: ExporterStats = {
  ...{ accepted: 1, recovered: 0, exported: 1, dropped: 0, queued: 0, inFlight: 0, spooled: 0, failures: 0 },
  droppedByReason: Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as ExporterStats['droppedByReason'],
  circuit: 'closed',
};

describe('tables of names that dashboards are built from', () => {
  it.runIf(process.platform === 'linux')('hold the metrics of the process', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    started.push(processMetrics(metrics, { eventLoopResolutionMs: 1 }));
    globalThis.gc?.();
    const rows = await registered(metrics, () => true);
    // A collection of garbage may not have happened yet.
    const withoutSamples = rows.map((row) => (row.type === 'histogram' ? { ...row, labels: ['kind'] } : row));
    expect(withoutSamples).toEqual(rowsOf(PROCESS_METRICS));
  });

  it('hold what telemetry says about itself', async () => {
    const registry = new Registry();
    const metrics = createMetrics({ registry });
    metrics.counter({ name: 'things_total', help: 'Things.', labels: { kind: free({ max: 1 }) } }).inc({ kind: 'a' });
    countSanitized(createSanitizer(), metrics).label('password', 'hunter2');
    registerTracingMetrics(registry, { stats: () => STATS });
    expect(await registered(metrics, (name) => name.startsWith('telemetry_'))).toEqual(rowsOf(TELEMETRY_METRICS));
  });
});

describe('countSanitized', () => {
  const SECRET = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

  async function countsAfter(use: (sanitizer: ReturnType<typeof createSanitizer>) => void) {
    const metrics = createMetrics({ selfMetrics: false });
    use(countSanitized(createSanitizer(), metrics));
    const [counter] = await metrics.snapshot();
    return (counter?.samples ?? []).map(({ labels, value }) => `${labels['place']} ${labels['category']} ${value}`);
  }

  it('counts by place and category', async () => {
    const counts = await countsAfter((sanitizer) => {
      expect(sanitizer.label('password', 'hunter2')).toBe('[REDACTED]');
      expect(sanitizer.label('password', 'hunter3')).toBe('[REDACTED]');
      expect(sanitizer.value(`token ${SECRET}`)).not.toContain(SECRET);
      expect(JSON.stringify(sanitizer.object({ note: SECRET }))).not.toContain(SECRET);
      expect(sanitizer.attribute('note', `it is ${SECRET}`)).not.toContain(SECRET);
      expect(sanitizer.error(new Error(`no ${SECRET}`)).message).not.toContain(SECRET);
    });
    expect(counts.sort()).toEqual([
      'attribute pattern 1',
      'error pattern 1',
      'label credential 2',
      'object pattern 1',
      'text pattern 1',
    ]);
  });

  it('counts nothing that stays, and no text that was only cut', async () => {
    const counts = await countsAfter((sanitizer) => {
      sanitizer.label('route', '/users/:id');
      sanitizer.attribute('http.route', '/users/:id');
      sanitizer.object({ a: [1, 2, { b: 'c' }] });
      sanitizer.error(new Error('not found'));
      expect(sanitizer.value('word '.repeat(5000))).toMatch(/TRUNCATED/);
    });
    expect(counts).toEqual([]);
  });

  it('counts a text that was cut and held a secret', async () => {
    expect(await countsAfter((s) => void s.value(`${SECRET} ${'word '.repeat(5000)}`))).toEqual(['text pattern 1']);
  });
});
