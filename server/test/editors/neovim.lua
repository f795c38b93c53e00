local root, server, node, out = unpack(vim.split(vim.env.TELINT_TEST, '\n'))
local report = {}

local function finish(code)
  local file = io.open(out, 'w')
  file:write(vim.fn.json_encode(report))
  file:close()
  vim.cmd(code == 0 and 'qall!' or 'cquit!')
end

local function wait(what, condition)
  if not vim.wait(30000, condition, 20) then
    error('waited in vain for ' .. what)
  end
end

local function main()
  vim.cmd('edit ' .. vim.fn.fnameescape(root .. '/x.ts'))
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({ name = 'telint', cmd = { node, server, '--stdio' }, root_dir = root })
  vim.lsp.buf_attach_client(buffer, id)
  wait('findings', function() return #vim.diagnostic.get(buffer) > 0 end)
  local found = vim.diagnostic.get(buffer)[1]
  report.message, report.line = found.message, found.lnum + 1
  vim.fn.search('http.request')
  local position = vim.lsp.util.make_position_params()
  local told = vim.lsp.buf_request_sync(buffer, 'textDocument/hover', position, 20000)[id].result
  report.hover = table.concat(vim.lsp.util.convert_input_to_markdown_lines(told.contents), '\n')
  vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })

  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {}, only = { 'quickfix' } }
  local action = vim.lsp.buf_request_sync(buffer, 'textDocument/codeAction', params, 20000)[id].result[1]
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
