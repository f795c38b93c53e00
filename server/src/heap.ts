import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes for what is young. V8 would take 128 MB as soon as a workspace is read, and never give them back. */
const YOUNG_BYTES = 16 * 1024 * 1024;

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
