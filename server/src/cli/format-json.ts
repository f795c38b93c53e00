import type { Report } from './format-stylish.ts';

/** ESLint's array of results, one object per file that was checked or could not be; `docs/cli.md` describes the fields. */
export function formatJson({ results, skipped }: Report): string {
  const broken = skipped.map(({ filePath, reason }) => ({
    filePath,
    messages: [],
    suppressedMessages: [],
    errorCount: 0,
    warningCount: 0,
    notChecked: reason,
  }));
  return `${JSON.stringify([...results, ...broken])}\n`;
}
