import { describe, expect, it } from 'vitest';
import type { SarifBuilder } from 'node-sarif-builder';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import { runCli } from '../support/run-cli.ts';

type Log = SarifBuilder['log'];

const FILES = {
  'src/metrics.ts': `import { Counter } from 'prom-client';
const requests = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['path'] });
export const hit = (path: string) => requests.inc({ path });
`,
  'src/a b.ts': `import express from 'express';
import { trace } from '@opentelemetry/api';
import { hit } from './metrics';
const app = express();
app.get('/', (req, res) => {
  const path = req.path;
  hit(path);
  res.end();
});
export async function job(run: () => Promise<void>) {
  const span = trace.getTracer('shop').startSpan('job');
  await run();
  span.end();
}
`,
  'src/broken.ts': `import { Counter } from 'prom-client';\nexport const = {{{\ncounter.inc({ a });`,
};

async function sarif(cwd: string): Promise<Log> {
  const { code, out } = await runCli(cwd, ['check', '--format', 'sarif']);
  expect(code).toBe(1);
  return JSON.parse(out) as Log;
}

describe('SARIF 2.1.0', () => {
  it('has what the standard asks for, and every index and region fits', async () => {
    const cwd = workspace(FILES);
    const log = await sarif(cwd);
    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toContain('sarif-2.1.0');
    const [run] = log.runs;
    const { driver } = run?.tool ?? {};
    expect(driver?.name).toBe('telint');
    expect(driver?.rules?.map((r) => r.id)).toEqual(['telint/no-unbounded-metric-labels', 'telint/require-span-end']);
    for (const rule of driver?.rules ?? []) {
      expect(rule.helpUri).toMatch(/^https:\/\/\S+\.md$/);
      expect(rule.shortDescription?.text).not.toBe('');
      expect(rule.fullDescription?.text).toMatch(/\w\.$/);
      expect(rule.help?.text).toContain(rule.helpUri);
      expect(rule.help?.markdown).toContain(`](${rule.helpUri ?? ''})`);
    }
    const results = run?.results ?? [];
    expect(results.length).toBeGreaterThanOrEqual(3);
    for (const result of results) {
      expect(driver?.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
      expect(['error', 'warning']).toContain(result.level);
      expect(result.message.text).toMatch(/\.$/);
      expect(result.partialFingerprints?.['telint/v1']).toMatch(/^[0-9a-f]{32}$/);
      const flows = (result.codeFlows ?? []).flatMap((f) => f.threadFlows.flatMap((t) => t.locations));
      const places = [
        ...(result.locations ?? []),
        ...(result.relatedLocations ?? []),
        ...flows.flatMap((f) => (f.location ? [f.location] : [])),
      ];
      for (const { physicalLocation } of places) {
        const uri = physicalLocation?.artifactLocation?.uri ?? '';
        expect(Object.keys(FILES)).toContain(decodeURIComponent(uri));
        expect(uri).not.toContain(' ');
        const region = physicalLocation?.region ?? {};
        expect(region.startLine).toBeGreaterThanOrEqual(1);
        expect(region.startColumn).toBeGreaterThanOrEqual(1);
        expect(region.endLine ?? 0).toBeGreaterThanOrEqual(region.startLine ?? 1);
      }
    }
    expect(new Set(results.map((r) => r.partialFingerprints?.['telint/v1'])).size).toBe(results.length);
    const notes = run?.invocations?.[0]?.toolExecutionNotifications ?? [];
    expect(notes.map((n) => n.locations?.[0]?.physicalLocation?.artifactLocation?.uri)).toEqual(['src/broken.ts']);
  });

  it('has the trace as a code flow from the source to the write, and places of spans as related locations', async () => {
    const results = (await sarif(workspace(FILES))).runs[0]?.results ?? [];
    const label = results.find((r) => r.ruleId === 'telint/no-unbounded-metric-labels' && r.codeFlows);
    const steps = label?.codeFlows?.[0]?.threadFlows[0]?.locations.map((l) => l.location?.message?.text) ?? [];
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(steps[0]).toBe('`req`');
    expect(steps.at(-1)).toBe('is written here');
    const span = results.find((r) => r.ruleId === 'telint/require-span-end');
    expect(span?.codeFlows).toBeUndefined();
    expect(span?.relatedLocations?.length).toBeGreaterThanOrEqual(1);
  });

  it('describes the rules of findings that the baseline holds', async () => {
    const cwd = workspace(FILES);
    await runCli(cwd, ['check', '--suppress-all']);
    const { code, out } = await runCli(cwd, ['check', '--format', 'sarif']);
    const [run] = (JSON.parse(out) as Log).runs;
    const results = run?.results ?? [];
    expect([code, results.length > 0]).toEqual([0, true]);
    for (const { ruleId, ruleIndex, suppressions } of results) {
      expect(run?.tool.driver.rules?.[ruleIndex ?? -1]?.id).toBe(ruleId);
      expect(suppressions).toEqual([{ kind: 'external' }]);
    }
  });

  it('keeps fingerprints when lines are added above', async () => {
    const prints = async (above: string): Promise<readonly unknown[]> => {
      const log = await sarif(workspace({ ...FILES, 'src/a b.ts': `${above}${FILES['src/a b.ts']}` }));
      return log.runs[0]?.results?.map((r) => r.partialFingerprints?.['telint/v1']) ?? [];
    };
    expect(await prints('// a line\n\n')).toEqual(await prints(''));
  });
});
