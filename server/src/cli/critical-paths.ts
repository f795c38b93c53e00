import { relative } from 'node:path';
import type { HandlerFact } from '../../../eslint-plugin/src/analysis/handler-facts.ts';
import { isTestPath } from '../../../eslint-plugin/src/host/listing.ts';
import type { Runner } from '../runner.ts';
import { LinesOf } from './results.ts';
import { relativePath } from './select-files.ts';

/** A critical path: a function that a framework calls, and what is known of its telemetry. */
export interface CriticalPath {
  readonly kind: HandlerFact['kind'];
  readonly framework: string;
  readonly name: string;
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly span: HandlerFact['span'];
  readonly metric: HandlerFact['metric'];
  /** Lines of code from the registration on, of those without a span. */
  readonly excerpt: readonly string[];
}

/** Share of critical paths with a span, and how many have a metric. */
export interface Share {
  readonly paths: number;
  readonly withSpan: number;
  readonly withMetric: number;
  /** Percent with one decimal, rounded down; 100 where there is no path. */
  readonly percent: number;
}

/** What `telint coverage` reports. */
export interface Coverage {
  readonly total: Share;
  readonly byKind: Readonly<Record<string, Share>>;
  readonly byFile: Readonly<Record<string, Share>>;
  /** Probes and scrapes (`/healthz`, `/metrics`), which do not count. */
  readonly probes: number;
  readonly paths: readonly CriticalPath[];
}

const EXCERPT_LINES = 6;

/** Critical paths of the given files. */
export function coverageOf(
  runner: Runner,
  files: readonly string[],
  progress?: (done: number, total: number) => void,
): Coverage {
  const facts = new Map<string, HandlerFact>();
  for (const [i, file] of files.entries()) {
    progress?.(i + 1, files.length);
    for (const handler of handlersOf(runner, file)) facts.set(`${handler.path}:${handler.range.start}`, handler);
  }
  const lines = new LinesOf((path) => runner.workspace.text(path));
  const all = [...facts.values()].filter((f) => !isTestPath(relative(runner.root, f.path)));
  const paths = all.filter((f) => !f.probe).map((fact) => pathOf(fact, runner.root, lines));
  paths.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
  return {
    total: shareOf(paths),
    byKind: sharesBy(paths, (p) => p.kind),
    byFile: sharesBy(paths, (p) => p.file),
    probes: all.length - paths.length,
    paths,
  };
}

/** A file that cannot be analysed has no handlers: the report is about the others. */
function handlersOf(runner: Runner, file: string): readonly HandlerFact[] {
  try {
    return runner.handlers(file);
  } catch {
    return [];
  }
}

function pathOf(fact: HandlerFact, root: string, lines: LinesOf): CriticalPath {
  const text = lines.of(fact.path);
  const { line, column } = text.positionAt(fact.range.start);
  return {
    kind: fact.kind,
    framework: fact.framework,
    name: fact.name,
    file: relativePath(root, fact.path),
    line,
    column,
    span: fact.span,
    metric: fact.metric,
    excerpt: fact.span
      ? []
      : Array.from({ length: Math.min(EXCERPT_LINES, text.count - line + 1) }, (_, i) => text.line(line + i)),
  };
}

function shareOf(paths: readonly CriticalPath[]): Share {
  const withSpan = paths.filter((p) => p.span).length;
  const percent = paths.length === 0 ? 100 : Math.floor((withSpan / paths.length) * 1000) / 10;
  return { paths: paths.length, withSpan, withMetric: paths.filter((p) => p.metric).length, percent };
}

function sharesBy(paths: readonly CriticalPath[], keyOf: (path: CriticalPath) => string): Record<string, Share> {
  const groups = Map.groupBy(paths, keyOf);
  return Object.fromEntries(
    [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, list]) => [key, shareOf(list)]),
  );
}
