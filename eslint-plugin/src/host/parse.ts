import { createRequire } from 'node:module';
import type { ParsedFile } from '../analysis/host.ts';
import type { TSESTree } from '../analysis/ast.ts';
import { isTooDeep } from './nesting.ts';

/** Parses a file's text into an ESTree program. */
export type Parse = (path: string, text: string) => TSESTree.Program | undefined;

interface OxcResult {
  readonly program: unknown;
  readonly comments: unknown[];
  readonly errors: readonly { severity?: string }[];
}

interface OxcParser {
  parseSync(path: string, text: string, options: Record<string, unknown>): OxcResult;
  rawTransferSupported?(): boolean;
}

let oxc: OxcParser | null | undefined;
let fallback: Parse | undefined;
let isRaw = false;

/** Parser to use where oxc-parser has no binary for this platform: ESLint's own. */
export function setFallbackParser(parse: Parse): void {
  fallback = parse;
}

/**
 * Trees are read from the memory of the parser from now on, several times as fast as from JSON. For programs of ours: it
 * reserves 6 GB of addresses, which makes V8 collect all garbage once, and that takes long in a full heap.
 */
export function useRawTransfer(): void {
  isRaw = loadOxc()?.rawTransferSupported?.() === true;
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
  const result = oxcResult(parser, path, text, options);
  const program = takeOver(result);
  return program.body.length === 0 && result.errors.length > 0 ? undefined : program;
}

/**
 * The tree of a result, which holds nothing afterwards. Each result is an object literal with getters: V8 keeps these in a
 * hidden class of their own, where they hold the whole tree until the next full collection. A server would collect a tree
 * for every key, and copy it twice.
 */
function takeOver(result: OxcResult): TSESTree.Program {
  const given = result.program as TSESTree.Program;
  const program = { ...given };
  given.body = [];
  result.comments.length = 0;
  return program;
}

/** Where so many addresses are not to be had, JSON does it. */
function oxcResult(parser: OxcParser, path: string, text: string, options: Record<string, unknown>): OxcResult {
  if (isRaw) {
    try {
      return parser.parseSync(path, text, { ...options, experimentalRawTransfer: true });
    } catch {
      isRaw = false;
    }
  }
  return parser.parseSync(path, text, options);
}
