/** Figures of the tables about names and values alone, which no source file is needed for. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRoot } from '../lib/paths.ts';

const SCRIPT = inRoot('scripts/corpus-names.ts');

/** What the score of names and values printed, as text for the terminal and for a Markdown document. */
export interface NameScores {
  readonly text: string;
  readonly markdown: string;
  readonly json: unknown;
}

/** Runs the score of names and values on a corpus folder; undefined when there is no such script. */
export async function scoreNames(corpusDir: string): Promise<NameScores | undefined> {
  if (!existsSync(SCRIPT)) return undefined;
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, '--corpus', corpusDir], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The score of names and values failed.\n${stderr}`);
  return { text: stdout.trimEnd(), markdown: `\`\`\`text\n${stdout.trimEnd()}\n\`\`\``, json: stdout };
}
