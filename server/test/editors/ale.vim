let s:given = split($TELINT_TEST, "\n")
let s:report = {}
let g:ale_linters_explicit = 1
let g:ale_linters = { 'typescript': ['telint'] }
let g:ale_lint_delay = 0
packadd ale

call ale#linter#Define('typescript', {
\ 'name': 'telint',
\ 'lsp': 'stdio',
\ 'executable': s:given[2],
\ 'command': '%e ' . shellescape(s:given[1]) . ' --stdio',
\ 'project_root': { buffer -> s:given[0] },
\})

function! s:wait(what, Condition) abort
  let l:end = localtime() + 30
  while !a:Condition()
    if localtime() > l:end
      throw 'waited in vain for ' . a:what
    endif
    sleep 20m
  endwhile
endfunction

function! s:preview() abort
  for l:number in range(1, winnr('$'))
    if getwinvar(l:number, '&previewwindow')
      return join(getbufline(winbufnr(l:number), 1, '$'), "\n")
    endif
  endfor
  return ''
endfunction

try
  execute 'edit ' . fnameescape(s:given[0] . '/x.ts')
  set filetype=typescript
  ALELint
  call s:wait('findings', { -> !empty(getloclist(0)) })
  let s:found = getloclist(0)[0]
  let s:report.message = s:found.text
  let s:report.line = s:found.lnum
  call search('http.request')
  ALEHover
  call s:wait('a hover', { -> s:preview() !=# '' })
  let s:report.hover = s:preview()
  pclose
  call cursor(s:found.lnum, s:found.col)
  " What ALECodeAction shows as a menu.
  let s:menu = []
  call ale#codefix#Execute(0, { data, items -> add(s:menu, [data, items]) })
  call s:wait('actions', { -> !empty(s:menu) })
  let [s:data, s:items] = s:menu[0]
  let s:report.action = s:items[0][1].title
  call ale#codefix#ApplyLSPCodeAction(s:data, s:items[0][1])
  write
  call s:wait('the finding to go', { -> empty(getloclist(0)) })
catch
  let s:report.failed = v:exception . ' ' . v:throwpoint
endtry
call writefile([json_encode(s:report)], s:given[3])
qall!
