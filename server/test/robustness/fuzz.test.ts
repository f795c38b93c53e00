import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { URI } from 'vscode-uri';
import { RICH } from '../support/client.ts';
import { makeFolder, positionAt } from '../support/define-test.ts';
import { randomFrom } from '../support/random.ts';
import { RawClient } from '../support/raw-client.ts';
import { METRIC_SERVICE } from '../support/sources.ts';

const INTERNAL_ERROR = -32603;
/** One that has found failures. */
const SEED = Number(process.env['TELINT_SEED'] ?? 2);
const COUNT = Number(process.env['TELINT_FUZZ'] ?? 1500);
const RULES = `groups:
- name: x
  rules:
  - alert: TooMany
    expr: sum by (route) (rate(app_requests_total{route="/x"}[5m])) > 1
`;
const FILES = { ...METRIC_SERVICE, 'ops/rules.yaml': RULES };

type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** What takes the place of a part of a message. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  '\u0000',
  '../../..',
  '__proto__',
  [],
  [null],
  {},
  { __proto__: null },
  { uri: 'file:///x.ts', range: null },
];

/** The same value with one part of it replaced, left out, or put twice. */
function mutated(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) return pick(random, STRANGE);
  if (Array.isArray(value)) {
    const at = Math.floor(random() * (value.length + 1));
    if (at === value.length) return [...(value as unknown[]), pick(random, STRANGE)];
    return value.map((item: unknown, i) => (i === at ? mutated(item, random) : item));
  }
  const entries = Object.entries(value as Record<string, unknown>);
  const [key, part] = pick(random, entries.length > 0 ? entries : [['x', null] as [string, unknown]]);
  const rest = Object.fromEntries(entries.filter(([name]) => name !== key));
  return random() < 0.1 ? rest : { ...rest, [key]: mutated(part, random) };
}

/** Messages as clients send them, about a document. */
function messages(uri: string, text: string, random: Random): readonly (readonly [method: string, params: object])[] {
  const textDocument = { uri };
  const position = positionAt(text, Math.floor(random() * text.length));
  const range = { start: position, end: positionAt(text, Math.floor(random() * text.length)) };
  const at = { textDocument, position };
  const diagnostic = { range, message: 'x', code: 'require-span-end', source: 'telint', severity: 1 };
  const context = { diagnostics: [diagnostic], only: ['quickfix', 'refactor'], triggerKind: 1 };
  const ticket = { uri, version: 1, range: { start: 5, end: 9 }, kind: 'quickfix', title: 'x', nth: 0 };
  const command = (name: string, ...args: readonly unknown[]) => ({ command: `telint.${name}`, arguments: args });
  return [
    ['textDocument/hover', at],
    ['textDocument/completion', { ...at, context: { triggerKind: 2, triggerCharacter: '.' } }],
    ['textDocument/definition', at],
    ['textDocument/references', { ...at, context: { includeDeclaration: true } }],
    ['textDocument/prepareRename', at],
    ['textDocument/rename', { ...at, newName: 'renamed' }],
    ['textDocument/codeAction', { textDocument, range, context }],
    ['codeAction/resolve', { title: 'x', kind: 'quickfix', data: ticket }],
    ['textDocument/codeLens', { textDocument }],
    ['textDocument/inlayHint', { textDocument, range }],
    ['textDocument/documentLink', { textDocument }],
    ['textDocument/diagnostic', { textDocument, identifier: 'telint', previousResultId: '1' }],
    ['workspace/symbol', { query: 'app' }],
    ['workspace/executeCommand', command('insertSpan', uri, 1, 100, 200)],
    ['workspace/executeCommand', command('showLocations', uri, position, [{ uri, range }])],
    ['workspace/executeCommand', command('openRuleDocs', 'https://x.test/x')],
    ['workspace/executeCommand', command('showMetrics')],
    ['telint/inventory', {}],
    ['telint/liveSeries', {}],
    ['workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] }],
    ['workspace/didChangeConfiguration', { settings: { telint: { lint: { perFile: 'on' }, preset: 'strict' } } }],
    ['workspace/didChangeWorkspaceFolders', { event: { added: [{ uri, name: 'x' }], removed: [] } }],
    ['textDocument/didSave', { textDocument, text }],
    ['textDocument/didClose', { textDocument: { uri: `${uri}.gone` } }],
    ['textDocument/didOpen', { textDocument: { uri: `${uri}.new.ts`, languageId: 'typescript', version: 1, text } }],
    [
      'textDocument/didChange',
      { textDocument: { uri: `${uri}.new.ts`, version: 2 }, contentChanges: [{ range, text }] },
    ],
    ['$/setTrace', { value: 'verbose' }],
    ['$/cancelRequest', { id: 1 }],
    ['telint/typescript', { pipe: '/nothing', packageJson: '/nothing/package.json' }],
  ];
}

test(
  `${COUNT} messages with a mistake in each are answered without a failure of the server`,
  { timeout: 240_000 },
  async () => {
    const random = randomFrom(SEED);
    const root = makeFolder(FILES);
    const client = new RawClient();
    try {
      await client.initialize([root], { ...RICH, workspace: { ...RICH.workspace, configuration: false } });
      const open = Object.entries(FILES).filter(([name]) => !name.endsWith('.json'));
      const uriOf = (name: string): string => URI.file(join(root, name)).toString();
      const languageOf = (name: string): string => (name.endsWith('.ts') ? 'typescript' : 'yaml');
      for (const [name, text] of open)
        client.notify('textDocument/didOpen', {
          textDocument: { uri: uriOf(name), languageId: languageOf(name), version: 1, text },
        });
      await client.request('telint/settled', {});
      const failures: string[] = [];
      for (let i = 0; i < COUNT; i++) {
        const [name, text] = pick(random, open);
        const [method, params] = pick(random, messages(uriOf(name), text, random));
        const wrong = mutated(params, random);
        if (/\/did|^\$|typescript$/.test(method)) client.notify(method, wrong);
        else {
          const { error } = await client.request(method, wrong);
          if (error?.code === INTERNAL_ERROR) failures.push(`${method} ${JSON.stringify(wrong)}: ${error.message}`);
        }
      }
      expect(failures).toEqual([]);
      for (const settings of [{ telint: {} }]) client.notify('workspace/didChangeConfiguration', { settings });
      await client.request('telint/settled', {});
      const logged = client.received.flatMap(({ method, params }) =>
        method === 'window/logMessage' ? [(params as { message: string }).message] : [],
      );
      expect(logged.filter((message) => /failed|cannot be analysed/.test(message))).toEqual([]);
      expect(client.stderr).toBe('');
      const uri = uriOf('src/routes.ts');
      const { result } = await client.request('textDocument/diagnostic', { textDocument: { uri } });
      expect(result).toMatchObject({ items: [{ code: 'no-unbounded-metric-labels' }] });
    } finally {
      await client.kill();
      rmSync(root, { recursive: true, force: true });
    }
  },
);

test('a client that says odd things of itself is served, or told that it has', { timeout: 240_000 }, async () => {
  const random = randomFrom(SEED);
  const root = makeFolder(FILES);
  const uri = URI.file(join(root, 'src/routes.ts')).toString();
  const folders = [{ uri: URI.file(root).toString(), name: 'x' }];
  const initializationOptions = { trusted: false, lint: { perFile: 'on' }, typescript: null, codeLens: true };
  const params = {
    processId: null,
    rootUri: folders[0]?.uri,
    capabilities: RICH,
    workspaceFolders: folders,
    initializationOptions,
  };
  try {
    for (let i = 0; i < Number(process.env['TELINT_STARTS'] ?? 15); i++) {
      let wrong = mutated(params, random);
      // What is not there is answered too, and told elsewhere.
      for (let n = 0; n < 3; n++) wrong = typeof wrong === 'object' && wrong !== null ? mutated(wrong, random) : wrong;
      const client = new RawClient();
      try {
        const { error } = await client.request('initialize', wrong);
        if (error) {
          expect(error.code, `${JSON.stringify(wrong)}: ${error.message}`).toBe(-32602);
          continue;
        }
        client.notify('initialized', {});
        const text = METRIC_SERVICE['src/routes.ts'];
        client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'typescript', version: 1, text } });
        for (const method of ['codeLens', 'hover', 'codeAction', 'rename'])
          await client.request(`textDocument/${method}`, {
            textDocument: { uri },
            position: { line: 5, character: 3 },
            range: { start: { line: 5, character: 3 }, end: { line: 5, character: 3 } },
            context: { diagnostics: [] },
            newName: 'renamed',
          });
        expect(client.isRunning).toBe(true);
        expect(client.stderr, JSON.stringify(wrong)).toBe('');
      } finally {
        await client.kill();
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
