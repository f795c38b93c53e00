import { parseFile, useRawTransfer } from '../../eslint-plugin/src/host/parse.ts';

/** oxc-parser gives up its memory when it has not been used for ten seconds. */
const KEEP_MS = 8000;

/**
 * Loads the parser and has it hand over trees without JSON. With `keep` its memory stays reserved, because reserving it
 * makes V8 collect all garbage: a server would do that at the first key after every pause. False where there is no parser
 * at all, neither this one nor the fallback.
 */
export function useFastParser({ keep = false } = {}): boolean {
  useRawTransfer();
  const touch = (): boolean => parseFile('empty.ts', '') !== undefined;
  if (keep) setInterval(touch, KEEP_MS).unref();
  return touch();
}
