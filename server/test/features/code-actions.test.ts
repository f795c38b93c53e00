import { expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeAction, TextDocumentEdit } from 'vscode-languageserver-protocol';
import { editsOf, safeFixes } from '../../src/safe-fixes.ts';
import type { Finding } from '../../src/findings.ts';
import { POOR } from '../support/client.ts';
import { defineTest, type World } from '../support/define-test.ts';
import { METRIC_SERVICE, OPEN_SPAN } from '../support/sources.ts';

async function actionsAt(world: World, name: string, text: string, only?: readonly string[]): Promise<CodeAction[]> {
  const { textDocument, position } = world.at(name, text);
  return world.client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument,
    range: { start: position, end: position },
    context: { diagnostics: [], ...(only ? { only } : {}) },
  });
}

function applied(text: string, edits: readonly { range: never; newText: string }[]): string {
  return TextDocument.applyEdits(TextDocument.create('x', 'ts', 1, text), [...edits]);
}

async function resolved(world: World, name: string, action: CodeAction | undefined): Promise<string> {
  const { edit } = await world.client.request<CodeAction>('codeAction/resolve', action);
  const [change] = (edit?.documentChanges ?? []) as TextDocumentEdit[];
  expect(change?.textDocument).toEqual({ uri: world.uri(name), version: 1 });
  return applied(world.read(name), (change?.edits ?? []) as never[]);
}

defineTest('a fix is offered without edits and makes them when it is chosen; the finding is gone then', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    await world.findings('x.ts');
    const actions = await actionsAt(world, 'x.ts', "tracer.startSpan('work')", ['quickfix']);
    const [fix] = actions;
    expect(fix?.edit).toBeUndefined();
    expect(fix?.diagnostics?.[0]?.code).toBe('require-span-end');
    const text = await resolved(world, 'x.ts', fix);
    expect(text).toContain('finally {');
    await world.client.change(uri, text);
    await world.findings('x.ts', (items) => items.length === 0);
    // The ticket of an action is of no use for another text.
    await expect(world.client.request('codeAction/resolve', fix)).rejects.toThrow('has changed');
  },
});

defineTest('a rule is switched off for a line and for a file by comments that work', {
  fs: { 'x.ts': `#!/usr/bin/env node\n${OPEN_SPAN}` },
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    await world.findings('x.ts');
    const actions = await actionsAt(world, 'x.ts', "tracer.startSpan('work')");
    const titled = (title: string) => actions.find((action) => action.title === title);
    const line = await resolved(world, 'x.ts', titled('Disable telint/require-span-end for this line'));
    expect(line).toContain('\n  // eslint-disable-next-line telint/require-span-end\n  const span');
    const file = await resolved(world, 'x.ts', titled('Disable telint/require-span-end for the file'));
    expect(file.split('\n').slice(0, 2)).toEqual([
      '#!/usr/bin/env node',
      '/* eslint-disable telint/require-span-end */',
    ]);
    for (const text of [line, file]) {
      await world.client.change(uri, OPEN_SPAN);
      await world.findings('x.ts');
      await world.client.change(uri, text);
      await world.findings('x.ts', (items) => items.length === 0);
    }
  },
});

defineTest('the document of the rule opens in the browser of the client', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    await world.findings('x.ts');
    const actions = await actionsAt(world, 'x.ts', "tracer.startSpan('work')");
    const { command } = actions.find((action) => action.title.startsWith('Open the document')) as CodeAction;
    await world.client.request('workspace/executeCommand', command);
    expect(world.client.shown).toEqual([expect.stringContaining('docs/rules/require-span-end.md')]);
    await world.client.request('workspace/executeCommand', { ...command, arguments: ['file:///etc/passwd'] });
    expect(world.client.shown).toHaveLength(1);
  },
});

defineTest('a client that cannot resolve gets the edits at once, as plain changes', {
  fs: { 'x.ts': OPEN_SPAN },
  client: { capabilities: POOR },
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    await world.client.pushedUntil(uri, (p) => p.diagnostics.length === 1);
    const [fix] = await actionsAt(world, 'x.ts', "tracer.startSpan('work')", ['quickfix']);
    const edits = fix?.edit?.changes?.[uri] ?? [];
    expect(applied(OPEN_SPAN, edits as never[])).toContain('finally {');
  },
});

defineTest('no comment is offered inside of a template, where it would be text', {
  fs: {
    ...METRIC_SERVICE,
    'src/text.ts': `import type { Request } from 'express';
import { requests } from './metrics.ts';
export const text = (req: Request) => \`text
  \${requests.inc({ route: req.path, method: 'GET' })}\`;
`,
  },
  prepare: (world) => world.open('src/text.ts'),
  async handle(world) {
    await world.findings('src/text.ts');
    const titles = (await actionsAt(world, 'src/text.ts', 'route: req.path')).map(({ title }) => title);
    expect(titles).toContain('Disable telint/no-unbounded-metric-labels for the file');
    expect(titles).not.toContain('Disable telint/no-unbounded-metric-labels for this line');
  },
});

const TWO_OPEN = `import { trace } from '@opentelemetry/api';
const tracer = trace.getTracer('shop');
export async function load(): Promise<void> {
  const outer = tracer.startSpan('outer');
  const inner = tracer.startSpan('inner');
  await fetch('/');
}
`;

defineTest('a fix is offered once: under the cursor as a quick fix, from elsewhere in the function as a rewrite', {
  fs: { 'x.ts': TWO_OPEN },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    await world.findings('x.ts', (items) => items.length === 2);
    const fixes = async (text: string, only?: readonly string[]) =>
      (await actionsAt(world, 'x.ts', text, only)).filter(({ title }) => title.startsWith('End the span'));
    const kinds = async (text: string, only?: readonly string[]) => (await fixes(text, only)).map(({ kind }) => kind);
    const rewrite = 'refactor.rewrite.telint.span-end';
    expect(await kinds("tracer.startSpan('outer')")).toEqual(['quickfix', rewrite]);
    expect(await kinds("tracer.startSpan('outer')", ['refactor'])).toEqual([rewrite, rewrite]);
    expect(await kinds('await fetch')).toEqual([rewrite, rewrite]);
    // Two of one title are two different changes.
    const all = await fixes('await fetch');
    expect(await resolved(world, 'x.ts', all[0])).toContain('outer.end();');
    expect(await resolved(world, 'x.ts', all[1])).toContain('inner.end();');
    expect(all.map(({ diagnostics }) => diagnostics?.length)).toEqual([1, 1]);
  },
});

defineTest('instrumentation is a refactoring: who asks for quick fixes does not get it', {
  fs: { ...METRIC_SERVICE, 'src/plain.ts': 'export async function load(id: string) {\n  return await fetch(id);\n}\n' },
  prepare: (world) => world.open('src/plain.ts'),
  async handle(world) {
    await world.client.pull(world.uri('src/plain.ts'));
    const actions = await actionsAt(world, 'src/plain.ts', 'return await');
    expect(actions.every(({ kind }) => kind?.startsWith('refactor.rewrite.telint'))).toBe(true);
    expect(await actionsAt(world, 'src/plain.ts', 'return await', ['quickfix'])).toEqual([]);
    expect(await actionsAt(world, 'src/plain.ts', 'return await', ['source.fixAll'])).toEqual([]);
  },
});

const TWO_ENDS = `import { trace } from '@opentelemetry/api';
const tracer = trace.getTracer('shop');
export async function load(): Promise<void> {
  const span = tracer.startSpan('load');
  try {
    await fetch('/');
    span.end();
  } finally {
    span.end();
  }
}
export function store(): void {
  const span = tracer.startSpan('store');
  span.end();
  span.end();
}
`;

defineTest('fixing all takes the safe fixes of the file and nothing else', {
  fs: { 'x.ts': `${TWO_ENDS}${OPEN_SPAN.replace(/^import.*\n|^const tracer.*\n/gm, '')}` },
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    await world.findings('x.ts', (items) => items.length === 3);
    const [all, ...others] = await actionsAt(world, 'x.ts', 'import', ['source.fixAll.telint']);
    expect(others).toEqual([]);
    const text = await resolved(world, 'x.ts', all);
    expect(text).toBe(
      world
        .read('x.ts')
        .replace(/ {4}span\.end\(\);\n {2}\} finally/, '  } finally')
        .replace('  span.end();\n  span.end();', '  span.end();'),
    );
    await world.client.change(uri, text);
    await world.findings('x.ts', (items) => items.length === 1);
    expect(await actionsAt(world, 'x.ts', 'import', ['source.fixAll.telint'])).toEqual([]);
  },
});

defineTest('a safe fix is the preferred one among the quick fixes', {
  fs: { 'x.ts': TWO_ENDS, 'y.ts': OPEN_SPAN },
  prepare: async (world) => [await world.open('x.ts'), await world.open('y.ts')],
  async handle(world) {
    await world.findings('x.ts', (items) => items.length === 2);
    await world.findings('y.ts');
    const preferred = async (name: string, text: string) =>
      (await actionsAt(world, name, text, ['quickfix'])).filter((a) => a.isPreferred).map(({ title }) => title);
    expect(await preferred('x.ts', 'span.end();\n  }\n}')).toEqual(['Remove the superfluous `end()`']);
    expect(await preferred('y.ts', "tracer.startSpan('work')")).toEqual([]);
  },
});

test('safe fixes are taken together, and where two meet the first one counts', () => {
  const finding = (start: number, end: number, safe: boolean): Finding => ({
    rule: 'r',
    messageId: 'm',
    message: '',
    severity: 'error',
    path: 'x',
    range: { start, end },
    fixes: [
      { title: 'unsafe', edits: [{ start: 0, end: 99, text: '' }] },
      { title: 'fix', edits: [{ start, end, text: 'x' }], safe },
    ],
  });
  expect(
    editsOf(safeFixes([finding(10, 20, true), finding(15, 30, true), finding(0, 5, true), finding(40, 41, false)])),
  ).toEqual([
    { start: 0, end: 5, text: 'x' },
    { start: 10, end: 20, text: 'x' },
  ]);
});
