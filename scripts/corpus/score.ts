/** Lints what the judged lines refer to and adds up how the rules did. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ESLint } from 'eslint';
import { checkoutName, LINTABLE } from './checkouts.ts';
import { lintFile, type FileResult } from './lint.ts';
import { counts, isNear, judgeFile, type Finding, type Outcome } from './matching.ts';
import { lintPath, type Plan } from './plans.ts';
import type { JudgedRow } from './tables.ts';

/** Everything a scoring run needs; `openCheckout` gives the folder of a commit, or undefined. */
export interface ScoreInput {
  readonly rows: readonly JudgedRow[];
  readonly plans: readonly Plan[];
  readonly openCheckout: (repo: string, commit: string) => string | undefined;
  readonly createLinter: (dir: string, repo: string) => ESLint;
}

/** One linted file of a checkout. */
export interface LintedFile extends FileResult {
  readonly repo: string;
  readonly commit: string;
  readonly path: string;
  readonly dir: string;
}

/** Figures of one plan; `unread` rows have no checkout, no file or a file that does not parse. */
export interface PlanScore {
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly unread: readonly JudgedRow[];
}

/** The result of a run; `seconds` is wall-clock time of linting. */
export interface ScoreRun {
  readonly scores: readonly PlanScore[];
  readonly files: readonly LintedFile[];
  readonly seconds: number;
}

const fileKey = (repo: string, commit: string, path: string): string => `${checkoutName(repo, commit)}/${path}`;

/** Lints every file that a plan has rows in, once, and judges all plans on the findings. */
export async function score(input: ScoreInput): Promise<ScoreRun> {
  const relevant = input.rows.filter((row) => LINTABLE.test(row.path) && input.plans.some((plan) => counts(plan, row)));
  const started = performance.now();
  const files = new Map<string, LintedFile>();
  for (const commitRows of Map.groupBy(relevant, (row) => checkoutName(row.repo, row.commit)).values()) {
    const [first] = commitRows;
    const dir = first && input.openCheckout(first.repo, first.commit);
    if (first === undefined || dir === undefined) continue;
    const eslint = input.createLinter(dir, first.repo);
    for (const [path, [row = first]] of Map.groupBy(commitRows, ({ path }) => path)) {
      if (!existsSync(join(dir, path))) continue;
      const { repo, commit } = first;
      files.set(fileKey(repo, commit, path), {
        repo,
        commit,
        path,
        dir,
        ...(await lintFile(eslint, join(dir, path), join(dir, lintPath(row)))),
      });
    }
  }
  const seconds = (performance.now() - started) / 1000;
  return { scores: input.plans.map((plan) => judgePlan(plan, input.rows, files)), files: [...files.values()], seconds };
}

function judgePlan(plan: Plan, rows: readonly JudgedRow[], files: ReadonlyMap<string, LintedFile>): PlanScore {
  const outcomes: Outcome[] = [];
  const unread: JudgedRow[] = [];
  const own = rows.filter((row) => counts(plan, row));
  for (const [key, fileRows] of Map.groupBy(own, (row) => fileKey(row.repo, row.commit, row.path))) {
    const file = files.get(key);
    if (file === undefined || file.fatal !== undefined) unread.push(...fileRows);
    else outcomes.push(...judgeFile(plan, fileRows, file.findings));
  }
  return { plan, outcomes, unread };
}

/** Precision and recall of a score, NaN when nothing was reported or nothing should have been. */
export interface Figures {
  readonly found: number;
  readonly missed: number;
  readonly false: number;
  readonly silent: number;
  readonly precision: number;
  readonly recall: number;
}

/** Adds up outcomes. */
export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const cell = (name: Outcome['cell']): number => outcomes.filter((outcome) => outcome.cell === name).length;
  const found = cell('found');
  const missed = cell('missed');
  const wrong = cell('false');
  return {
    found,
    missed,
    false: wrong,
    silent: cell('silent'),
    precision: found / (found + wrong),
    recall: found / (found + missed),
  };
}

/** A finding on a line that no row of its rule's tables speaks about. */
export interface UnjudgedFinding extends Finding {
  readonly file: LintedFile;
}

/** Findings that the tables neither confirm nor deny; rows with any verdict count, also unsure ones. */
export function unjudgedFindings(
  files: readonly LintedFile[],
  rows: readonly JudgedRow[],
  plans: readonly Plan[],
): UnjudgedFinding[] {
  const rowsByFile = Map.groupBy(rows, (row) => fileKey(row.repo, row.commit, row.path));
  return files.flatMap((file) => {
    const fileRows = rowsByFile.get(fileKey(file.repo, file.commit, file.path)) ?? [];
    return file.findings
      .filter((finding) => !fileRows.some((row) => isNear(finding, row.line) && speaksFor(plans, row, finding)))
      .map((finding) => ({ ...finding, file }));
  });
}

function speaksFor(plans: readonly Plan[], row: JudgedRow, finding: Finding): boolean {
  return plans.some((plan) => plan.table === row.table && plan.takes(row) && plan.rules.includes(finding.rule));
}
