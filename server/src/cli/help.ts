import type { Command, OptionSpec } from './command.ts';
import { COMMON_OPTIONS } from './parse-arguments.ts';

const MIN_WIDTH = 40;
const MAX_WIDTH = 100;
/** Narrower texts beside the names of options stand below them. */
const MIN_TEXT = 30;

/** Help of the program, for a width in columns. */
export function programHelp(commands: readonly Command[], version: string, width?: number): string {
  return [
    `telint ${version}: a linter for telemetry in Node.js services`,
    '',
    'Usage: telint <command> [options]',
    '',
    'Commands:',
    ...rows(
      commands.map((c) => [c.name, c.summary]),
      width,
    ),
    '',
    'Options:',
    ...rows(
      [
        ['-h, --help', 'Show this help, or that of a command: telint check --help'],
        ['-v, --version', 'Show the version.'],
      ],
      width,
    ),
    '',
    ...wrapped(
      'Exit codes: 0 nothing to report, 1 something was found, 2 a mistake in the use or the configuration.',
      width,
    ),
    '',
  ].join('\n');
}

/** Help of one command, for a width in columns. */
export function commandHelp(command: Command, width?: number): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  return [
    ...wrapped(command.summary, width),
    '',
    `Usage: telint ${[command.name, '[options]', command.operands].filter((p) => p !== '').join(' ')}`,
    '',
    'Options:',
    ...rows(
      options.map(([name, option]) => [flag(name, option), helpOf(option)]),
      width,
    ),
    ...(command.notes ? ['', ...command.notes.flatMap((note) => wrapped(note, width))] : []),
    '',
  ].join('\n');
}

function flag(name: string, { short, value }: OptionSpec): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`;
}

function helpOf({ help, choices }: OptionSpec): string {
  return choices ? `${help} One of: ${choices.join(', ')}.` : help;
}

/** Names with their texts in a column of their own, or below where that would be narrow. */
function rows(list: readonly (readonly [string, string])[], width = 80): string[] {
  const column = Math.max(...list.map(([name]) => name.length)) + 4;
  const isNarrow = Math.min(width, MAX_WIDTH) - column < MIN_TEXT;
  return list.flatMap(([name, text]) => {
    const indent = ' '.repeat(isNarrow ? 8 : column);
    const [first = '', ...others] = wrapped(text, width, indent.length).map((line) => `${indent}${line}`);
    return isNarrow ? [`  ${name}`, first, ...others] : [`  ${name}`.padEnd(column) + first.slice(column), ...others];
  });
}

/** Lines of a text that fit beside an indentation. */
function wrapped(text: string, width = 80, indent = 0): string[] {
  const most = Math.max(MIN_WIDTH, Math.min(width, MAX_WIDTH)) - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
