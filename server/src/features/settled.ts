import { memoryUsage } from 'node:process';
import type { Feature } from './feature.ts';

/** Requests of tests and scripts: `telint/settled` waits until everything follows from the last change, `telint/heap` tells bytes in use. */
export const settled: Feature = {
  start({ connection, session }) {
    connection.onRequest('telint/settled', async () => {
      await session.settled();
      return null;
    });
    connection.onRequest('telint/heap', () => {
      globalThis.gc?.();
      return memoryUsage().heapUsed;
    });
  },
};
