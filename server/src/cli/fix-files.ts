import { readFileSync, writeFileSync } from 'node:fs';
import type { Runner } from '../runner.ts';
import { editsOf, safeFixes, withEdits } from '../safe-fixes.ts';
import type { Io } from './io.ts';
import type { ConfigScopes } from './config-scopes.ts';
import { Progress } from './progress.ts';
import { selectFiles } from './select-files.ts';

/** A fix can make room for another one; ESLint gives up after as many rounds. */
const ROUNDS = 10;

/** Applies the safe fixes to the files that the arguments name; answers how many findings that repaired. */
export function fixFiles(runner: Runner, args: readonly string[], io: Io, scopes: ConfigScopes): number {
  const files = selectFiles(runner, args, true).filter((path) => !scopes.isIgnored(path));
  const progress = new Progress(io);
  let repaired = 0;
  for (const [i, path] of files.entries()) {
    progress.step('Fixing file', i + 1, files.length);
    repaired += fixFile(scopes.of(path), path);
  }
  progress.done();
  if (repaired > 0) runner.settle();
  return repaired;
}

function fixFile(runner: Runner, path: string): number {
  const before = runner.workspace.text(path);
  let text = before ?? '';
  let repaired = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { findings, error } = lint(runner, path);
    const fixes = error === undefined ? safeFixes(findings) : [];
    if (fixes.length === 0) break;
    repaired += fixes.length;
    text = withEdits(text, editsOf(fixes));
    runner.update(path, text);
  }
  if (before === undefined || text === before) return 0;
  if (save(path, before, text)) return repaired;
  runner.update(path);
  return 0;
}

/** What a rule cannot cope with is named by the check that follows. */
function lint(runner: Runner, path: string): ReturnType<Runner['lint']> {
  try {
    return runner.lint(path);
  } catch {
    return { path, findings: [], error: 'cannot be analysed' };
  }
}

/** Writes a text where the file still is what was read, byte by byte: what is no UTF-8 would not survive. */
function save(path: string, before: string, after: string): boolean {
  const bytes = readFileSync(path);
  const mark = bytes.subarray(0, 3).equals(Buffer.from('\uFEFF')) && !before.startsWith('\uFEFF') ? '\uFEFF' : '';
  if (!bytes.equals(Buffer.from(mark + before))) return false;
  writeFileSync(path, mark + after);
  return true;
}
