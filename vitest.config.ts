import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
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
