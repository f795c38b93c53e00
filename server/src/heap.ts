import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes for what is young. V8 would take 128 MB as soon as a workspace is read, and never give them back. */
const YOUNG_BYTES = 16 * 1024 * 1024;
/** A key whose findings take longer makes more than fits there, in milliseconds. */
const SLOW_MS = 20;
/** So many keys in one file: the first ones are slow for another reason, their code is new. */
const SLOW_KEYS = 12;

/**
 * Has V8 keep house for a program that parses one file for every key. Trees must not be allocated among what is old, because
 * V8 has seen others of their kind become old; and what is young is little. Flags, because nobody can be told to start
 * Node.js with options.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (young && young.space_size < YOUNG_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}

/** Lets V8 have more for what is young where somebody types in a file that needs it: collecting in the middle of an answer takes a third of its time. */
export class YoungHeap {
  #slow = 0;
  #last: string | undefined;

  /** Findings of a document took so many milliseconds. */
  took(uri: string, ms: number): void {
    if (uri !== this.#last) this.#slow = 0;
    this.#last = uri;
    if (ms > SLOW_MS && ++this.#slow === SLOW_KEYS) setFlagsFromString('--semi-space-growth-factor=2');
  }
}
