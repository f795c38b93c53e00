import type { Command, OptionSpec } from './command.ts';
import { COMMON_OPTIONS } from './parse-arguments.ts';

/** Help of the program. */
export function programHelp(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map((c) => c.name.length)) + 2;
  return [
    `telint ${version}: a linter for telemetry in Node.js services`,
    '',
    'Usage: telint <command> [options]',
    '',
    'Commands:',
    ...commands.map((c) => `  ${c.name.padEnd(width)}${c.summary}`),
    '',
    'Options:',
    `  ${'--help'.padEnd(width)}Show this help, or that of a command: telint check --help`,
    `  ${'--version'.padEnd(width)}Show the version.`,
    '',
    'Exit codes: 0 nothing to report, 1 something was found, 2 a mistake in the use or the configuration.',
    '',
  ].join('\n');
}

/** Help of one command. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const flags = options.map(([name, o]) => `--${name}${o.value === undefined ? '' : ` <${o.value}>`}`);
  const width = Math.max(...flags.map((f) => f.length)) + 2;
  return [
    command.summary,
    '',
    `Usage: telint ${[command.name, '[options]', command.operands].filter((p) => p !== '').join(' ')}`,
    '',
    'Options:',
    ...options.map(([, option], i) => `  ${(flags[i] ?? '').padEnd(width)}${helpOf(option)}`),
    ...(command.notes ? ['', ...command.notes] : []),
    '',
  ].join('\n');
}

function helpOf({ help, choices }: OptionSpec): string {
  return choices ? `${help} One of: ${choices.join(', ')}.` : help;
}
