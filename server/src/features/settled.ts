import type { Feature } from './feature.ts';

/** Request `telint/settled`: answered when everything follows from the last change, for tests and scripts. */
export const settled: Feature = {
  start({ connection, session }) {
    connection.onRequest('telint/settled', async () => {
      await session.settled();
      return null;
    });
  },
};
