import type { Node } from './ast.ts';
import type { ModuleHost } from './host.ts';
import type { Module } from './module.ts';
import type { Settings } from './settings.ts';
import type { Value } from './value.ts';

/** What a collector works with: one file, the workspace behind it, and the evaluator. */
export interface AnalysisContext {
  readonly module: Module;
  readonly host: ModuleHost;
  readonly settings: Settings;
  /** Value of an expression of any module of the workspace (default: this one), outside any particular call. */
  readonly evaluate: (node: Node, module?: Module) => Value;
  /** The module behind a workspace path. */
  readonly moduleAt: (path: string) => Module | undefined;
}
