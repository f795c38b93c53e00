import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two cores run these beside servers and compilers: a limit is there to end what hangs.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    include: [
      'eslint-plugin/test/**/*.test.ts',
      'runtime/test/**/*.test.ts',
      'server/test/**/*.test.ts',
      'client/test/**/*.test.ts',
      'test/dashboards/**/*.test.ts',
      'scripts/test/**/*.test.ts',
    ],
  },
});
