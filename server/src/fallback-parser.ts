import { createRequire } from 'node:module';
import type * as estree from '@typescript-eslint/typescript-estree';
import type { TSESTree } from '../../eslint-plugin/src/analysis/ast.ts';
import { setFallbackParser } from '../../eslint-plugin/src/host/parse.ts';

type Parser = typeof estree;

/** What to do where neither parser can be loaded, which happens to installations that were cut short. */
export const NO_PARSER = `no parser can be loaded: oxc-parser has no binary for ${process.platform}-${process.arch}, and the TypeScript of ts-morph is missing. Install telint again (npm install --save-dev telint, without --omit=optional), or install another parser beside it: npm install --save-dev @typescript-eslint/typescript-estree typescript@6.`;

/** The package, which sources and the extension have, and the copy in the npm package. */
const PLACES = ['@typescript-eslint/typescript-estree', './typescript-estree.cjs'];

/**
 * Where oxc-parser has no binary for this machine, the parser of typescript-eslint takes its place: slower, with the
 * same trees as under ESLint. It is loaded when the first file needs it.
 */
export function useFallbackParser(): void {
  let parser: Parser | null | undefined;
  setFallbackParser((path, text) => {
    if (parser === undefined) parser = load() ?? null;
    return parser ? parse(parser, path, text) : undefined;
  });
}

function load(): Parser | undefined {
  const require = createRequire(import.meta.url);
  for (const place of PLACES)
    try {
      return require(place) as Parser;
    } catch {
      continue;
    }
  return undefined;
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
