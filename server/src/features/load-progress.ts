import { basename } from 'node:path';
import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import type { LoadListener } from '../indexed-workspace.ts';

/** Shows how the files of a folder are read; whoever cancels it gets what can be said without them. */
export function loadProgress(connection: Connection, root: string, supported: boolean): LoadListener {
  const controller = new AbortController();
  let reporter: WorkDoneProgressServerReporter | undefined;
  let isDone = false;
  const begin = async (): Promise<void> => {
    reporter = await connection.window.createWorkDoneProgress();
    reporter.token.onCancellationRequested(() => controller.abort());
    reporter.begin('Telint', 0, `Reading ${basename(root)}`, true);
    if (isDone) reporter.done();
  };
  if (supported) void begin().catch(() => undefined);
  return {
    signal: controller.signal,
    step: (read, found) =>
      reporter?.report(found === 0 ? 0 : Math.round((100 * read) / found), `${read} of ${found} files`),
    done: () => {
      isDone = true;
      reporter?.done();
    },
  };
}
