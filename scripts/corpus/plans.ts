/** What is scored: which judged lines a rule answers for, and what is known of other tools on the same question. */
import { basename } from 'node:path';
import type { CodeTable, JudgedRow } from './tables.ts';

/** One score: the rows it takes, the verdicts that should and should not be reported, and the rules that count as a report. */
export interface Plan {
  readonly id: string;
  readonly title: string;
  readonly table: CodeTable;
  /** Rule names without the prefix of the plugin. */
  readonly rules: readonly string[];
  readonly bad: readonly string[];
  readonly ok: readonly string[];
  /** Takes the verdict a judge leaned to where it was unsure. */
  readonly lean?: boolean;
  readonly takes: (row: JudgedRow) => boolean;
  /** Lines of tolerance around a finding; 1 when absent. */
  readonly near?: number;
  /** What simpler methods reach on these rows, with the origin of the figure. */
  readonly peers?: string;
}

const JUDGES = 'measured when the rows were judged';
const JS_FILE = /\.[cm]?[jt]sx?$/;
/** Suites of test cases that other linters publish, by the repository that holds them. */
const SUITES: ReadonlyMap<string, string> = new Map([
  ['microsoft/codeql', 'CodeQL'],
  ['Bearer/bearer-rules', 'Bearer'],
  ['Bearer/bearer', 'Bearer'],
  ['semgrep/semgrep-rules', 'semgrep'],
  ['SonarSource/SonarJS', 'SonarJS'],
]);

const SPAN_PII = ['no-pii-in-span-attributes', 'no-pii-in-baggage'];
/** Every rule about person data: for sinks that may belong to one rule or another (error trackers, events). */
const ANY_PII = [...SPAN_PII, 'no-pii-in-logs', 'no-pii-in-metric-labels'];

/** Rules that answer for the categories of published cases; a category that is absent here is not a matter of one source file. */
const CATEGORY_RULES: ReadonlyMap<string, readonly string[]> = new Map([
  ['unbounded-label', ['no-unbounded-metric-labels']],
  ['unbounded-label(wrapper)', ['no-unbounded-metric-labels']],
  ['unbounded-attr(error.type=message)', ['no-unbounded-metric-labels']],
  ['unbounded-span-name', ['no-unbounded-span-names']],
  ['pii-in-span', SPAN_PII],
  ['pii-in-log', ['no-pii-in-logs']],
  ['secret-in-log', ['no-pii-in-logs']],
  ['pii-in-metric-event', ANY_PII],
  ['pii-in-error-tracker', ANY_PII],
  ['pii-in-apm-attribute', ANY_PII],
  ['span-end(js)', ['require-span-end']],
  ['span-double-end(js)', ['require-span-end']],
  ['span-floating-active-callback(js)', ['require-span-end']],
  ['context-propagation(queue producer)', ['require-context-propagation']],
  ['context-propagation(queue consumer)', ['require-context-propagation']],
]);

/** Scores over lines of real services, judged by reading the code. */
const TABLE_PLANS: readonly Plan[] = [
  {
    id: 'metric-labels',
    title: 'Metric labels',
    table: 'metric-labels',
    rules: ['no-unbounded-metric-labels'],
    bad: ['unbounded'],
    ok: ['bounded'],
    takes: () => true,
    peers: `name patterns: precision 0.50–0.90 at recall 0.31–0.53 (${JUDGES})`,
  },
  {
    id: 'metric-labels-lean',
    title: 'Metric labels, with the unsure ones as the judge leaned',
    table: 'metric-labels',
    rules: ['no-unbounded-metric-labels'],
    bad: ['unbounded'],
    ok: ['bounded'],
    lean: true,
    takes: () => true,
  },
  {
    id: 'span-attributes',
    title: 'Person data and secrets in span attributes and baggage',
    table: 'span-attributes',
    rules: SPAN_PII,
    bad: ['pii'],
    ok: ['ok'],
    takes: () => true,
    peers: `a lexicon tuned on these rows: precision 0.90 at recall 0.90; the same on other repositories: 0.80 at 0.77 (${JUDGES})`,
  },
  {
    id: 'span-attributes-exact',
    title: 'Person data and secrets in span attributes and baggage, finding and row on the same line',
    table: 'span-attributes',
    rules: SPAN_PII,
    bad: ['pii'],
    ok: ['ok'],
    near: 0,
    takes: () => true,
    peers: `a lexicon tuned on these rows: precision 0.90 at recall 0.90; the same on other repositories: 0.80 at 0.77 (${JUDGES})`,
  },
  {
    id: 'span-end',
    title: 'Spans that are not ended',
    table: 'span-lifecycle',
    rules: ['require-span-end'],
    bad: ['bad'],
    ok: ['ok'],
    takes: (row) => row.kind === 'span-end',
    peers: `"no end() in a finally" by method name: precision 0.15 (${JUDGES})`,
  },
  {
    id: 'propagation',
    title: 'Context propagation over queues and other carriers',
    table: 'span-lifecycle',
    rules: ['require-context-propagation'],
    bad: ['bad'],
    ok: ['ok'],
    takes: (row) => /^(?:publish|consume|extract|inject)$/.test(row.kind),
  },
  lifecyclePlan('span-errors', 'Errors that a span does not record', 'record-error', 'require-span-error'),
  lifecyclePlan('span-activation', 'Spans that are never activated', 'span-activate', 'require-active-span'),
  lifecyclePlan('sdk-order', 'SDK started after the modules it must patch', 'sdk-order', 'require-telemetry-first'),
];

function lifecyclePlan(id: string, title: string, kind: string, rule: string): Plan {
  return {
    id,
    title,
    table: 'span-lifecycle',
    rules: [rule],
    bad: ['bad'],
    ok: ['ok'],
    takes: (row) => row.kind === kind,
  };
}

function suiteOf(row: JudgedRow): string {
  return SUITES.get(row.repo) ?? 'Fixes';
}

function publishedPlan(suite: string, category: string, rules: readonly string[]): Plan {
  const title = suite === 'Fixes' ? `Real fixes: ${category}` : `Test suite of ${suite}: ${category}`;
  return {
    id: `${suite.toLowerCase()}:${category}`,
    title,
    table: 'published-cases',
    rules,
    bad: ['bad'],
    ok: ['ok'],
    takes: (row) => suiteOf(row) === suite && row.kind === category && JS_FILE.test(row.path),
    // Suites put a case on every line.
    ...(suite === 'Fixes' ? {} : { near: 0 }),
  };
}

/** True for a repository whose rows are the test suite of another linter. */
export function isSuite(repo: string): boolean {
  return SUITES.has(repo);
}

/**
 * The path under which a row's file is linted. The suites of other linters stand in test folders, where rules are silent
 * on purpose, so their files are linted as sources.
 */
export function lintPath(row: JudgedRow): string {
  return isSuite(row.repo) ? `src/${basename(row.path)}` : row.path;
}

/** Every score there is for these rows; published cases get one per origin and category. */
export function plansFor(rows: readonly JudgedRow[]): Plan[] {
  const published = rows.filter((row) => row.table === 'published-cases' && JS_FILE.test(row.path));
  const pairs = new Set(published.map((row) => `${suiteOf(row)}\t${row.kind}`));
  const publishedPlans = [...pairs].flatMap((pair) => {
    const [suite = '', category = ''] = pair.split('\t');
    const rules = CATEGORY_RULES.get(category);
    return rules === undefined ? [] : [publishedPlan(suite, category, rules)];
  });
  return [...TABLE_PLANS, ...publishedPlans];
}

/** Why no score takes a row, for the list of what is not covered; undefined when one does. */
export function notCoveredBecause(row: JudgedRow, plans: readonly Plan[]): string | undefined {
  if (plans.some((plan) => plan.table === row.table && plan.takes(row))) return undefined;
  if (row.table === 'published-cases') {
    if (row.kind.includes('advisory') || row.kind.includes('optional')) return 'advisory or optional';
    if (/^(?:name-classifier|attr-key-sensitive|secret-literal-value)/.test(row.kind))
      return 'scored as names and values';
    if (/\.(?:go|py|rs|swift)$/.test(row.path)) return 'written in another language';
    return 'a matter of a table or a query, or of no rule';
  }
  return 'no rule for this kind';
}
