import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../config.ts';
import { checkCommand } from './check.ts';
import { coverageCommand } from './coverage.ts';
import { dashboardsCommand } from './dashboards.ts';
import { mcpCommand } from './mcp-command.ts';
import { metricsCommand } from './metrics.ts';
import { UsageError, type Command, type ExitCode } from './command.ts';
import { commandHelp, programHelp } from './help.ts';
import type { Io } from './io.ts';
import { nearest } from '../nearest.ts';
import { parseArguments } from './parse-arguments.ts';
import { version } from './version.ts';

/** Commands in the order of the help. */
export const COMMANDS: readonly Command[] = [
  checkCommand,
  coverageCommand,
  metricsCommand,
  dashboardsCommand,
  mcpCommand,
];

/** Runs the program with the arguments after its name; resolves to the exit code. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError) io.err(`telint: ${error.message}\n`);
    else {
      // 1 would say that something was found.
      const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
      io.err(`telint ${version()} failed, which is a mistake of its own; please report it.\n${details}\n`);
    }
    return 2;
  }
}

async function dispatch([name, ...args]: readonly string[], io: Io): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const [about] = args;
    const topic = COMMANDS.find((c) => c.name === about);
    if (about !== undefined && !about.startsWith('-') && !topic) throw unknownCommand(about, io.cwd);
    io.out(topic ? commandHelp(topic, io.columns) : programHelp(COMMANDS, version(), io.columns));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v' || name === '-V') {
    io.out(`${version()}\n`);
    return 0;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (!command) throw unknownCommand(name, io.cwd);
  const given = parseArguments(command, args);
  if (given.on('help')) {
    io.out(commandHelp(command, io.columns));
    return 0;
  }
  const env = given.on('color')
    ? { ...io.env, FORCE_COLOR: '1' }
    : given.on('no-color')
      ? { ...io.env, FORCE_COLOR: undefined, NO_COLOR: '1' }
      : io.env;
  return command.run(given, { ...io, env, cwd: folderOf(given.text('cwd'), io.cwd) });
}

function folderOf(given: string | undefined, cwd: string): string {
  if (given === undefined) return cwd;
  const path = resolve(cwd, given);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--cwd: ${path} is not a folder.`);
  return path;
}

function unknownCommand(name: string, cwd: string): UsageError {
  const names = COMMANDS.map((c) => c.name);
  if (name.startsWith('-')) return new UsageError(`a command comes first: ${names.join(', ')}. See \`telint --help\`.`);
  const similar = nearest(name, names);
  if (similar === undefined && existsSync(resolve(cwd, name)))
    return new UsageError(`a command comes before files and folders: \`telint check ${name}\`.`);
  const hint = similar === undefined ? `Commands: ${names.join(', ')}.` : `Did you mean \`telint ${similar}\`?`;
  return new UsageError(`there is no command "${name}". ${hint} See \`telint --help\`.`);
}
