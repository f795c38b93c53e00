import type { FileResult, Runner, TypedResult } from '../runner.ts';
import { yieldToEvents } from '../slices.ts';
import { withAnswers, type KnownTypes } from './asked-types.ts';
import type { Place } from './batch.ts';
import type { TypeService } from './service.ts';

/** Questions about one file; what is beyond stays untyped. */
export const MAX_QUESTIONS = 500;
/** A receiver that turns out to be a metric has labels that are asked about in turn. */
const MAX_ROUNDS = 3;

/** A file to judge with types. */
export interface FileToRefine {
  readonly path: string;
  readonly runner: Runner;
}

/** Findings of a file with types, and what they rest on. */
export interface Refined {
  readonly result: FileResult;
  readonly text: string;
  readonly known: KnownTypes;
}

/** What files are judged with. */
export interface RefineContext {
  readonly service: TypeService;
  /** Texts that an editor shows, by path. */
  readonly open: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** TypeScript reads the project of the first file with questions while those of the others are collected. */
  readonly early?: boolean;
  /** Is told how many files were looked at. */
  readonly onFile?: (done: number) => void;
  onLog(message: string): void;
}

interface Pending {
  readonly file: FileToRefine;
  readonly text: string;
  readonly known: KnownTypes;
  readonly places: readonly Place[];
}

/**
 * Judges files with types: whatever the analysis leaves open is asked in one batch for all of them. Files that nothing was
 * asked about, or that nobody could answer for, are left out.
 */
export async function refine(
  files: readonly FileToRefine[],
  context: RefineContext,
): Promise<ReadonlyMap<string, Refined>> {
  const { service, open, signal } = context;
  const refined = new Map<string, Refined>();
  let pending: Pending[] = [];
  let start: Promise<unknown> | undefined;
  for (const [i, file] of files.entries()) {
    if (signal.aborted) return refined;
    context.onFile?.(i + 1);
    const looked = service.knows(file.path) ? look(file, new Map(), context) : undefined;
    if (looked?.pending) {
      const { text } = looked.pending;
      pending.push(looked.pending);
      if (context.early) start ??= service.ask([{ path: file.path, text, places: [] }], open, signal);
    }
    if (looked) await yieldToEvents();
  }
  await start;
  for (let round = 1; round <= MAX_ROUNDS && pending.length > 0; round++) {
    const answers = await service.ask(
      pending.map(({ file: { path }, text, places }) => ({ path, text, places })),
      open,
      signal,
    );
    if (signal.aborted) return refined;
    const next: Pending[] = [];
    for (const { file, text, known, places } of pending) {
      const list = answers.get(file.path);
      if (!list) continue;
      const looked = look(file, withAnswers(known, places, list), context);
      // An edit has come in between: it will be asked about in its turn.
      if (looked?.refined.text !== text) continue;
      refined.set(file.path, looked.refined);
      if (looked.pending) next.push(looked.pending);
      await yieldToEvents();
    }
    pending = next;
  }
  return refined;
}

function look(
  file: FileToRefine,
  known: KnownTypes,
  context: RefineContext,
): { readonly refined: Refined; readonly pending: Pending | undefined } | undefined {
  const typed = lintSafely(file, known);
  if (!typed) return undefined;
  const { result, text, open } = typed;
  const places = open.slice(0, Math.max(0, MAX_QUESTIONS - known.size));
  if (places.length < open.length)
    context.onLog(
      `${file.path}: ${open.length - places.length} expressions stay without a type, ${MAX_QUESTIONS} are asked about.`,
    );
  return {
    refined: { result, text, known },
    pending: places.length > 0 ? { file, text, known, places } : undefined,
  };
}

/** What a rule cannot cope with is said where the file is judged without types. */
function lintSafely({ path, runner }: FileToRefine, known: KnownTypes): TypedResult | undefined {
  try {
    return runner.lintTyped(path, known);
  } catch {
    return undefined;
  }
}
