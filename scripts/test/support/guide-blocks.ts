/** A fenced block of a guide. */
export interface GuideBlock {
  readonly line: number;
  readonly language: string;
  /** Words after the language: `exit=1`, `server`, `quick-fix`. */
  readonly flags: readonly string[];
  /** Path that its first line names in a comment (`// src/app.ts`, `# .gitlab-ci.yml`, `+++ src/app.ts`). */
  readonly file: string | undefined;
  /** The block without the line that names the file. */
  readonly text: string;
}

const FILE_LINE = /^(?:\/\/|#|\+\+\+) (\.?[\w-][\w./-]*\.\w+)\n/;

/** Fenced blocks of a page, in order. */
export function guideBlocks(markdown: string): GuideBlock[] {
  return [...markdown.matchAll(/^```(\w+)([^\n]*)\n([^]*?)^```$/gm)].map((match) => {
    const [, language = '', flags = '', body = ''] = match;
    const file = FILE_LINE.exec(body);
    return {
      line: markdown.slice(0, match.index).split('\n').length + 1,
      language,
      flags: flags.split(' ').filter((flag) => flag !== ''),
      file: file?.[1],
      text: file ? body.slice(file[0].length) : body,
    };
  });
}

/** Applies a `diff` block: what it keeps and takes away must stand in the text once, as it is. */
export function applyDiff(text: string, diff: string): string {
  const lines = diff.replace(/\n$/, '').split('\n');
  const side = (other: string): string =>
    lines.flatMap((line) => (line.startsWith(other) ? [] : [`${line.slice(1)}\n`])).join('');
  const parts = text.split(side('+'));
  if (parts.length !== 2) throw new Error(`The diff fits ${String(parts.length - 1)} times:\n${diff}`);
  return parts.join(side('-'));
}

/** Lines of a `text` block that the output has no match for; `…` stands for anything. */
export function missingLines(expected: string, output: string): string[] {
  return expected
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .filter((line) => {
      const pattern = line
        .split('…')
        .map((part) => part.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&'))
        .join('.*');
      return !new RegExp(pattern).test(output);
    });
}
