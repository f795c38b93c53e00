import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';
import { UsageError, type ExitCode, type Given } from './command.ts';
import { coverageOf } from './critical-paths.ts';
import type { Io } from './io.ts';
import { lintFiles, openRunner, scopesOf } from './lint.ts';
import { listMetrics } from './metrics.ts';
import { relativePath, selectFiles } from './select-files.ts';
import { version } from './version.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** Serves the tools on standard input and output until the client closes it. */
export async function serveMcp(given: Given, io: Io): Promise<ExitCode> {
  if (given.paths.length > 0) throw new UsageError('telint mcp takes no files; the tools do.');
  // A mistake in the configuration is told at once, not with the first question.
  openRunner(given, io);
  const server = mcpServer(given, io);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once('end', resolve);
  });
  if (process.stdin.isTTY)
    io.err('telint: waiting for an agent on standard input (Model Context Protocol). Ctrl+C ends it.\n');
  await server.connect(new StdioServerTransport());
  await closed;
  return 0;
}

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const paths = z
  .array(z.string())
  .default([])
  .describe('Files, folders or globs relative to the folder; all files when left out.');
const limit = z.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).describe('Most entries to return.');

function mcpServer(given: Given, io: Io): McpServer {
  const server = new McpServer({ name: 'telint', version: version() });
  // Standard output belongs to the protocol.
  const silent: Io = { ...io, out: () => undefined, err: () => undefined, outIsTerminal: false, errIsTerminal: false };
  server.registerTool(
    'findings',
    {
      title: 'Findings',
      description:
        'Mistakes in telemetry code: unbounded metric labels, personal data in telemetry, spans that never end, lost trace context, and checks of the whole workspace. Lines and columns start at 1.',
      inputSchema: {
        paths,
        rule: z.string().optional().describe('Only this rule, e.g. telint/require-span-end.'),
        limit,
      },
      annotations: READ_ONLY,
    },
    ({ paths: args, rule, limit: most }) =>
      answer(async () => {
        const runner = openRunner(given, io);
        const { results, skipped } = await lintFiles(runner, args, silent, { scopes: scopesOf(runner, given) });
        const findings = results.flatMap(({ filePath, messages }) =>
          messages
            .filter((m) => rule === undefined || m.ruleId === rule || m.ruleId === `telint/${rule}`)
            .map((m) => ({
              file: relativePath(io.cwd, filePath),
              line: m.line,
              column: m.column,
              rule: m.ruleId,
              severity: m.severity === 2 ? 'error' : 'warning',
              message: m.message,
              trace: (m.related ?? []).map((r) => `${r.message} (${relativePath(io.cwd, r.filePath)}:${r.line})`),
              fixes: (m.suggestions ?? []).map((s) => s.desc),
            })),
        );
        return {
          total: findings.length,
          findings: findings.slice(0, most),
          notChecked: skipped.map((s) => `${relativePath(io.cwd, s.filePath)} ${s.reason}`),
        };
      }),
  );
  server.registerTool(
    'metric',
    {
      title: 'Metrics',
      description:
        'Metrics of the workspace: type, labels with the number of their values, estimated time series, where each is defined and written.',
      inputSchema: {
        name: z.string().optional().describe('Name, or part of it; all metrics when left out.'),
        limit,
      },
      annotations: READ_ONLY,
    },
    ({ name, limit: most }) =>
      answer(() => {
        const all = listMetrics(openRunner(given, io), []);
        const exact = all.filter((m) => m.name === name);
        const found =
          name === undefined ? all : exact.length > 0 ? exact : all.filter((m) => m.name?.includes(name) === true);
        return { total: found.length, metrics: found.slice(0, most) };
      }),
  );
  server.registerTool(
    'coverage_gaps',
    {
      title: 'Coverage gaps',
      description:
        'Critical paths (handlers of requests, messages, schedules, commands) that have no span, with the share that has one per kind.',
      inputSchema: { paths, limit },
      annotations: READ_ONLY,
    },
    ({ paths: args, limit: most }) =>
      answer(() => {
        const runner = openRunner(given, io);
        const { total, byKind, paths: all } = coverageOf(runner, selectFiles(runner, args));
        const gaps = all.filter((p) => !p.span);
        return {
          total,
          byKind,
          gaps: gaps.slice(0, most).map(({ kind, framework, name, file, line, metric, excerpt }) => ({
            kind,
            framework,
            name,
            file,
            line,
            hasMetric: metric !== undefined,
            excerpt: excerpt.join('\n'),
          })),
        };
      }),
  );
  return server;
}

interface Answer {
  content: { type: 'text'; text: string }[];
  isError?: boolean;
  [key: string]: unknown;
}

/** A question that cannot be answered says why; the server goes on. */
async function answer(ask: () => unknown): Promise<Answer> {
  try {
    return { content: [{ type: 'text', text: JSON.stringify(await ask(), undefined, 1) }] };
  } catch (error) {
    return { content: [{ type: 'text', text: (error as Error).message }], isError: true };
  }
}
