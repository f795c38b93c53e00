/** How much memory the process may use before the kernel ends it. */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** Where the kernel shows control groups; another folder in tests. */
export interface KernelFiles {
  /** Default: `/proc/self/cgroup`. */
  readonly cgroup?: string;
  /** Default: `/sys/fs/cgroup`. */
  readonly root?: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function bytes(text: string): number {
  return /^\d+\s*$/.test(text) ? Number(text) : Infinity;
}

/** A path in a group's hierarchy and all that contain it, the root last; a limit of any of them counts. */
function* ancestors(path: string): Generator<string> {
  for (let current = path; ; current = dirname(current)) {
    yield current;
    if (current === '/' || current === '.') return;
  }
}

/**
 * The smallest limit of the control groups that the process is in, version 1 or 2, in bytes; `Infinity` without one.
 * Unlike `process.constrainedMemory()` it sees limits of enclosing groups too (a pod, a slice).
 */
export function cgroupMemoryLimit({ cgroup = '/proc/self/cgroup', root = '/sys/fs/cgroup' }: KernelFiles = {}): number {
  let limit = Infinity;
  for (const line of read(cgroup).split('\n')) {
    const [, id, controllers = '', path = '/'] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    const isUnified = id === '0' && controllers === '';
    if (!isUnified && !controllers.split(',').includes('memory')) continue;
    for (const group of ancestors(path)) {
      // Inside a container the group may be mounted as the root, so the path need not exist below it.
      const file = isUnified ? join(root, group, 'memory.max') : join(root, 'memory', group, 'memory.limit_in_bytes');
      limit = Math.min(limit, bytes(read(file)));
    }
  }
  return limit;
}

/**
 * Bytes that the process may use: the smallest limit of its control groups, or what the machine has. Version 1 writes
 * "no limit" as a number beyond every machine, which the minimum takes care of.
 */
export function memoryLimit(files?: KernelFiles): number {
  const constrained = process.constrainedMemory();
  return Math.min(cgroupMemoryLimit(files), constrained > 0 ? constrained : Infinity, totalmem());
}
