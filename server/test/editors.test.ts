import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SERVER } from './support/client.ts';
import { makeFolder } from './support/define-test.ts';
import { OPEN_SPAN } from './support/sources.ts';

const nvim = spawnSync('nvim', ['--version'], { encoding: 'utf8' });
const isMissing = nvim.status !== 0;
const isRequired = process.env['TELINT_REQUIRE_SERVICES'] === '1';
if (isMissing) console.warn('Neovim is not installed: the test of the server in a real editor does not run.');

/** Opens the file, waits for findings, applies the fix at the first one, waits until it is gone, and writes what happened. */
const SCRIPT = `
local root, server, node, out = unpack(vim.split(vim.env.TELINT_TEST, '\\n'))
local report = {}
local function finish(code)
  local file = io.open(out, 'w')
  file:write(vim.fn.json_encode(report))
  file:close()
  vim.cmd(code == 0 and 'qall!' or 'cquit!')
end
local function wait(what, condition)
  if not vim.wait(30000, condition, 20) then
    report.failed = what
    error('waited in vain for ' .. what)
  end
end

local function main()
vim.cmd('edit ' .. vim.fn.fnameescape(root .. '/x.ts'))
local buffer = vim.api.nvim_get_current_buf()
local id = vim.lsp.start_client({ name = 'telint', cmd = { node, server, '--stdio' }, root_dir = root })
vim.lsp.buf_attach_client(buffer, id)
wait('diagnostics', function() return #vim.diagnostic.get(buffer) > 0 end)
local found = vim.diagnostic.get(buffer)[1]
report.message, report.line, report.source, report.code = found.message, found.lnum, found.source, found.code
vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })

local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = {}, only = { 'quickfix' } }
local answers = vim.lsp.buf_request_sync(buffer, 'textDocument/codeAction', params, 20000)
local action = answers[id].result[1]
report.action = action.title
if not action.edit then
  action = vim.lsp.buf_request_sync(buffer, 'codeAction/resolve', action, 20000)[id].result
end
vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
wait('the finding to go', function() return #vim.diagnostic.get(buffer) == 0 end)
vim.cmd('write')
finish(0)
end

local ok, failure = pcall(main)
if not ok then
  report.failed = tostring(failure)
  finish(1)
end
`;

test.skipIf(isMissing && !isRequired)('Neovim shows a finding and applies its fix', { timeout: 90_000 }, async () => {
  expect(isMissing, 'Neovim is required here: apt-get install neovim').toBe(false);
  const root = makeFolder({ 'x.ts': OPEN_SPAN });
  try {
    const script = join(root, 'test.lua');
    const out = join(root, 'report.json');
    writeFileSync(script, SCRIPT);
    const env = { ...process.env, TELINT_TEST: [root, SERVER, process.execPath, out].join('\n') };
    const args = ['--headless', '--clean', '-n', '-c', `luafile ${script}`];
    await promisify(execFile)('nvim', args, { env, timeout: 80_000 }).catch((error: unknown) => {
      throw new Error(`Neovim failed: ${String(error)}`);
    });
    const report = JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>;
    expect(report).toMatchObject({ line: 5, source: 'telint', code: 'require-span-end' });
    expect(report['message']).toContain('Span `work` is never ended');
    expect(readFileSync(join(root, 'x.ts'), 'utf8')).toContain('finally {');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
