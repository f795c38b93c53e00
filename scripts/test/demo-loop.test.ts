import { beforeAll, describe, expect, it } from 'vitest';
import * as prometheusService from '../../runtime/test/services/prometheus.ts';
import { describeWith } from '../../runtime/test/services/process.ts';
import { EXPECTED_ALERTS, runLoop, type LoopResult } from '../demo/loop.ts';
import { startPrometheus } from '../demo/prometheus.ts';
import { problemsOf } from '../demo/report.ts';
import { gapsOf, renderTrace, type Trace } from '../demo/trace-tree.ts';
import type { ArrivedSpan } from '../lib/otlp-collector.ts';
import { findProgram } from '../lib/programs.ts';

const PATIENCE = 600_000;

function span(spanId: string, parentSpanId: string, fields: Partial<ArrivedSpan> = {}): ArrivedSpan {
  const own = { name: spanId, traceId: 't', spanId, parentSpanId, traceState: '', kind: 1, start: 0, end: 10 };
  const rest = { statusCode: 0, statusMessage: '', attributes: {}, events: [], resource: {}, scope: '' };
  return { ...own, ...rest, ...fields };
}

describe('a trace in the terminal', () => {
  const root = span('GET /', '', { kind: 2, end: 100 });
  const spans = [root, span('a', 'GET /', { start: 10, end: 60 }), span('b', 'a', { start: 20, end: 30 })];
  const trace: Trace = { id: 't', spans, root };

  it('is a tree of 100 columns at most', () => {
    const lines = renderTrace(trace);
    expect(lines.map((line) => line.trimStart().slice(0, 8).trimEnd())).toEqual(['GET /', '└─ a', '└─ b']);
    for (const line of lines) expect(line.replace(/\u001b\[\d+m/g, '').length).toBeLessThanOrEqual(100);
  });

  it('tells what it lacks', () => {
    expect(gapsOf(trace)).toContain('the queue');
    expect(gapsOf({ ...trace, spans: [...spans, span('lost', 'nobody')] })).toContain('the parent of every span');
  });
});

describeWith({ prometheus: prometheusService }, 'the fixed example under load, watched by Prometheus', () => {
  let result: LoopResult;

  beforeAll(async () => {
    const program = findProgram('prometheus') ?? '';
    result = await runLoop({ watch: (target) => startPrometheus(program, target), say: () => undefined });
  }, PATIENCE);

  it('makes the expected alerts fire, with their texts', () => {
    const names = result.fired.map(({ name }) => name);
    expect(EXPECTED_ALERTS.filter((name) => !names.includes(name))).toEqual([]);
    for (const { runbook, summary } of result.fired) {
      expect(runbook).toContain('runbooks.md#');
      expect(summary).not.toBe('');
    }
  });

  it('has one whole trace from the request over the queue to the database and the thread', () => {
    expect(result.gaps).toEqual([]);
    expect(result.trace?.spans.length).toBeGreaterThanOrEqual(15);
  });

  it('bounds the flooded label and loses no count', () => {
    const { sent, series, folded, counted, requests } = result.flood;
    expect(folded).toBeGreaterThan(sent / 2);
    expect(series).toBeLessThanOrEqual(2 * 21);
    expect(counted).toBe(requests);
  });

  it('loses no span over the outage, and the disk was needed', () => {
    const { accepted, received, exported, dropped, mostSpooled } = result.outage;
    expect({ dropped, exported, received }).toEqual({ dropped: 0, exported: accepted, received: accepted });
    expect(mostSpooled).toBeGreaterThan(0);
  });

  it('has no problem that the demo would report', () => {
    expect(problemsOf(result)).toEqual([]);
  });
});
