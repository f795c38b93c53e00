import { createRequire } from 'node:module';
import type * as morph from 'ts-morph';
import type { TextRange } from '../findings.ts';
import { styleOf, type Style } from './style.ts';

/** The TypeScript API that ts-morph carries. */
export type Ts = typeof morph.ts;
/** A node of TypeScript's tree. */
export type TsNode = morph.ts.Node;
/** A function with a body in TypeScript's tree. */
export type TsFunction = morph.ts.FunctionLikeDeclaration & { readonly body: morph.ts.ConciseBody };

/** One file under edit: its TypeScript tree, with comments and tokens at their places, and its style. */
export interface Sheet {
  readonly ts: Ts;
  readonly path: string;
  readonly text: string;
  readonly source: morph.ts.SourceFile;
  readonly fn: TsFunction;
  readonly style: Style;
}

let loaded: { readonly ts: Ts; readonly project: morph.Project } | undefined;

/** ts-morph takes more than 100 ms to load: only who edits pays for it. */
function load(): { readonly ts: Ts; readonly project: morph.Project } {
  if (loaded) return loaded;
  const { Project, ts } = createRequire(import.meta.url)('ts-morph') as typeof morph;
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    compilerOptions: { allowJs: true },
  });
  loaded = { ts, project };
  return loaded;
}

/** Opens a file at the function with a body; undefined where TypeScript reads the file otherwise. */
export function openSheet(file: { readonly path: string; readonly text: string }, body: TextRange): Sheet | undefined {
  const { ts, project } = load();
  const extension = /\.[cm]?[jt]sx?$/.exec(file.path)?.[0] ?? '.ts';
  const opened = project.createSourceFile(`/sheet${extension}`, file.text, {
    overwrite: true,
  });
  const source = opened.compilerNode;
  const fn = source.text === file.text ? functionOf(ts, source, body) : undefined;
  // the compiler node outlives the wrapper; without this every file ever edited would stay in memory
  opened.forget();
  return fn && { ts, path: file.path, text: file.text, source, fn, style: styleOf(file.path, file.text) };
}

function functionOf(ts: Ts, source: morph.ts.SourceFile, body: TextRange): TsFunction | undefined {
  let found: TsFunction | undefined;
  const visit = (node: TsNode): void => {
    if (node.pos > body.start || node.end < body.end) return;
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const fn = node as unknown as TsFunction;
      if (fn.body.getStart(source) <= body.start && fn.body.end >= body.end) found = fn;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Visits the nodes below `root` that run in its frame: nested functions and classes are visited, not entered. */
export function eachOwn(ts: Ts, root: TsNode, visit: (node: TsNode) => void): void {
  const step = (node: TsNode): void => {
    visit(node);
    if (!ts.isFunctionLike(node) && !ts.isClassLike(node)) ts.forEachChild(node, step);
  };
  ts.forEachChild(root, step);
}

/** Visits every node below `root`. */
export function eachBelow(ts: Ts, root: TsNode, visit: (node: TsNode) => void): void {
  const step = (node: TsNode): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  ts.forEachChild(root, step);
}
