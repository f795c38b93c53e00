import { rangeOf, walk } from '../../../eslint-plugin/src/analysis/ast.ts';
import { parseFile } from '../../../eslint-plugin/src/host/parse.ts';
import { isYaml } from '../directives.ts';
import type { Finding, TextEdit } from '../findings.ts';

/** Comments that switch off the rule of a finding: for its line, and for the file. */
export function disableActions(
  { rule, range }: Finding,
  path: string,
  text: string,
): readonly { readonly title: string; readonly edits: () => readonly TextEdit[] }[] {
  // JSON has no comments.
  if (path.endsWith('.json')) return [];
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, range.start))?.[0] ?? '';
  const top = /^#!.*(?:\r?\n|$)/.exec(text)?.[0].length ?? 0;
  const insert = (at: number, comment: string) => () => [{ start: at, end: at, text: comment + newline }];
  const yaml = isYaml(path);
  const isPossible = yaml ? isOneLine(text.slice(lineStart).split(/\r?\n/, 1)[0] ?? '') : isCode(path, text, lineStart);
  const comment = `eslint-disable-next-line ${rule}`;
  return [
    ...(isPossible
      ? [
          {
            title: `Disable ${rule} for this line`,
            edits: insert(lineStart, `${indent}${yaml ? '#' : '//'} ${comment}`),
          },
        ]
      : []),
    {
      title: `Disable ${rule} for the file`,
      edits: insert(top, yaml ? `# eslint-disable ${rule}` : `/* eslint-disable ${rule} */`),
    },
  ];
}

/** Does a line of YAML begin and end an entry? A line inside of a folded query cannot take a comment: it would go on to the end of the query. */
function isOneLine(line: string): boolean {
  const value = /^\s*(?:-\s+)?[\w-]+:\s+(?<value>\S.*)$/.exec(line)?.groups?.['value'];
  return value !== undefined && !/^[|>]/.test(value);
}

/** Would a comment at an offset be one? Inside of a template or between tags it would be text. */
function isCode(path: string, text: string, offset: number): boolean {
  const file = parseFile(path, text);
  if (!file) return false;
  let inside = false;
  walk(file.ast, (node) => {
    const [start, end] = rangeOf(node);
    const type: string = node.type;
    if (offset <= start || offset >= end) return type === 'Program';
    if (type === 'TemplateElement' || type === 'JSXText') inside = true;
    return true;
  });
  return !inside;
}
