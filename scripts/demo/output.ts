import { styleText } from 'node:util';

/** Columns that the output keeps to, apart from code that cannot be broken. */
export const WIDTH = 100;

type Style = Parameters<typeof styleText>[0];

/** Text in a colour, where the terminal shows colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Writes lines to standard output. */
export function print(...lines: readonly string[]): void {
  console.log(lines.join('\n'));
}

/** A count with its noun. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Text of at most so many columns. */
export function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** Lines of at most `WIDTH` columns, all but the first indented by `hanging`. */
export function wrap(text: string, first: string, hanging = first): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const isStart = line === first || line === hanging;
    if (!isStart && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = hanging + word;
    } else line += isStart ? word : ` ${word}`;
  }
  return [...lines, line];
}
