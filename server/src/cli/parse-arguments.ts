import { parseArgs } from 'node:util';
import { UsageError, type Command, type Given, type OptionSpec } from './command.ts';
import { nearest } from '../nearest.ts';

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  cwd: { help: 'Folder to work in (default: the current one).', value: 'dir' },
  color: { help: 'Colours wherever the output goes.' },
  'no-color': { help: 'No colours; NO_COLOR in the environment does the same.' },
  help: { short: 'h', help: 'Show this help.' },
};

/** Reads the arguments of a command; throws a usage error that names the nearest option that exists. */
export function parseArguments(command: Command, args: readonly string[]): Given {
  const known = { ...command.options, ...COMMON_OPTIONS };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(
        Object.entries(known).map(([name, { value, short }]) => [
          name,
          { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short ? { short } : {}) },
        ]),
      ),
    },
  });
  const paths: string[] = [];
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') paths.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (!option) throw unknownOption(command, token.rawName, Object.keys(known));
    if (option.value === undefined) {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
      switches.add(token.name);
    } else values.set(token.name, valueOf(token.rawName, token.value, option));
  }
  return { paths, text: (name) => values.get(name), on: (name) => switches.has(name) };
}

function unknownOption(command: Command, name: string, known: readonly string[]): UsageError {
  const similar = nearest(name.replace(/^-+/, ''), known);
  const hint = similar === undefined ? '' : ` Did you mean --${similar}?`;
  return new UsageError(`telint ${command.name} has no option ${name}.${hint} See \`telint ${command.name} --help\`.`);
}

function valueOf(name: string, value: string | undefined, option: OptionSpec): string {
  if (value === undefined || value === '' || (value.startsWith('--') && value.length > 2))
    throw new UsageError(`${name} needs a value: ${name} <${option.value ?? 'value'}>.`);
  if (option.choices && !option.choices.includes(value)) {
    const similar = nearest(value, option.choices);
    const hint = similar === undefined ? '' : ` Did you mean ${similar}?`;
    throw new UsageError(`${name} must be one of ${option.choices.join(', ')}, not "${value}".${hint}`);
  }
  return value;
}

/** A whole number of at least zero from an option; undefined where it was not given. */
export function wholeNumberOf(given: Given, name: string): number | undefined {
  const number = numberOf(given, name);
  if (number !== undefined && !Number.isSafeInteger(number))
    throw new UsageError(`--${name} must be a whole number from 0, not "${given.text(name) ?? ''}".`);
  return number;
}

/** A number of at least zero from an option; undefined where it was not given. */
export function numberOf(given: Given, name: string, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || number > max)
    throw new UsageError(
      `--${name} must be a number from 0${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}, not "${text}".`,
    );
  return number;
}
