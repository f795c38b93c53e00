import type { Library, Member } from '../types.ts';

const gives = (returns: string): Member => ({ call: { returns } });

/** Threads and child processes: active context does not cross them. */
export const workers: readonly Library[] = [
  {
    name: 'node:worker_threads',
    source: 'Node.js 24 worker_threads documentation',
    modules: ['worker_threads', 'node:worker_threads'],
    exports: {
      Worker: { construct: { returns: 'workerthreads.Worker' } },
      MessageChannel: { construct: { returns: 'workerthreads.Channel' } },
      parentPort: { shape: 'workerthreads.Port' },
    },
    types: { Worker: 'workerthreads.Worker', MessagePort: 'workerthreads.Port' },
    shapes: {
      'workerthreads.Worker': { members: { postMessage: { call: {} }, on: { call: {} } } },
      'workerthreads.Port': { members: { postMessage: { call: {} }, on: { call: {} } } },
      'workerthreads.Channel': {
        members: { port1: { shape: 'workerthreads.Port' }, port2: { shape: 'workerthreads.Port' } },
      },
    },
  },
  {
    name: 'node:child_process',
    source: 'Node.js 24 child_process documentation',
    modules: ['child_process', 'node:child_process'],
    exports: { fork: gives('childprocess.Child') },
    types: { ChildProcess: 'childprocess.Child' },
    shapes: { 'childprocess.Child': { members: { send: { call: {} }, on: { call: {} } } } },
  },
  {
    name: 'piscina',
    source: 'piscina 5, tinypool 2 and workerpool 10 READMEs',
    modules: ['piscina', 'tinypool', 'workerpool'],
    exports: {
      default: { construct: { returns: 'workerpool.Pool' } },
      Piscina: { construct: { returns: 'workerpool.Pool' } },
      Tinypool: { construct: { returns: 'workerpool.Pool' } },
      pool: gives('workerpool.Pool'),
    },
    types: { default: 'workerpool.Pool', Piscina: 'workerpool.Pool' },
    shapes: { 'workerpool.Pool': { members: { run: { call: {} }, runTask: { call: {} }, exec: { call: {} } } } },
  },
];
