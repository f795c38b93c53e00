import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import * as propagation from '../src/propagation.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const page = readFileSync(path('../docs/propagation.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

it('every example of the documentation compiles with the real types of its library', () => {
  expect(blocks.length).toBeGreaterThan(10);
  const files = new Map(blocks.map((text, i) => [path(`./docs-block-${i}.ts`), `${text}\nexport {};\n`]));
  const base = ts.readConfigFile(path('../../tsconfig.base.json'), (name) => ts.sys.readFile(name)).config as {
    compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson(base.compilerOptions, path('..'));
  const host = ts.createCompilerHost({ ...options, paths: {} });
  const [readFile, fileExists] = [host.readFile.bind(host), host.fileExists.bind(host)];
  const getSourceFile = host.getSourceFile.bind(host);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ESNext);
  };
  const program = ts.createProgram(
    [...files.keys()],
    {
      ...options,
      noEmit: true,
      noUnusedLocals: false,
      paths: { '@telint/runtime/propagation': [path('../src/propagation.ts')] },
    },
    host,
  );
  const problems = [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  expect(
    problems.map(
      ({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    ),
  ).toEqual([]);
}, 60_000);

it('every exported function is in the documentation', () => {
  expect(Object.keys(propagation).filter((name) => !page.includes(name))).toEqual([]);
});
