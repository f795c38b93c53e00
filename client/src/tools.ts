import * as vscode from 'vscode';
import type { TelintClient } from './client.ts';
import { openFindings } from './open-findings.ts';
import { REQUESTS, type Coverage, type Inventory } from './protocol.ts';

interface FindingsInput {
  readonly path?: string;
  readonly rule?: string;
}

interface MetricsInput {
  readonly name?: string;
}

/** What a tool answers is read by a model: more than this helps nobody. */
const MAX_ENTRIES = 200;

/** Tools for language models; they only read, so none asks for confirmation. */
export function registerTools(client: TelintClient): vscode.Disposable[] {
  return [
    vscode.lm.registerTool<FindingsInput>('telint_findings', {
      invoke: async ({ input }, token) => {
        // Findings of files that are not open come in as diagnostics while the check runs.
        await client.run('telint.checkWorkspace', [], token);
        const findings = openFindings()
          .map(({ uri, range, ...rest }) => ({
            ...rest,
            file: vscode.workspace.asRelativePath(client.uri(uri), false),
            line: range.start.line + 1,
          }))
          .filter(({ file, rule }) => isBelow(file, input.path) && (!input.rule || rule === input.rule));
        return answer({ count: findings.length, findings: findings.slice(0, MAX_ENTRIES) });
      },
    }),
    vscode.lm.registerTool<MetricsInput>('telint_metrics', {
      invoke: async ({ input }, token) => {
        const inventory = await client.ask<Inventory>(REQUESTS.inventory, {}, token);
        if (!inventory) return unavailable();
        const metrics = inventory.metrics.filter(({ name }) => name.includes(input.name ?? ''));
        return answer({ count: metrics.length, metrics: metrics.slice(0, MAX_ENTRIES) });
      },
    }),
    vscode.lm.registerTool('telint_coverage', {
      invoke: async (_options, token) => {
        const coverage = await client.ask<Coverage>(REQUESTS.coverage, {}, token);
        return coverage ? answer(coverage) : unavailable();
      },
    }),
  ];
}

function isBelow(file: string, path: string | undefined): boolean {
  const folder = path?.replace(/^\.?\//, '').replace(/\/$/, '');
  return !folder || file === folder || file.startsWith(`${folder}/`);
}

function answer(value: object): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(value))]);
}

function unavailable(): vscode.LanguageModelToolResult {
  return answer({ error: 'The language server of Telint is not running; open a file of the service and try again.' });
}
