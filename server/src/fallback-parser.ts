import { createRequire } from 'node:module';
import type * as estree from '@typescript-eslint/typescript-estree';
import type { TSESTree } from '../../eslint-plugin/src/analysis/ast.ts';
import { setFallbackParser } from '../../eslint-plugin/src/host/parse.ts';

/**
 * Where oxc-parser has no binary for this machine, the parser of typescript-eslint takes its place: slower, with the
 * same trees as under ESLint. It is loaded when the first file needs it, and without it such machines get no findings.
 */
export function useFallbackParser(): void {
  let parser: typeof estree | undefined;
  setFallbackParser((path, text) => {
    parser ??= createRequire(import.meta.url)('@typescript-eslint/typescript-estree') as typeof estree;
    return parse(parser, path, text);
  });
}

function parse(parser: typeof estree, path: string, text: string): TSESTree.Program {
  const program: unknown = parser.parse(text, {
    filePath: path,
    // In .ts and .mts files `<T>value` is an assertion; everywhere else JSX may stand.
    jsx: !/\.[cm]?ts$/.test(path),
    range: true,
    allowInvalidAST: true,
    suppressDeprecatedPropertyWarnings: true,
  });
  return program as TSESTree.Program;
}
