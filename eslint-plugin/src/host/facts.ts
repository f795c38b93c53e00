import { relative } from 'node:path';
import { analyze, type FileFacts } from '../analysis/analyze.ts';
import type { TSESTree } from '../analysis/ast.ts';
import { isolatedHost, type ModuleHost } from '../analysis/host.ts';
import type { Settings } from '../analysis/settings.ts';
import { mayMatter } from './prefilter.ts';
import { setFallbackParser } from './parse.ts';
import { readSettings } from './settings.ts';
import { typeOracleOf } from './type-oracle.ts';
import { isTestPath, Workspace, workspaceRoot } from './workspace.ts';

/** What a rule's context must offer; ESLint and oxlint contexts do. */
export interface FactContext {
  readonly filename: string;
  readonly cwd: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sourceCode: { readonly ast: unknown; readonly text: string; readonly parserServices?: unknown };
  readonly languageOptions?: { readonly parser?: unknown; readonly parserOptions?: unknown };
}

interface Entry {
  readonly settings: Settings;
  readonly facts: FileFacts | undefined;
}

const workspaces = new Map<string, Workspace>();
const cache = new WeakMap<object, Entry>();

/** Facts of the file that a rule looks at; undefined when nothing in it can matter. Computed once for all rules. */
export function factsOf(context: FactContext): FileFacts | undefined {
  const ast = context.sourceCode.ast as object;
  let entry = cache.get(ast);
  if (!entry) {
    entry = make(context);
    cache.set(ast, entry);
  }
  return entry.facts;
}

function make(context: FactContext): Entry {
  const settings = readSettings(context.settings['telint']);
  const { text } = context.sourceCode;
  const host =
    settings.crossFile === 'off' ? withTypes(isolatedHost, context, settings) : workspaceHost(context, settings);
  if (isTestPath(relative(context.cwd, context.filename)) || !mayMatter(text, host, settings))
    return { settings, facts: undefined };
  return {
    settings,
    facts: analyze({ path: context.filename, text, ast: context.sourceCode.ast as TSESTree.Program }, host, settings),
  };
}

function workspaceHost(context: FactContext, settings: Settings): ModuleHost {
  let workspace = workspaces.get(context.cwd);
  if (!workspace || workspace.refresh()) {
    workspace = new Workspace(workspaceRoot(context.cwd));
    workspaces.set(context.cwd, workspace);
  }
  useFallbackParser(context);
  return withTypes(workspace, context, settings);
}

/** The same host with type information of the file under lint. */
function withTypes(host: ModuleHost, context: FactContext, settings: Settings): ModuleHost {
  const types = settings.types ? typeOracleOf(context.sourceCode.parserServices) : undefined;
  if (!types) return host;
  return {
    types,
    parse: (path) => host.parse(path),
    resolve: (specifier, from) => host.resolve(specifier, from),
    mentioning: (words, options) => host.mentioning(words, options),
    project: (path) => host.project(path),
  };
}

function useFallbackParser(context: FactContext): void {
  const parser = context.languageOptions?.parser as
    { parseForESLint?: (text: string, options: object) => { ast: TSESTree.Program } } | undefined;
  const parse = parser?.parseForESLint;
  if (parse)
    setFallbackParser(
      (path, text) =>
        parse.call(parser, text, { filePath: path, range: true, loc: false, ecmaFeatures: { jsx: /x$/.test(path) } })
          .ast,
    );
}
