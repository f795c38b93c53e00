import type { Report } from './format-stylish.ts';
import { relativePath } from './select-files.ts';

/** Annotations of GitHub Actions: workflow commands, one line per finding. */
export function formatGithub({ root, results, skipped }: Report): string {
  const lines = results.flatMap(({ filePath, messages }) =>
    messages.map((m) => {
      const properties = {
        file: relativePath(root, filePath),
        line: m.line,
        endLine: m.endLine,
        col: m.column,
        endColumn: m.endColumn,
        title: m.ruleId,
      };
      return command(m.severity === 2 ? 'error' : 'warning', properties, m.message);
    }),
  );
  for (const { filePath, reason } of skipped)
    lines.push(command('notice', { file: relativePath(root, filePath), title: 'telint' }, `Not checked: ${reason}.`));
  return lines.map((line) => `${line}\n`).join('');
}

function command(name: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${name} ${list.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
