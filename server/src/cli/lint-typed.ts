import type { FileResult, Runner } from '../runner.ts';
import { refine } from '../types/refine.ts';
import { TypeService } from '../types/service.ts';
import type { ConfigScopes } from './config-scopes.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';
import { selectFiles } from './select-files.ts';

/** Milliseconds for questions, and after which TypeScript is taken to hang. */
const BUDGET_MS = 60_000;
const PATIENCE_MS = 300_000;

/** Findings with types of the files that the arguments name, as far as types make a difference; all questions are asked at once. */
export async function lintTyped(
  runner: Runner,
  args: readonly string[],
  io: Io,
  scopes: ConfigScopes,
): Promise<ReadonlyMap<string, FileResult>> {
  const say = (message: string): void => {
    io.err(`telint: ${message}\n`);
  };
  // Who starts the command in a folder runs the code of that folder anyway.
  const service = new TypeService({
    trusted: true,
    budget: BUDGET_MS,
    patience: PATIENCE_MS,
    onProblem: say,
    onLog: say,
  });
  const files = selectFiles(runner, args, true).filter((path) => !scopes.isIgnored(path));
  const progress = new Progress(io);
  try {
    if (files.length > 0 && !files.some((path) => service.knows(path)))
      say(
        'no TypeScript from 5 on is installed for these files (node_modules/typescript): they are checked without types.',
      );
    const refined = await refine(
      files.map((path) => ({ path, runner: scopes.of(path) })),
      {
        service,
        open: {},
        signal: new AbortController().signal,
        early: true,
        onLog: say,
        onFile: (done) => {
          progress.step('Asking for types of file', done, files.length);
        },
      },
    );
    return new Map([...refined].map(([path, { result }]) => [path, result]));
  } finally {
    progress.done();
    await service.end();
  }
}
