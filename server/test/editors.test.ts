import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SERVER } from './support/client.ts';
import { makeFolder } from './support/define-test.ts';
import { OPEN_SPAN } from './support/sources.ts';

/** An editor without a window, and the script that works in it. */
interface Editor {
  readonly name: string;
  readonly debian: string;
  readonly program: string;
  /** Ends with 0 where the editor is there and has a client. */
  readonly probe: readonly string[];
  readonly args: readonly string[];
}

const script = (name: string): string => fileURLToPath(new URL(`editors/${name}`, import.meta.url));
const EMACS = ['--batch', '--no-init-file', '--eval', '(package-initialize)'];
const VIM = ['-N', '-u', 'NONE', '-i', 'NONE', '-n', '-es', '-c'];

const EDITORS: readonly Editor[] = [
  {
    name: 'Neovim',
    debian: 'neovim',
    program: 'nvim',
    probe: ['--version'],
    args: ['--headless', '--clean', '-n', '-c', `luafile ${script('neovim.lua')}`],
  },
  {
    name: 'Emacs with Eglot',
    debian: 'emacs-nox elpa-eglot',
    program: 'emacs',
    probe: [...EMACS, '--eval', "(require 'eglot)"],
    args: [...EMACS, '--load', script('eglot.el')],
  },
  {
    name: 'Vim with ALE',
    debian: 'vim vim-ale',
    program: 'vim',
    probe: [...VIM, "if has('job') | packadd ale | qall! | else | cquit! | endif"],
    args: [...VIM, `source ${script('ale.vim')}`],
  },
];

const isRequired = process.env['TELINT_REQUIRE_SERVICES'] === '1';
const CODE = OPEN_SPAN.replace("'app.size', 3", "'http.request.method', 'GET'");

for (const { name, debian, program, probe, args } of EDITORS) {
  const isMissing = spawnSync(program, probe, { stdio: 'ignore', timeout: 20_000 }).status !== 0;
  if (isMissing) console.warn(`${name} is not installed: the test of the server in it does not run.`);

  const title = `${name} shows a finding and a hover, and applies a fix`;
  test.skipIf(isMissing && !isRequired)(title, { timeout: 90_000 }, async () => {
    expect(isMissing, `${name} is required here: apt-get install ${debian}`).toBe(false);
    const root = makeFolder({ 'x.ts': CODE });
    try {
      const out = join(root, 'report.json');
      const env = { ...process.env, TELINT_TEST: [root, SERVER, process.execPath, out].join('\n') };
      const ended = promisify(execFile)(program, args, { env, timeout: 80_000 });
      const output = await ended.catch((error: unknown) => ({ stderr: String(error) }));
      const report = JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>;
      expect(report, output.stderr).toEqual({
        line: 6,
        message: expect.stringContaining('Span `work` is never ended') as string,
        hover: expect.stringMatching(/http\.request\.method.* of the OpenTelemetry semantic conventions/) as string,
        action: 'End the span in a `finally` around the rest of the function',
      });
      expect(readFileSync(join(root, 'x.ts'), 'utf8')).toContain('finally {');
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
}
