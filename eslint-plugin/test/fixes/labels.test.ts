import { describe, expect, it } from 'vitest';
import { applySuggestion, lint } from '../support/lint.ts';
import { workspace } from '../support/workspace.ts';

const COUNTER = `import { Counter } from 'prom-client';
export const hits = new Counter({ name: 'hits_total', help: 'Hits.', labelNames: ['route', 'tier', 'reason'] });
`;
const EXPRESS = `import express from 'express';\nexport const app = express();\n`;

interface Fixed {
  readonly title: string;
  readonly output: string;
}

/** The suggestions of the only finding about labels in the first of these files. */
function suggestions(files: Readonly<Record<string, string>>): readonly Fixed[] {
  const cwd = workspace({ 'package.json': '{ "name": "w" }', ...files });
  const [path = '', text = ''] = Object.entries(files)[0] ?? [];
  const found = lint(text, { cwd, filename: `${cwd}/${path}`, rules: { 'no-unbounded-metric-labels': [] } });
  expect(found.map((m) => m.line)).toHaveLength(1);
  return (found[0]?.suggestions ?? []).map(({ desc, fix }) => ({ title: desc, output: applySuggestion(text, fix) }));
}

describe('a wrapper of another file', () => {
  const wrapper = `${COUNTER}export function recordRequest(route: string): void {\n  hits.inc({ route, tier: 'a' });\n}\n`;
  const caller = `import { recordRequest } from './metrics';\n${EXPRESS}app.use((req, res, next) => {\n  recordRequest(req.path);\n  next();\n});\n`;
  it('is repaired at the caller', () => {
    expect(suggestions({ 'caller.ts': caller, 'metrics.ts': wrapper })).toEqual([
      expect.objectContaining({ output: caller.replace('req.path', "req.route?.path ?? 'unmatched'") }),
    ]);
  });
  it('does not lose its label for one caller', () => {
    expect(suggestions({ 'metrics.ts': wrapper, 'caller.ts': caller })).toEqual([]);
  });
});

describe('labels of a helper', () => {
  const helper = `export function common(req: any) {\n  return { tier: 'a', route: req.headers['x-route'] };\n}\n`;
  const handler = (labels: string): string =>
    `${COUNTER}import { common } from './common';\n${EXPRESS}app.use((req, res, next) => {\n  hits.inc({ ${labels} });\n  next();\n});\n`;
  it('keeps the one that is good', () => {
    const [first, second] = suggestions({ 'app.ts': handler('...common(req), reason: "x"'), 'common.ts': helper });
    expect(first).toEqual({
      title: 'Keep only `tier` of `common(req)`',
      output: handler('tier: common(req).tier, reason: "x"'),
    });
    // Without the spread the import has no use.
    expect(second?.output).toBe(handler('reason: "x"').replace("import { common } from './common';\n", ''));
  });
  it('drops all where more than one would stay', () => {
    const more = helper.replace("tier: 'a'", "tier: 'a', reason: 'x'");
    expect(suggestions({ 'app.ts': handler('...common(req)'), 'common.ts': more }).map((s) => s.title)).toEqual([
      'Drop `...common(req)`',
    ]);
  });
});

describe('a constant between the source and the label', () => {
  const handler = (before: string, labels: string, after = ''): string =>
    `${COUNTER}${EXPRESS}app.use((err, req, res, next) => {\n  ${before}\n  hits.inc({ tier: 'a', ${labels} });\n${after}  next();\n});\n`;
  it('gets the bounded value', () => {
    const [first] = suggestions({ 'app.ts': handler('const route = req.route?.path ?? req.path;', 'route') });
    expect(first?.output).toBe(handler("const route = req.route?.path ?? 'unmatched';", 'route'));
  });
  it('keeps its value where something else reads it', () => {
    const [first] = suggestions({
      'app.ts': handler('const route = req.route?.path ?? req.path;', 'route', '  log(route);\n'),
    });
    expect(first?.output).toBe(
      handler('const route = req.route?.path ?? req.path;', "route: req.route?.path ?? 'unmatched'", '  log(route);\n'),
    );
  });
  it('gets the name of an error', () => {
    const before = "const reason = err instanceof Error ? err.message : 'unknown';";
    const [first] = suggestions({ 'app.ts': handler(before, 'reason') });
    expect(first).toEqual({
      title: 'Use the class name of the error',
      output: handler(before.replace('message', 'name'), 'reason'),
    });
  });
  it('goes with the label', () => {
    const [first] = suggestions({ 'app.ts': handler("const reason = req.get('x-reason') ?? 'none';", 'reason') });
    expect(first?.output).toBe(
      handler('', '').replace("  \n  hits.inc({ tier: 'a',  });", "  hits.inc({ tier: 'a' });"),
    );
  });
});
