import { createRequire } from 'node:module';
import type { FileFacts } from '../analysis/analyze.ts';
import type { FactContext } from './facts.ts';

let engine: { readonly factsOf: (context: FactContext) => FileFacts | undefined } | undefined;

/** Facts of the file under lint. The engine is loaded with the first file: most programs that read a config never lint. */
export function factsOf(context: FactContext): FileFacts | undefined {
  // Sources are run directly in development; the package has both entries in one folder.
  engine ??= createRequire(import.meta.url)(
    import.meta.url.endsWith('.ts') ? '../engine.ts' : './engine.js',
  ) as NonNullable<typeof engine>;
  return engine.factsOf(context);
}
