/** Figures of the tables about names and values alone, which no linter run is needed for. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { inRoot } from '../lib/paths.ts';

const SCRIPT = inRoot('scripts/corpus-names.ts');

/** Runs the score of names and values and returns what it prints; undefined without that script or without mirrors. */
export function scoreNames(corpusDir: string, mirrors: string | undefined): string | undefined {
  if (mirrors === undefined || !existsSync(SCRIPT)) return undefined;
  const args = [SCRIPT, '--corpus', resolve(corpusDir), '--mirrors', resolve(mirrors)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`The score of names and values failed.\n${stderr}`);
  return stdout.trim();
}
