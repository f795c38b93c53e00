import { createRequire } from 'node:module';
import type { ParsedFile } from '../analysis/host.ts';
import type { TSESTree } from '../analysis/ast.ts';
import { isTooDeep } from './nesting.ts';

/** Parses a file's text into an ESTree program. */
export type Parse = (path: string, text: string) => TSESTree.Program | undefined;

interface OxcParser {
  parseSync(
    path: string,
    text: string,
    options: Record<string, unknown>,
  ): { program: unknown; errors: readonly { severity?: string }[] };
}

let oxc: OxcParser | null | undefined;
let fallback: Parse | undefined;

/** Parser to use where oxc-parser has no binary for this platform: ESLint's own. */
export function setFallbackParser(parse: Parse): void {
  fallback = parse;
}

function loadOxc(): OxcParser | undefined {
  if (oxc === undefined) {
    try {
      oxc = createRequire(import.meta.url)('oxc-parser') as OxcParser;
    } catch {
      oxc = null;
    }
  }
  return oxc ?? undefined;
}

/** Parses a file; undefined when the text cannot be parsed at all, or is nested too deeply to try. */
export function parseFile(path: string, text: string): ParsedFile | undefined {
  if (isTooDeep(text)) return undefined;
  const parser = loadOxc();
  let ast: TSESTree.Program | undefined;
  try {
    ast = parser ? withOxc(parser, path, text) : fallback?.(path, text);
  } catch {
    ast = undefined;
  }
  return ast ? { path, text, ast } : undefined;
}

function withOxc(parser: OxcParser, path: string, text: string): TSESTree.Program | undefined {
  const typescript = /\.[cm]?tsx?$/.test(path);
  const options = { preserveParens: false, ...(typescript ? {} : { lang: 'jsx', astType: 'ts' }) };
  const result = parser.parseSync(path, text, options);
  const program = result.program as TSESTree.Program;
  return program.body.length === 0 && result.errors.length > 0 ? undefined : program;
}
