import { CONFIG_OPTIONS } from './config-options.ts';
import type { Command } from './command.ts';

/** `telint mcp`: what the other commands find, as read-only tools for agents. */
export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'Serve findings, metrics and coverage to agents over the Model Context Protocol (stdio).',
  operands: '',
  options: CONFIG_OPTIONS,
  notes: ['The tools read files of the folder and change nothing.'],
  // The protocol's library is large and only this command needs it.
  run: async (given, io) => (await import('./mcp.ts')).serveMcp(given, io),
};
