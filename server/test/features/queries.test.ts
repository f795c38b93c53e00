import { expect } from 'vitest';
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  Diagnostic,
  DocumentLink,
  Hover,
  Location,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { defineTest, positionAt, type World } from '../support/define-test.ts';
import { QUERY_SERVICE } from '../support/query-service.ts';

const DASHBOARD = 'dashboards/shop.json';
const RULES = 'prometheus/rules.yml';
const TEST = 'prometheus/rules.test.yml';
const METRICS = 'src/metrics.ts';
const APP = 'src/app.ts';

const hoverText = async (world: World, name: string, text: string, offset = 1): Promise<string> => {
  const result = await world.client.request<Hover | null>('textDocument/hover', world.at(name, text, offset));
  return result ? (result.contents as { value: string }).value : '';
};

/** `file [text]` of every location. */
const places = (world: World, locations: readonly Location[] | Location | null): string[] =>
  [locations ?? []]
    .flat()
    .map(({ uri, range }) => {
      const name = uri.slice(world.uri('').length + 1);
      return `${name} [${TextDocument.create(uri, '', 0, world.read(name)).getText(range)}]`;
    })
    .sort();

const references = async (world: World, name: string, text: string, offset = 1): Promise<string[]> =>
  places(
    world,
    await world.client.request<Location[]>('textDocument/references', {
      ...world.at(name, text, offset),
      context: { includeDeclaration: true },
    }),
  );

const ORDERS = [
  `${DASHBOARD} [shop_orders_total]`,
  `${DASHBOARD} [shop_orders_total]`,
  `${TEST} [shop_orders_total]`,
  `${RULES} [shop_orders_total]`,
  `${APP} [orders.inc({ status: isPaid ? 'paid' : 'open', channel })]`,
  `${METRICS} ['shop_orders_total']`,
];

defineTest('a metric is one thing in code, dashboards and rules', {
  fs: QUERY_SERVICE,
  prepare: async (world) => [await world.open(METRICS), await world.open(DASHBOARD), await world.open(RULES)],
  async handle(world) {
    expect(await references(world, METRICS, 'shop_orders_total')).toEqual(ORDERS);
    expect(await references(world, DASHBOARD, 'rate(shop_orders_total', 8)).toEqual(ORDERS);
    expect(await references(world, RULES, 'histogram_quantile', 2)).toEqual([]);
    expect(await references(world, RULES, 'outcome)')).toEqual([
      `${RULES} [outcome]`,
      `${RULES} [outcome]`,
      `${RULES} [outcome]`,
      `${APP} [outcome]`,
      `${METRICS} [outcome]`,
    ]);
    const definition = async (name: string, text: string, offset = 1): Promise<string[]> =>
      places(world, await world.client.request('textDocument/definition', world.at(name, text, offset)));
    expect(await definition(DASHBOARD, 'shop_refund_amount_bytes')).toEqual([`${METRICS} ['shop.refund.amount']`]);
    expect(await definition(RULES, 'shop_duration_seconds_bucket')).toEqual([`${METRICS} ['shop_duration_seconds']`]);
    expect(await definition(RULES, 'expr: status:shop_orders:rate5m', 8)).toEqual([
      `${RULES} [status:shop_orders:rate5m]`,
    ]);
    expect(await definition(DASHBOARD, '{{topic}}', 3)).toEqual([`${METRICS} [topic]`]);
    expect(await definition(DASHBOARD, 'container_cpu_usage')).toEqual([]);
  },
});

defineTest('hover, links and lenses lead from one to the other', {
  fs: QUERY_SERVICE,
  prepare: async (world) => [await world.open(METRICS), await world.open(DASHBOARD), await world.open(RULES)],
  async handle(world) {
    const card = await hoverText(world, DASHBOARD, 'shop_queue_size');
    expect(card).toContain('**gauge** `shop_queue_size` — Waiting.');
    expect(card).toContain('- `topic`: 2 values');
    expect(card).toMatch(/Defined in \[metrics\.ts:6\]\(file:.*metrics\.ts#L6\)\./);
    expect(await hoverText(world, METRICS, 'shop_orders_total')).toMatch(
      /Queried in variable “channel” \(\[shop\.json:\d+\]\(.*\)\), panel “Orders” .*rule test \(.*\), recording rule “status:shop\\_orders:rate5m”/,
    );
    expect(await hoverText(world, RULES, 'expr: status:shop', 8)).toContain(
      'Recorded by a rule as `status:shop_orders:rate5m`',
    );
    expect(await hoverText(world, RULES, '{outcome=', 2)).toContain(
      'Label `outcome` of `shop_duration_seconds`: 2 values.',
    );
    expect(await hoverText(world, DASHBOARD, 'container_cpu')).toBe('');
    const links = await world.client.request<DocumentLink[]>('textDocument/documentLink', {
      textDocument: { uri: world.uri(DASHBOARD) },
    });
    expect(links.map(({ target = '' }) => target.slice(world.uri('').length + 1))).toEqual([
      'src/metrics.ts#L4,43',
      'src/metrics.ts#L4,43',
      'src/metrics.ts#L6,40',
      'src/metrics.ts#L7,65',
    ]);
    const lenses = await world.client.request<CodeLens[]>('textDocument/codeLens', {
      textDocument: { uri: world.uri(METRICS) },
    });
    const asked = lenses.flatMap(({ command }) => (command?.title.startsWith('queried') ? [command] : []));
    expect(asked.map(({ title }) => title)).toEqual([
      'queried by 1 panel, 1 rule, 1 variable',
      'queried by 1 alert',
      'queried by 1 panel',
      'queried by 1 panel',
    ]);
    const [, , locations] = (asked[0]?.arguments ?? []) as [string, unknown, Location[]];
    expect(places(world, locations)).toEqual(ORDERS.slice(0, 4));
    await world.client.request('workspace/executeCommand', asked[0]);
    expect(world.client.shown).toEqual([world.uri(DASHBOARD)]);
  },
});

const labels = async (world: World, text: string, marked: string): Promise<CompletionItem[]> => {
  const offset = marked.indexOf('|');
  const line = `groups: [{ name: x, rules: [{ alert: A, expr: '${marked.replace('|', '')}' }] }]\n`;
  await world.client.change(text, line);
  const items = await world.client.request<CompletionItem[] | null>('textDocument/completion', {
    textDocument: { uri: text },
    position: positionAt(line, line.indexOf("expr: '") + 7 + offset),
  });
  return items ?? [];
};

defineTest('completion offers metrics, their labels and the values that the code knows', {
  fs: { ...QUERY_SERVICE, 'new.yml': 'groups: []\n' },
  prepare: (world) => world.open('new.yml'),
  async handle(world, uri) {
    const names = async (marked: string): Promise<string[]> =>
      (await labels(world, uri, marked)).map(({ label }) => label);
    expect(await names('sum(rate(sh|')).toEqual(
      expect.arrayContaining(['shop_orders_total', 'shop_duration_seconds_bucket', 'shop_refund_amount_bytes_sum']),
    );
    expect(await names('shop_orders_total{status="paid", |')).toEqual(['channel', 'job', 'instance']);
    expect(await names('shop_orders_total{status="|"}')).toEqual(['paid', 'open']);
    expect(await names('sum by (o|) (rate(shop_duration_seconds_bucket[5m]))')).toEqual([
      'outcome',
      'le',
      'job',
      'instance',
    ]);
    const [item] = await labels(world, uri, 'shop_queue_size{to|');
    expect(item?.textEdit).toMatchObject({ newText: 'topic', range: { end: { line: 0 } } });
    await world.client.change(uri, 'name: sho\n');
    expect(
      await world.client.request('textDocument/completion', {
        textDocument: { uri },
        position: { line: 0, character: 8 },
      }),
    ).toBeNull();
  },
});

const messages = (items: readonly Diagnostic[]): string[] => items.map(({ code }) => String(code));

defineTest('findings follow the unsaved text of code and queries', {
  fs: QUERY_SERVICE,
  prepare: async (world) => [await world.open(DASHBOARD), await world.open(METRICS), await world.open(APP)] as const,
  async handle(world, [dashboard, metrics]) {
    await world.client.request('telint/settled', {});
    expect(await world.client.pullUntil(dashboard, () => true)).toEqual([]);
    await world.client.change(metrics, world.read(METRICS).replace("'topic'", "'subject'"));
    const [first] = await world.client.pullUntil(dashboard, (items) => items.length > 0);
    expect(first).toMatchObject({ code: 'query-labels', severity: 1 });
    expect(first?.message).toContain('`topic`');
    await world.client.change(metrics, world.read(METRICS));
    await world.client.pullUntil(dashboard, (items) => items.length === 0);
    await world.client.change(metrics, world.read(METRICS).replace("'shop_queue_size'", "'shop_waiting'"));
    const hints = await world.client.pullUntil(dashboard, (items) => items.length > 0);
    expect(hints).toMatchObject([{ code: 'query-metrics', severity: 4 }]);
    await world.client.change(metrics, world.read(METRICS));
    await world.client.change(dashboard, world.read(DASHBOARD).replace('max by (topic)', 'max by (topic'));
    expect(messages(await world.client.pullUntil(dashboard, (items) => items.length > 0))).toEqual(['query-syntax']);
    await world.client.change(dashboard, world.read(DASHBOARD).replace('"panels": [', '"panels" ['));
    const broken = await world.client.pullUntil(dashboard, (items) => JSON.stringify(items).includes('The file'));
    expect(messages(broken)).toEqual(['query-syntax']);
    await world.client.change(dashboard, '{ "compilerOptions": {} }');
    await world.client.pullUntil(dashboard, (items) => items.length === 0);
  },
});

defineTest('files that change on disk and files that are not open count', {
  fs: { ...QUERY_SERVICE, [RULES]: QUERY_SERVICE[RULES].replace('outcome="ok"', 'outcom="ok"') },
  prepare: (world) => world.open(METRICS),
  async handle(world) {
    const summary = await world.client.request<{ byRule: Record<string, number> }>('workspace/executeCommand', {
      command: 'telint.checkWorkspace',
    });
    expect(summary.byRule['telint/query-labels']).toBe(1);
    await world.client.pushedUntil(world.uri(RULES), ({ diagnostics }) => diagnostics.length === 1);
    const opened = await world.open(RULES);
    expect(messages(await world.client.pullUntil(opened, (items) => items.length > 0))).toEqual(['query-labels']);
    await world.client.close(opened);
    world.write(RULES, QUERY_SERVICE[RULES]);
    await world.changed(RULES);
    const again = await world.open(RULES);
    await world.client.pullUntil(again, (items) => items.length === 0);
  },
});

/** Applies an edit to the files on disk. */
function apply(world: World, edit: WorkspaceEdit | null): string[] {
  const changed = edit?.documentChanges ?? [];
  for (const change of changed) {
    if (!('edits' in change)) continue;
    const name = change.textDocument.uri.slice(world.uri('').length + 1);
    const document = TextDocument.create(change.textDocument.uri, '', 0, world.read(name));
    world.write(name, TextDocument.applyEdits(document, change.edits as never));
  }
  return changed
    .map((change) => ('edits' in change ? change.textDocument.uri.slice(world.uri('').length + 1) : ''))
    .sort();
}

const ALL = [DASHBOARD, TEST, RULES];

const rename = (world: World, name: string, text: string, newName: string, offset = 1): Promise<WorkspaceEdit | null> =>
  world.client.request('textDocument/rename', { ...world.at(name, text, offset), newName });

for (const [title, from, text, offset] of [
  ['the code', METRICS, 'shop_orders_total', 1],
  ['a dashboard', DASHBOARD, 'rate(shop_orders_total', 8],
  ['a rule', RULES, 'shop_orders_total', 1],
] as const)
  defineTest(`rename of a metric from ${title} changes code, dashboards, rules and tests`, {
    fs: QUERY_SERVICE,
    prepare: async (world) => [await world.open(METRICS), await world.open(DASHBOARD), await world.open(RULES)],
    async handle(world, documents) {
      const paths = apply(world, await rename(world, from, text, 'shop_sales_total', offset));
      expect(paths).toEqual([...ALL, METRICS].sort());
      for (const name of paths) expect(world.read(name)).not.toContain('shop_orders_total');
      for (const [i, name] of [METRICS, DASHBOARD, RULES].entries())
        await world.client.change(documents[i] ?? '', world.read(name));
      await world.changed(TEST);
      await world.client.request('telint/settled', {});
      for (const document of documents)
        expect(messages(await world.client.pullUntil(document, () => true))).toEqual([]);
      expect(await references(world, METRICS, 'shop_sales_total')).toHaveLength(6);
    },
  });

defineTest('rename of a label follows it through recorded series, legends, annotations and tests', {
  fs: QUERY_SERVICE,
  prepare: async (world) => [await world.open(METRICS), await world.open(RULES), await world.open(DASHBOARD)] as const,
  async handle(world, [metrics, rules, dashboard]) {
    const paths = apply(world, await rename(world, METRICS, "'status'", 'state', 2));
    expect(paths).toEqual([...ALL, APP, METRICS].sort());
    expect(world.read(RULES)).toContain('sum by (state) (rate(shop_orders_total[5m]))');
    expect(world.read(RULES)).toContain('status:shop_orders:rate5m{state="paid"}');
    expect(world.read(RULES)).toContain('$labels.state');
    expect(world.read(TEST)).toContain('exp_labels: { state: paid, severity: page }');
    expect(world.read(TEST)).toContain('{state="paid"}');
    expect(world.read(DASHBOARD)).toContain('"legendFormat": "{{state}}"');
    expect(world.read(APP)).toContain('{ state: isPaid');
    for (const [uri, name] of [
      [metrics, METRICS],
      [rules, RULES],
      [dashboard, DASHBOARD],
    ] as const)
      await world.client.change(uri, world.read(name));
    await world.changed(TEST, APP);
    await world.client.request('telint/settled', {});
    for (const uri of [rules, dashboard]) expect(await world.client.pullUntil(uri, () => true)).toEqual([]);
  },
});

defineTest('names of OpenTelemetry keep their units and suffixes', {
  fs: QUERY_SERVICE,
  prepare: (world) => world.open(DASHBOARD),
  async handle(world) {
    const at = world.at(DASHBOARD, 'shop_refund_amount_bytes_sum', 3);
    expect(await world.client.request('textDocument/prepareRename', at)).toMatchObject({
      placeholder: 'shop.refund.amount',
    });
    apply(world, await rename(world, DASHBOARD, 'shop_refund_amount', 'shop.return.size'));
    expect(world.read(METRICS)).toContain("createHistogram('shop.return.size'");
    expect(world.read(DASHBOARD)).toContain('rate(shop_return_size_bytes_sum[5m])');
    expect(await rename(world, APP, "'refund.reason'", 'why', 3)).toBeNull();
  },
});

defineTest('rename refuses what it cannot follow, and says why', {
  fs: {
    ...QUERY_SERVICE,
    'extra.yml':
      'groups:\n- name: g\n  rules:\n  - { record: "a:b", expr: \'{__name__=~"shop_queue.*"}\' }\n  - { record: "c:d", expr: "shop_orders_total / on (channel) foreign_total" }\n',
    'broken.yml': 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: shop_duration_seconds_sum\n   for: 1m\n',
  },
  prepare: async (world) => [await world.open(METRICS), await world.open(DASHBOARD)],
  async handle(world) {
    const reason = async (name: string, text: string, offset = 1): Promise<string> => {
      try {
        await rename(world, name, text, 'other_name', offset);
        return 'was done';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(await reason(METRICS, 'shop_queue_size')).toContain('by the pattern `shop_queue.*`');
    expect(await reason(METRICS, 'shop_duration_seconds')).toContain('broken.yml asks for `shop_duration_seconds`');
    expect(await reason(METRICS, "'channel'", 2)).toContain('asks other series for the label "channel" too');
    expect(await reason(DASHBOARD, 'container_cpu_usage')).toContain('No code of this workspace defines');
  },
});

defineTest('the inventory tells who asks and what is asked for in vain', {
  fs: { ...QUERY_SERVICE, 'extra.yml': 'groups:\n- name: g\n  rules:\n  - { alert: A, expr: shop_ordrs_total > 1 }\n' },
  async handle(world) {
    const inventory = await world.client.request<{
      metrics: { name: string; queries: { kind: string; title: string }[] }[];
      drift: { name: string; message: string }[];
      hasQueries: boolean;
    }>('telint/inventory', {});
    expect(inventory.hasQueries).toBe(true);
    expect(
      inventory.metrics.map(({ name, queries }) => [name, queries.map(({ kind, title }) => `${kind} ${title}`)]),
    ).toEqual([
      [
        'shop_orders_total',
        ['variable channel', 'panel Orders', 'rule test ', 'recording rule status:shop_orders:rate5m'],
      ],
      ['shop_duration_seconds', ['alert Slow']],
      ['shop_queue_size', ['panel Queue']],
      ['shop.refund.amount', ['panel Refunds']],
    ]);
    expect(inventory.drift).toMatchObject([{ name: 'shop_ordrs_total' }]);
    expect(inventory.drift[0]?.message).toContain('Did you mean `shop_orders_total`?');
  },
});

const BROKEN = `groups:
- name: g
  rules:
  - alert: A
    expr: shop_orders_total{stat="paid"} > 1
  - alert: B
    expr: >-
      shop_orders_total{stat="open"}
      > 1
`;

defineTest('what a check finds in rules can be switched off where comments can say so', {
  fs: { ...QUERY_SERVICE, 'rules.yml': BROKEN },
  async handle(world) {
    await world.open('rules.yml');
    const offered = async (text: string): Promise<readonly CodeAction[]> => {
      const { textDocument, position } = world.at('rules.yml', text, 1);
      const all = await world.client.request<CodeAction[]>('textDocument/codeAction', {
        textDocument,
        range: { start: position, end: position },
        context: { diagnostics: [] },
      });
      return all.filter(({ title }) => title.startsWith('Disable'));
    };
    const actions = await offered('stat="paid"');
    expect(actions.map(({ title }) => title)).toEqual([
      'Disable telint/query-labels for this line',
      'Disable telint/query-labels for the file',
    ]);
    // A folded query would swallow a comment between its lines, and itself with it.
    expect((await offered('stat="open"')).map(({ title }) => title)).toEqual([
      'Disable telint/query-labels for the file',
    ]);
    const { edit } = await world.client.request<CodeAction>('codeAction/resolve', actions[0]);
    const [change] = edit?.documentChanges ?? [];
    expect(change).toMatchObject({ edits: [{ newText: '    # eslint-disable-next-line telint/query-labels\n' }] });
  },
});
