import type { FileQuestions } from './batch.ts';
import { withoutMark } from './node-at.ts';

/** Texts that count in place of those on disk: what an editor shows, and what the places were found in. */
export function overlayOf(
  files: readonly FileQuestions[],
  open: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const shown = [...Object.entries(open), ...files.map(({ path, text }) => [path, text] as const)];
  return Object.fromEntries(shown.map(([path, text]) => [path, withoutMark(text)]));
}
