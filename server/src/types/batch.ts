import type { TypeAnswer } from '../../../eslint-plugin/src/analysis/host.ts';

/** Half-open range of UTF-16 code units of an expression whose type is asked for. */
export type Place = readonly [start: number, end: number];

/** Questions about one file, whose text is the one that the places were found in. */
export interface FileQuestions {
  readonly path: string;
  readonly text: string;
  readonly places: readonly Place[];
}

/** Everything that is asked at once. */
export interface Batch {
  readonly files: readonly FileQuestions[];
  /** Texts of an editor, which count in place of those on disk. */
  readonly open: Readonly<Record<string, string>>;
  /** Files that have changed on disk since the last batch; undefined means that any may have. */
  readonly changed: readonly string[] | undefined;
  /** After this many milliseconds nothing more is asked; what is left stays untyped. */
  readonly budget: number;
}

/** One answer for each place, in their order; null where there is none. */
export type FileAnswers = readonly (TypeAnswer | null)[];

/** Answers of a back end. */
export interface BatchAnswers {
  /** By path; files that belong to a broken project are left out. */
  readonly files: Readonly<Record<string, FileAnswers>>;
  /** What a person has to put right, such as a configuration file that cannot be read. */
  readonly problems: readonly string[];
}

/** Something that knows types. */
export interface BackEnd {
  /** Ends early, with what it has, when `isCancelled` says so. */
  ask(batch: Batch, isCancelled: () => boolean): Promise<BatchAnswers>;
}

/** Where TypeScript is, and how it is spoken to. */
export type Installation =
  /** TypeScript of the editor, from 7.1 on: a pipe of its language server, and the package with the matching client. */
  | { readonly kind: 'attached'; readonly packageJson: string; readonly entry: string; readonly pipe: string }
  /** TypeScript 7 of the project: a process that is asked over its standard streams. */
  | { readonly kind: 'native'; readonly packageJson: string; readonly entry: string; readonly version: string }
  /** TypeScript 5 or 6 of the project. */
  | { readonly kind: 'classic'; readonly packageJson: string; readonly version: string };

/** Message to the thread of a back end. */
export type WorkerRequest =
  | { readonly id: number; readonly batch: Batch }
  /** The thread ends its process, and then itself. */
  | { readonly end: true };

/** Message from the thread of a back end. */
export type WorkerReply =
  | { readonly id: number; readonly answers: BatchAnswers }
  | { readonly id: number; readonly error: string }
  /** The process that has to end with the thread, when it has begun and when it is gone. */
  | { readonly child: number; readonly isAlive: boolean };

/** What the thread of a back end is started with. */
export interface WorkerStart {
  readonly installation: Installation;
  readonly cwd: string;
  /** Number of the last request that nobody waits for any more. */
  readonly cancelled: SharedArrayBuffer;
}
