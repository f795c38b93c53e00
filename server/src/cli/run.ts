import { statSync } from 'node:fs';
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
    if (!(error instanceof UsageError) && !(error instanceof ConfigError)) throw error;
    io.err(`telint: ${error.message}\n`);
    return 2;
  }
}

async function dispatch([name, ...args]: readonly string[], io: Io): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const topic = COMMANDS.find((c) => c.name === args[0]);
    io.out(topic ? commandHelp(topic) : programHelp(COMMANDS, version()));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    io.out(`${version()}\n`);
    return 0;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (!command) throw unknownCommand(name);
  const given = parseArguments(command, args);
  if (given.on('help')) {
    io.out(commandHelp(command));
    return 0;
  }
  return command.run(given, { ...io, cwd: folderOf(given.text('cwd'), io.cwd) });
}

function folderOf(given: string | undefined, cwd: string): string {
  if (given === undefined) return cwd;
  const path = resolve(cwd, given);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--cwd: ${path} is not a folder.`);
  return path;
}

function unknownCommand(name: string): UsageError {
  const names = COMMANDS.map((c) => c.name);
  if (name.startsWith('-')) return new UsageError(`a command comes first: ${names.join(', ')}. See \`telint --help\`.`);
  const similar = nearest(name, names);
  const hint = similar === undefined ? `Commands: ${names.join(', ')}.` : `Did you mean \`telint ${similar}\`?`;
  return new UsageError(`there is no command "${name}". ${hint} See \`telint --help\`.`);
}
