/** Reads the tables of judged lines: references to public code with a verdict, no code inside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One judged line; `line` is 1-based and may be empty when the case is about a whole file. */
export interface JudgedRow {
  readonly table: string;
  readonly repo: string;
  readonly commit: string;
  readonly path: string;
  readonly line: number;
  /** Label or attribute key as it stands in the code; may be a quoted literal or an expression. */
  readonly key: string;
  /** The kind of place: attribute write, span end, publish …, or the category of a published case. */
  readonly kind: string;
  readonly verdict: string;
  /** The verdict a judge leaned to when unsure; empty where the table has none. */
  readonly lean: string;
  readonly reason: string;
}

/** Tables that refer to program text, with the name of the column that says what kind of place a row is. */
export const CODE_TABLES = {
  'metric-labels': 'flow',
  'span-attributes': 'kind',
  'span-lifecycle': 'kind',
  'published-cases': 'rule-category',
} as const;

/** Name of a table of judged program lines, without its extension. */
export type CodeTable = keyof typeof CODE_TABLES;

/** Reads a tab-separated file with a header line into one record per row. */
function readTsv(file: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const columns = header.split('\t');
  return lines.map((line) =>
    Object.fromEntries(line.split('\t').map((cell, index) => [columns[index] ?? String(index), cell])),
  );
}

/** Reads one table of judged lines from the corpus folder. */
export function readJudgedRows(corpusDir: string, table: CodeTable): JudgedRow[] {
  const kindColumn = CODE_TABLES[table];
  return readTsv(join(corpusDir, `${table}.tsv`)).map((row) => ({
    table,
    repo: row['repo'] ?? '',
    commit: row['commit'] ?? '',
    path: row['path'] ?? '',
    line: Number(row['line'] || Number.NaN),
    key: row['label_key'] ?? row['key'] ?? '',
    kind: row[kindColumn] ?? '',
    verdict: row['verdict'] ?? row['expected'] ?? '',
    lean: row['lean'] ?? '',
    reason: row['reason'] ?? row['note'] ?? '',
  }));
}
