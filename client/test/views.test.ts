import { describe, expect, it } from 'vitest';
import { coverageHtml } from '../src/coverage-html.ts';
import type { Coverage, Inventory, ListedFinding } from '../src/protocol.ts';
import { telemetryTree, type TelemetryNode } from '../src/telemetry-tree.ts';

const at = (uri: string, line: number) => ({
  uri,
  range: { start: { line, character: 2 }, end: { line, character: 9 } },
});

const inventory: Inventory = {
  metrics: [
    {
      name: 'orders_total',
      type: 'counter',
      help: 'Orders.',
      labels: [
        { name: 'outcome', domain: '2 values', isBounded: true },
        { name: 'user', domain: 'unbounded: a path parameter', isBounded: false },
      ],
      series: null,
      why: 'a path parameter',
      isBounded: false,
      location: at('file:///shop/src/metrics.ts', 3),
      writes: [at('file:///shop/src/with%20space.ts', 7)],
      queries: [{ kind: 'panel', title: 'Orders', location: at('file:///shop/dashboards/shop.json', 11) }],
    },
  ],
  spans: [],
  handlers: [
    { name: 'GET /a', kind: 'http', covered: true, location: at('file:///shop/src/a.ts', 1) },
    { name: 'GET /b', kind: 'http', covered: false, location: at('file:///shop/src/a.ts', 5) },
  ],
  drift: [{ name: 'order_total', message: 'Did you mean …?', location: at('file:///shop/rules.yml', 2) }],
  hasQueries: true,
};

const finding = (rule: string, line: number): ListedFinding => ({
  rule,
  ...at('file:///shop/src/a.ts', line),
  message: 'What is wrong.',
  severity: 'error',
});

/** Rows as the view shows them. */
function lines(nodes: readonly TelemetryNode[], indent = ''): string[] {
  return nodes.flatMap(({ label, description, icon, children }) => [
    `${indent}${label} [${description ?? ''}] ${icon}`,
    ...lines(children, `${indent}  `),
  ]);
}

describe('the view Telemetry', () => {
  it('shows the series of Prometheus beside the estimate, where it has answered', () => {
    const metricOf = (live: Parameters<typeof telemetryTree>[2]) => telemetryTree(inventory, [], live)[0]?.children[0];
    expect(metricOf({ orders_total: { total: 1200, perTarget: 400 } })?.description).toBe(
      'counter · no bound, now 1,200, at most 400 on one target',
    );
    expect(metricOf({ orders_total: { total: 7, perTarget: 7 } })?.description).toBe('counter · no bound, now 7');
    expect(metricOf({ others: { total: 7, perTarget: 7 } })?.description).toBe('counter · no bound');
  });

  it('shows labels, series, handlers without a span and findings by rule', () => {
    const nodes = telemetryTree(inventory, [finding('telint/b', 2), finding('telint/a', 4), finding('telint/b', 9)]);
    expect(lines(nodes)).toEqual([
      'Metrics [1] graph',
      '  orders_total [counter · no bound] warning',
      '    outcome [2 values] tag',
      '    user [unbounded: a path parameter] warning',
      '    with space.ts:8 [writes it] edit',
      '    Orders [panel asks for it · shop.json:12] dashboard',
      'Handlers without a span [1 of 2] circle-slash',
      '  GET /b [http · a.ts:6] circle-slash',
      'Drift [1] git-compare',
      '  order_total [not in the code · rules.yml:3] question',
      'Findings [3] warning',
      '  a [1] law',
      '    a.ts:5 [What is wrong.] error',
      '  b [2] law',
      '    a.ts:3 [What is wrong.] error',
      '    a.ts:10 [What is wrong.] error',
    ]);
  });

  it('shows metrics that nothing asks for, where there are queries at all', () => {
    const metrics = inventory.metrics.map((metric) => ({ ...metric, queries: [] }));
    const drift = (hasQueries: boolean): string[] =>
      lines(telemetryTree({ ...inventory, metrics, hasQueries }, [])).filter((line) => line.includes('nothing asks'));
    expect(drift(true)).toEqual(['  orders_total [nothing asks for it] eye-closed']);
    expect(drift(false)).toEqual([]);
  });

  it('has nothing to show where there is nothing', () => {
    expect(telemetryTree({ metrics: [], spans: [], handlers: [], drift: [], hasQueries: false }, [])).toEqual([]);
  });

  it('gives every row another identity', () => {
    const ids: string[] = [];
    const visit = (nodes: readonly TelemetryNode[]): void => {
      for (const { id, children } of nodes) {
        ids.push(id);
        visit(children);
      }
    };
    visit(telemetryTree({ ...inventory, metrics: [...inventory.metrics, ...inventory.metrics] }, []));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the coverage report', () => {
  const page = (coverage: Coverage): string =>
    coverageHtml({ coverage, minimum: 90, pathOf: (uri) => uri.slice(12), nonce: 'n', cspSource: 'c' });

  it('takes names of the code for text', () => {
    const html = page({
      covered: 0,
      total: 1,
      kinds: [{ kind: 'http', covered: 0, total: 1 }],
      files: [
        {
          uri: 'file:///shop/"><img src=x>.ts',
          covered: 0,
          total: 1,
          missing: [{ name: '<script>alert(1)</script>', kind: 'http', range: at('', 4).range }],
        },
      ],
    });
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain("default-src 'none'");
  });

  it('rounds down, so that only all is 100 %', () => {
    const share = { covered: 199, total: 200 };
    expect(page({ ...share, kinds: [], files: [] })).toContain('<strong>99 %</strong>');
    expect(page({ covered: 0, total: 0, kinds: [], files: [] })).toContain('No request handler');
  });
});
