import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../docs/rules/', import.meta.url);

/** The page of a rule. */
export interface RulePage {
  readonly rule: string;
  readonly text: string;
}

/** A code block that a page marks as wrong or right; unmarked blocks (settings, commands) are left out. */
export interface CodeBlock {
  readonly mark: '❌' | '✅';
  readonly language: string;
  readonly code: string;
  /** 1-based line of the fence. */
  readonly line: number;
}

/** Every page in `docs/rules`. */
export function rulePages(): RulePage[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ rule: file.slice(0, -3), text: readFileSync(fileURLToPath(new URL(file, FOLDER)), 'utf8') }));
}

/**
 * Blocks below a mark: a paragraph or heading that begins with ❌ or ✅ holds for the blocks after it, up to the next
 * mark or heading. The generated head of a page uses the same signs and has no blocks.
 */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let mark: CodeBlock['mark'] | undefined;
  const lines = page.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const fence = /^```(\w*)/.exec(line);
    if (!fence) {
      const found = /^(?:#+ |[*_]*)?(❌|✅)/u.exec(line)?.[1];
      if (found !== undefined) mark = found as CodeBlock['mark'];
      else if (/^#+ /.test(line)) mark = undefined;
      continue;
    }
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`The block in line ${i + 1} does not end.`);
    if (mark !== undefined)
      blocks.push({ mark, language: fence[1] ?? '', code: lines.slice(i + 1, end).join('\n'), line: i + 1 });
    i = end;
  }
  return blocks;
}
