import { run } from '../../src/cli/run.ts';
import type { Io } from '../../src/cli/io.ts';

/** What a command wrote and how it ended. */
export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `telint` in this process, without a terminal unless one is asked for. */
export async function runCli(cwd: string, args: readonly string[], given: Partial<Io> = {}): Promise<CliRun> {
  let out = '';
  let err = '';
  const code = await run(args, {
    cwd,
    env: {},
    outIsTerminal: false,
    errIsTerminal: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
    ...given,
  });
  return { code, out, err };
}
