import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { isolatedHost } from '../../src/analysis/host.ts';
import { defaultSettings } from '../../src/analysis/settings.ts';
import { parseFile } from '../../src/host/parse.ts';
import { seriesIn } from '../support/analysis.ts';

function series(code: string): readonly unknown[] {
  const file = parseFile('/workspace/src/metrics.ts', code);
  if (!file) throw new Error('The sample does not parse.');
  return seriesIn(analyze(file, isolatedHost, defaultSettings).inventory);
}

const COUNTER = (labels: string): string =>
  `import { Counter } from 'prom-client';\nconst jobs = new Counter({ name: 'jobs_total', help: 'Jobs', labelNames: [${labels}] });\n`;

describe('series of a metric', () => {
  it('multiplies the domains of its labels', () => {
    expect(
      series(
        `${COUNTER("'kind', 'ok'")}function done(kind: 'mail' | 'sms' | 'push', ok: boolean) { jobs.inc({ kind, ok: String(ok) }); }`,
      ),
    ).toEqual([{ count: 6 }]);
  });
  it('adds up the constants of several writes', () => {
    expect(
      series(`${COUNTER("'kind'")}jobs.inc({ kind: 'a' }); jobs.inc({ kind: 'b' }); jobs.inc({ kind: 'c' });`),
    ).toEqual([{ count: 3 }]);
  });
  it('counts a constant once, however many writes have it, beside a set that holds it', () => {
    expect(
      series(
        `${COUNTER("'kind', 'ok'")}jobs.inc({ kind: 'a', ok: 'yes' }); jobs.inc({ kind: 'a', ok: 'yes' });
function done(kind: 'a' | 'b' | 'c') { jobs.inc({ kind, ok: 'yes' }); }`,
      ),
    ).toEqual([{ count: 3 }]);
  });
  it('counts buckets, +Inf, sum and count of a histogram', () => {
    expect(
      series(
        "import { Histogram } from 'prom-client';\nconst d = new Histogram({ name: 'd_seconds', help: 'D', labelNames: ['ok'], buckets: [0.1, 1, 10] });\nexport const f = (ok: boolean) => d.observe({ ok: String(ok) }, 1);",
      ),
    ).toEqual([{ count: 12 }]);
  });
  it('is one without labels', () => {
    expect(series(`${COUNTER('')}jobs.inc();`)).toEqual([{ count: 1 }]);
  });
  it('names the label that has no bound', () => {
    expect(series(`${COUNTER("'route'")}export function f(req, res) { jobs.inc({ route: req.path }); }`)).toEqual([
      { unbounded: 'label `route` takes the raw request path' },
    ]);
  });
  it('says what it does not know', () => {
    expect(series(`${COUNTER("'kind'")}export function f(kind: string) { jobs.inc({ kind }); }`)).toEqual([
      { unknown: 'label `kind`: `kind`' },
    ]);
    expect(series(COUNTER("'kind'"))).toEqual([{ unknown: 'no write was found' }]);
  });
});
