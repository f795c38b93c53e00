import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from './command.ts';
import { withCounts, type Message, type Result } from './results.ts';
import { relativePath } from './select-files.ts';
import { writeOut } from './write-out.ts';

/** Name of ESLint's file of suppressions, which Telint shares. */
export const SUPPRESSIONS_FILE = 'eslint-suppressions.json';

/** Number of known errors by file and rule: the shape of ESLint's file. */
export type Suppressions = Record<string, Record<string, { count: number }>>;

/** Known errors of a project: ESLint's own file and semantics, limited to the rules of Telint. */
export class Baseline {
  readonly path: string;
  readonly #root: string;
  readonly #known: Suppressions;

  /** Reads the file; throws a usage error where it is asked for and cannot be read. `location`: a file, or a folder that has it. */
  constructor(root: string, location: string | undefined, create: boolean) {
    this.#root = root;
    const given = location === undefined ? undefined : resolve(root, location);
    const isFolder = given !== undefined && statSync(given, { throwIfNoEntry: false })?.isDirectory();
    this.path = given === undefined ? join(root, SUPPRESSIONS_FILE) : isFolder ? join(given, SUPPRESSIONS_FILE) : given;
    if (given !== undefined && !create && !existsSync(this.path))
      throw new UsageError(`--suppressions-location: ${this.path} does not exist. Create it with --suppress-all.`);
    this.#known = existsSync(this.path) ? read(this.path) : {};
  }

  /** Findings that are known move out of the way; a file with more of a rule than is known shows them all, as in ESLint. */
  apply(results: readonly Result[]): { readonly results: readonly Result[]; readonly unused: number } {
    let unused = 0;
    const applied = results.map((result) => {
      const known = this.#known[relativePath(this.#root, result.filePath)];
      if (!known) return result;
      const counts = countErrors(result.messages);
      const isKnown = (m: Message): boolean => (counts.get(m.ruleId) ?? 0) <= (known[m.ruleId]?.count ?? -1);
      for (const [rule, { count }] of Object.entries(known))
        if (isOwn(rule)) unused += Math.max(0, count - (counts.get(rule) ?? 0));
      return withCounts({
        filePath: result.filePath,
        messages: result.messages.filter((m) => !isKnown(m)),
        suppressedMessages: result.messages
          .filter(isKnown)
          .map((m) => ({ ...m, suppressions: [{ kind: 'file' as const, justification: '' }] })),
      });
    });
    return { results: applied, unused };
  }

  /** Takes all errors of the results in. */
  suppressAll(results: readonly Result[]): void {
    for (const { filePath, messages } of results) {
      const counts = countErrors(messages);
      if (counts.size === 0) continue;
      const file = (this.#known[relativePath(this.#root, filePath)] ??= {});
      for (const [rule, count] of counts) file[rule] = { count };
    }
    this.#save();
  }

  /** Lowers what was known to what is still there; entries of other tools stay. */
  prune(results: readonly Result[]): void {
    for (const { filePath, messages } of results) {
      const key = relativePath(this.#root, filePath);
      const known = this.#known[key];
      if (!known) continue;
      const counts = countErrors(messages);
      for (const [rule, { count }] of Object.entries(known))
        if (isOwn(rule)) put(known, rule, Math.min(count, counts.get(rule) ?? 0));
    }
    for (const [file, known] of Object.entries(this.#known)) {
      const isGone = !existsSync(join(this.#root, file));
      for (const rule of Object.keys(known)) if (isGone && isOwn(rule)) put(known, rule, 0);
      if (Object.keys(known).length === 0) Reflect.deleteProperty(this.#known, file);
    }
    this.#save();
  }

  #save(): void {
    writeOut('--suppressions-location', this.path, `${JSON.stringify(sorted(this.#known), undefined, 2)}\n`);
  }
}

function isOwn(rule: string): boolean {
  return rule.startsWith('telint/');
}

function put(known: Record<string, { count: number }>, rule: string, count: number): void {
  if (count > 0) known[rule] = { count };
  else Reflect.deleteProperty(known, rule);
}

function read(path: string): Suppressions {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${(error as Error).message}. Restore it, or delete it and run --suppress-all.`,
    );
  }
  if (!isSuppressions(value))
    throw new UsageError(`${path} must map files to rules to { "count": number }, as ESLint writes it.`);
  return value;
}

function isSuppressions(value: unknown): value is Suppressions {
  const isRecord = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v);
  return (
    isRecord(value) &&
    Object.values(value).every(
      (file) => isRecord(file) && Object.values(file).every((r) => isRecord(r) && typeof r['count'] === 'number'),
    )
  );
}

function sorted(suppressions: Suppressions): Suppressions {
  const byKey = <T>(record: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  return byKey(Object.fromEntries(Object.entries(suppressions).map(([file, rules]) => [file, byKey(rules)])));
}

/** Warnings are not suppressed: they fail nothing. */
function countErrors(messages: readonly Message[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { ruleId, severity } of messages) if (severity === 2) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  return counts;
}
