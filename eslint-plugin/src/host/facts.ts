import { relative } from 'node:path';
import { analyze, type FileFacts } from '../analysis/analyze.ts';
import type { TSESTree } from '../analysis/ast.ts';
import { isolatedHost, type ModuleHost, type TypeOracle } from '../analysis/host.ts';
import { mayMatter } from './prefilter.ts';
import { setFallbackParser } from './parse.ts';
import { readSettings } from './settings.ts';
import { typeOracleOf } from './type-oracle.ts';
import { isTestPath } from './listing.ts';
import { Workspace } from './workspace.ts';
import { workspaceRoot } from './workspace-root.ts';

/** What a rule's context must offer; ESLint and oxlint contexts do. */
export interface FactContext {
  readonly filename: string;
  readonly cwd: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sourceCode: { readonly ast: unknown; readonly text: string; readonly parserServices?: unknown };
  readonly languageOptions?: { readonly parser?: unknown; readonly parserOptions?: unknown };
}

/** A host whose type answers are those of the file under lint. */
type Host = ModuleHost & { types?: TypeOracle | undefined };

interface Entry {
  readonly host: Host;
  readonly types: TypeOracle | undefined;
  readonly facts: FileFacts | undefined;
}

const workspaces = new Map<string, Workspace>();
const alone: Host = { ...isolatedHost };
const cache = new WeakMap<object, Entry>();

/** Facts of the file that a rule looks at; undefined when nothing in it can matter. Computed once for all rules. */
export function factsOf(context: FactContext): FileFacts | undefined {
  const ast = context.sourceCode.ast as object;
  let entry = cache.get(ast);
  if (!entry) {
    entry = make(context);
    cache.set(ast, entry);
  }
  // One host serves all files, so that what was found is kept; the types are those of the file at hand.
  entry.host.types = entry.types;
  return entry.facts;
}

function make(context: FactContext): Entry {
  const settings = readSettings(context.settings['telint']);
  const { text } = context.sourceCode;
  const host: Host = settings.crossFile === 'off' ? alone : workspaceOf(context);
  const types = settings.types ? typeOracleOf(context.sourceCode.parserServices) : undefined;
  if (isTestPath(relative(context.cwd, context.filename)) || !mayMatter(text, host, settings))
    return { host, types, facts: undefined };
  const file = { path: context.filename, text, ast: context.sourceCode.ast as TSESTree.Program };
  // Types are asked for nodes of the linter's own tree, and what they told holds for this run alone.
  if (types || !(host instanceof Workspace)) return { host, types, facts: analyze(file, host, settings) };
  const known = host.known(file.path, text);
  if (!known) host.offer(file);
  return { host, types, facts: analyze(known ?? file, host, settings) };
}

const runs = new WeakSet<object>();

/** A configuration object that was not seen before: another run, perhaps after files have changed. */
function isNewRun({ languageOptions }: FactContext): boolean {
  if (!languageOptions || runs.has(languageOptions)) return false;
  runs.add(languageOptions);
  return true;
}

function workspaceOf(context: FactContext): Workspace {
  const newRun = isNewRun(context);
  if (newRun) useFallbackParser(context);
  let workspace = workspaces.get(context.cwd);
  if (!workspace || workspace.refresh(newRun)) {
    workspace = new Workspace(workspaceRoot(context.cwd));
    workspaces.set(context.cwd, workspace);
  }
  return workspace;
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
